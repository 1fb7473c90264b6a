package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import de.bwaldvogel.mongo.bson.Document;
import io.salvor.cli.command.CommandLineHarness.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Databases of MongoDB go there and back by the command line, with the real driver; see {@link
 * TrialMongo} for what that proves.
 */
class MongoDbCommandsTest {
  // Port 1 belongs to nobody any more.
  private static final String NOBODY = "mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=300";

  private static TrialMongo server;
  private static MongoClient client;

  @TempDir private Path temp;
  private CommandLineHarness salvor;

  @BeforeAll
  static void start() {
    server = new TrialMongo();
    client = MongoClients.create(server.address("") + "/?directConnection=true");
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @BeforeEach
  void init() {
    server.clear();
    salvor = new CommandLineHarness(temp);
    salvor.json("init");
  }

  private void run(String database, String... commands) {
    for (String command : commands) {
      client.getDatabase(database).runCommand(BsonDocument.parse(command));
    }
  }

  private MongoCollection<BsonDocument> collection(String database, String name) {
    return client.getDatabase(database).getCollection(name, BsonDocument.class);
  }

  private void shop(String database) {
    collection(database, "orders")
        .insertMany(
            IntStream.rangeClosed(1, 2500)
                .mapToObj(
                    i ->
                        new BsonDocument("_id", new BsonInt32(i))
                            .append("what", new BsonString("thing " + i * 31 % 1000)))
                .toList());
    collection(database, "customers")
        .insertMany(
            Stream.of("a", "b", "ü")
                .map(name -> new BsonDocument("_id", new BsonString(name)))
                .toList());
    run(
        database,
        "{createIndexes: 'orders', indexes: [{v: 2, key: {what: 1, _id: -1}, name: 'by what'}]}",
        "{create: 'busy', viewOn: 'orders', pipeline: [{$match: {_id: {$gt: 10}}}]}");
  }

  private void awkward(String database) {
    BsonDocument all =
        new BsonDocument("_id", new BsonObjectId(new ObjectId("65b8e0a0c1d2e3f405060708")))
            .append("double", new BsonDouble(-0.0))
            .append("nan", new BsonDouble(Double.NaN))
            .append("int", new BsonInt32(Integer.MIN_VALUE))
            .append("long", new BsonInt64(Long.MAX_VALUE))
            .append("decimal", new BsonDecimal128(Decimal128.parse("1.20E+5")))
            .append("text", new BsonString("a\u0000b\n😀"))
            .append("bytes", new BsonBinary((byte) 0x80, new byte[] {0, 1, -1}))
            .append("uuid", new BsonBinary((byte) 4, new byte[16]))
            .append("date", new BsonDateTime(-1))
            .append("time", new BsonTimestamp(1, 2))
            .append("pattern", new BsonRegularExpression("^a.b", "i"))
            .append("null", BsonNull.VALUE)
            .append("yes", BsonBoolean.TRUE)
            .append("list", new BsonArray(List.of(new BsonInt32(1), new BsonDocument())))
            .append("", new BsonDocument("a.b", new BsonString("$c")));
    run(
        database,
        "{create: 'log', capped: true, size: {$numberLong: '65536'}}",
        "{create: 'empty', validator: {a: {$exists: true}}, validationLevel: 'strict',"
            + " collation: {locale: 'de', strength: 2}}",
        "{create: 'a.dotted name ü'}");
    collection(database, "types").insertOne(all);
    collection(database, "a.dotted name ü")
        .insertMany(
            List.<BsonValue>of(
                    new BsonString("x"),
                    new BsonInt32(5),
                    new BsonDocument("k", new BsonInt64(1)),
                    new BsonDouble(2.5))
                .stream()
                .map(id -> new BsonDocument("_id", id))
                .toList());
    for (int i = 5; i > 0; i--) {
      collection(database, "log").insertOne(new BsonDocument("_id", new BsonInt32(i)));
    }
    run(
        database,
        "{createIndexes: 'types', indexes: ["
            + "{v: 2, key: {date: 1}, name: 'ttl', expireAfterSeconds: {$numberLong: '3600'}},"
            + "{v: 2, key: {text: -1, int: 1}, name: 'u', unique: true, sparse: true},"
            + "{v: 2, key: {'$**': 1}, name: 'wild/card', partialFilterExpression: {a: 1}}]}",
        "{create: 'seen', viewOn: 'types', pipeline: []}",
        "{createRole: 'reader', privileges: [{resource: {db: '"
            + database
            + "', collection: ''}, actions: ['find']}], roles: []}",
        "{createUser: 'ann', pwd: 'secret', roles: [{role: 'reader', db: '"
            + database
            + "'}],"
            + " customData: {n: {$numberLong: '1'}}}");
  }

  /** The components of a backup by their names. */
  private static Map<String, JsonNode> parts(JsonNode backup) {
    Map<String, JsonNode> parts = new TreeMap<>();
    backup.get("components").forEach(one -> parts.put(one.get("name").asString(), one));
    return parts;
  }

  /** All of a database: what its things are made by, and the bytes of its documents. */
  private Map<String, String> dump(String database) {
    Map<String, String> all = new TreeMap<>();
    MongoDatabase db = client.getDatabase(database);
    for (BsonDocument one : db.listCollections(BsonDocument.class)) {
      String name = one.getString("name").getValue();
      all.put(name, one.getString("type").getValue() + one.getDocument("options").toJson());
      if (one.getString("type").getValue().equals("view")) {
        continue;
      }
      for (BsonDocument index : db.getCollection(name).listIndexes(BsonDocument.class)) {
        all.put(name + " " + index.getString("name").getValue(), index.toJson());
      }
      List<String> documents = new ArrayList<>();
      for (RawBsonDocument document : db.getCollection(name, RawBsonDocument.class).find()) {
        documents.add(HexFormat.of().formatHex(document.getByteBuffer().array()));
      }
      if (!one.getDocument("options").containsKey("capped")) {
        documents.sort(null);
      }
      all.put(name + " *", String.join("\n", documents));
    }
    return all;
  }

  private String address(String database) {
    return server.address(database);
  }

  private JsonNode done(String... words) {
    return ends(0, words);
  }

  private JsonNode ends(int exit, String... words) {
    Result result = salvor.run(CommandLineHarness.withJson(words));
    assertThat(result.exit()).as("%s%n%s", result.out(), result.err()).isEqualTo(exit);
    return result.json();
  }

  @Test
  void everythingAwkwardGoesThereAndBack() {
    awkward("odd");

    JsonNode backup = done("backup", address("odd") + "?users=yes");

    assertThat(backup.get("status").asString()).isEqualTo("success");
    assertThat(backup.get("warnings").toString()).contains("not-one-moment");
    Schemas.check("backup-run", backup.toString());
    Map<String, JsonNode> parts = parts(backup);
    assertThat(parts.keySet())
        .containsExactlyInAnyOrder(
            address("odd"),
            "odd/types/documents",
            "odd/log/documents",
            "odd/empty/documents",
            "odd/a.dotted name ü/documents");
    assertThat(parts.get("odd/log/documents").get("entries").asInt()).isEqualTo(5);
    JsonNode restored =
        done("restore", "latest", "--to", address("fresh") + "?users=yes", "--accept-irreversible");
    assertThat(restored.get("errors")).isEmpty();
    assertThat(restored.get("irreversible").toString()).contains("password-lost");
    Schemas.check("restore", restored.toString());
    assertThat(dump("fresh")).isEqualTo(dump("odd"));
    BsonDocument users =
        client
            .getDatabase("fresh")
            .runCommand(BsonDocument.parse("{usersInfo: 1}"), BsonDocument.class);
    assertThat(users.toJson()).contains("ann", "reader");
    assertThat(server.asked.toString()).doesNotContain("pwd=secret, roles=[{role=reader, db=fresh");
    // What is there already is as it should be, and a backup of what has not changed adds nothing.
    JsonNode again =
        done("restore", "latest", "--to", address("fresh") + "?users=yes", "--dry-run");
    assertThat(again.get("changes").get("update").asInt()).as(again.toPrettyString()).isZero();
    assertThat(again.get("changes").get("create").asInt()).isZero();
    JsonNode second = done("backup", address("odd") + "?users=yes");
    assertThat(second.get("entries").get("changed").asInt()).isZero();
    assertThat(second.get("entries").get("added").asInt()).isZero();
    assertThat(parts(second)).isEqualTo(parts);
    collection("odd", "types").insertOne(BsonDocument.parse("{_id: 1}"));
    Map<String, JsonNode> third = parts(done("backup", address("odd") + "?users=yes"));
    assertThat(parts.keySet().stream().filter(one -> !third.get(one).equals(parts.get(one))))
        .containsExactlyInAnyOrder(address("odd"), "odd/types/documents");
    assertThat(done("ls", "latest", "odd/types").get("entries").toString())
        .contains("odd/types/documents", "odd/types/indexes/ttl");
  }

  @Test
  void whatWasLostComesBackInPlaceAndTheRestoreCanBeTakenBack() {
    shop("shop");
    Map<String, String> before = dump("shop");
    done("backup", address("shop"));
    collection("shop", "orders").deleteMany(BsonDocument.parse("{_id: {$gt: 2000}}"));
    collection("shop", "orders")
        .replaceOne(BsonDocument.parse("{_id: 7}"), BsonDocument.parse("{what: 'x'}"));
    collection("shop", "extra").insertOne(BsonDocument.parse("{_id: 1}"));
    run(
        "shop",
        "{drop: 'busy'}",
        "{create: 'busy', viewOn: 'extra', pipeline: []}",
        "{createIndexes: 'orders', indexes: [{v: 2, key: {x: 1}, name: 'x'}]}");
    Map<String, String> spoiled = dump("shop");

    JsonNode stopped = ends(5, "restore", "latest", "--to", "origin");
    assertThat(stopped.has("error")).isTrue();
    assertThat(dump("shop")).isEqualTo(spoiled);
    String[] words = {
      "restore", "latest", "--to", "origin", "--on-conflict", "overwrite", "--delete-extra"
    };
    JsonNode preview =
        done(Stream.concat(Stream.of(words), Stream.of("--dry-run")).toArray(String[]::new));
    // The documents of orders, and the view; of extra the collection and its documents, and an
    // index.
    assertThat(preview.get("changes").get("update").asInt()).isEqualTo(2);
    assertThat(preview.get("changes").get("delete").asInt()).isEqualTo(3);
    assertThat(dump("shop")).isEqualTo(spoiled);
    JsonNode restored =
        done(Stream.concat(Stream.of(words), Stream.of("--yes")).toArray(String[]::new));
    assertThat(restored.get("errors")).isEmpty();
    assertThat(dump("shop")).isEqualTo(before);

    done("rollback", restored.get("id").asString(), "--yes", "--on-conflict", "overwrite");
    assertThat(dump("shop")).isEqualTo(spoiled);
  }

  @Test
  void oneCollectionComesBackUnderAnotherName() {
    shop("shop");
    String documents = dump("shop").get("orders *");
    done("backup", address("shop"));
    collection("shop", "orders").deleteMany(new BsonDocument());

    JsonNode restored =
        done(
            "restore",
            "latest",
            "--to",
            address("shop"),
            "--include",
            "shop/orders",
            "--map",
            "shop.orders=shop.orders_before");

    assertThat(restored.get("changes").get("create").asInt()).isEqualTo(3);
    assertThat(dump("shop"))
        .containsEntry("orders_before *", documents)
        .containsEntry("orders *", "")
        .containsKey("orders_before by what");
    done("rollback", restored.get("id").asString(), "--yes");
    assertThat(dump("shop")).doesNotContainKey("orders_before");
  }

  @Test
  void aRestoreThatWasBrokenOffLeavesWhatWasThereAndCanBeRunAgain() {
    shop("shop");
    Map<String, String> before = dump("shop");
    done("backup", address("shop"));
    collection("shop", "orders").deleteMany(BsonDocument.parse("{_id: {$lt: 2400}}"));
    collection("shop", "customers").drop();
    String spoiled = dump("shop").get("orders *");
    String[] words = {
      "restore",
      "latest",
      "--to",
      address("shop") + "?jobs=1",
      "--on-conflict",
      "overwrite",
      "--yes"
    };
    int[] inserts = {0};
    server.guard =
        (database, command, query) -> {
          if (command.equals("insert") && inserts[0]++ == 2) {
            throw TrialMongo.refused(14031, "OutOfDiskSpace", "no room");
          }
          if (inserts[0] > 2 && command.equals("drop")) {
            // As if the process had been killed: nobody cleans up.
            throw TrialMongo.refused(14031, "OutOfDiskSpace", "no room");
          }
        };
    Result broken = salvor.run(CommandLineHarness.withJson(words));
    assertThat(broken.exit()).as(broken.err()).isNotZero();
    assertThat(broken.out() + broken.err()).contains("no room");
    assertThat(dump("shop")).containsEntry("orders *", spoiled);
    server.guard = (database, command, query) -> {};
    // What it has left beside belongs to nobody, and no backup has it.
    assertThat(dump("shop").keySet().toString()).contains("salvor.restore.orders");
    assertThat(done("backup", address("shop")).toString()).doesNotContain("salvor.restore");
    String first = done("list").get("backups").get(0).get("id").asString();
    String last = done("list").get("backups").get(1).get("id").asString();
    words[1] = first.compareTo(last) < 0 ? first : last;

    done(words);

    assertThat(dump("shop")).isEqualTo(before);
  }

  @Test
  void measurementsGoOnlyIntoACollectionThatIsEmpty() {
    run("plant", "{create: 'heat', timeseries: {timeField: 't'}, expireAfterSeconds: 9}");
    collection("plant", "heat").insertOne(BsonDocument.parse("{_id: 1, t: {$date: 5}}"));
    Map<String, String> before = dump("plant");
    done("backup", address("plant"));
    server.asked.clear();

    done("restore", "latest", "--to", address("copy"));

    assertThat(dump("copy")).isEqualTo(before);
    assertThat(server.asked).noneMatch(one -> one.containsKey("renameCollection"));
    collection("plant", "heat").insertOne(BsonDocument.parse("{_id: 2, t: {$date: 6}}"));
    Map<String, String> more = dump("plant");
    JsonNode refused =
        ends(3, "restore", "latest", "--to", "origin", "--on-conflict", "overwrite", "--yes");
    assertThat(refused.get("errors").toString()).contains("cannot be replaced at once");
    assertThat(dump("plant")).isEqualTo(more);
  }

  @Test
  @Tag("slow")
  void whatIsAskedGrowsWithTheCollectionsNotWithTheirSquare() {
    int many = 60;
    for (int i = 0; i < many; i++) {
      collection("wide", "c" + i).insertOne(new BsonDocument("_id", new BsonInt32(i)));
    }
    done("backup", address("wide"));
    server.asked.clear();

    done("restore", "latest", "--to", address("other"), "--check", "durable");

    Map<String, Long> asked =
        server.asked.stream()
            .collect(
                Collectors.groupingBy(
                    one -> one.keySet().iterator().next(), TreeMap::new, Collectors.counting()));
    assertThat(asked.values()).as("%s", asked).allMatch(count -> count < many * 8);
    assertThat(dump("other")).isEqualTo(dump("wide"));
  }

  @Test
  @Tag("slow")
  void documentsThatChangedSinceThePlanAreLeftAlone() {
    shop("shop");
    done("backup", address("shop"));
    collection("shop", "orders").deleteMany(BsonDocument.parse("{_id: 1}"));
    Path plan = temp.resolve("plan");
    done(
        "restore",
        "latest",
        "--to",
        "origin",
        "--on-conflict",
        "overwrite",
        "--save-plan",
        plan.toString());
    collection("shop", "orders").deleteMany(BsonDocument.parse("{_id: 2}"));

    ends(5, "restore", "--plan", plan.toString(), "--yes");

    assertThat(collection("shop", "orders").countDocuments()).isEqualTo(2498);
    assertThat(dump("shop").keySet().toString()).doesNotContain("salvor.restore");
  }

  @Test
  @Tag("slow")
  void oneDatabaseComesOutOfABackupOfTheServer() {
    shop("shop");
    awkward("odd");
    Map<String, String> before = dump("shop");
    JsonNode backup = done("backup", address("") + "/?users=yes&jobs=3");
    assertThat(backup.get("status").asString()).isEqualTo("success");
    client.getDatabase("shop").drop();
    run("shop", "{drop: 'busy'}");

    done("restore", "latest", "--to", address("shop"));
    assertThat(dump("shop")).isEqualTo(before);
    done("restore", "latest", "--to", address(""), "--map", "shop=shop_before");
    assertThat(dump("shop_before")).isEqualTo(before);
    assertThat(done("ls", "latest", "odd/system.users").toString())
        .contains("odd/system.users/ann");
  }

  @Test
  void aReplicaSetIsReadAtOneMoment() {
    shop("shop");
    awkward("odd");
    server.replicated = true;
    server.asked.clear();

    JsonNode backup = done("backup", address("shop") + "?jobs=2");

    assertThat(backup.get("warnings")).isEmpty();
    List<Document> reads = reads();
    assertThat(reads).hasSize(3);
    assertThat((Document) reads.getFirst().get("readConcern")).containsEntry("level", "snapshot");
    for (Document read : reads.subList(1, 3)) {
      assertThat((Document) read.get("readConcern"))
          .containsEntry("level", "snapshot")
          .containsEntry("atClusterTime", new de.bwaldvogel.mongo.bson.BsonTimestamp(7L << 32 | 9));
    }
    assertThat(done("ls", "latest", "snapshot").toString())
        .contains("\"seconds\":7", "\"increment\":9", "\"replica-set\":\"rs0\"");
    // A capped collection cannot be read so, and a moment may lie too far back.
    server.guard =
        (database, command, query) -> {
          boolean late =
              query.get("readConcern") instanceof Document concern
                  && concern.containsKey("atClusterTime");
          if ("types".equals(query.get("find")) && late) {
            throw TrialMongo.refused(239, "SnapshotTooOld", "Read timestamp is older");
          }
        };
    JsonNode second = done("backup", address("odd"));
    assertThat(second.get("status").asString()).isEqualTo("success");
    assertThat(second.get("warnings").toString())
        .contains("not-of-the-moment", "odd/log/documents", "odd/types/documents")
        .contains("minSnapshotHistoryWindowInSeconds")
        .doesNotContain("odd/empty");
  }

  private List<Document> reads() {
    return server.asked.stream().filter(one -> one.containsKey("find")).toList();
  }

  @Test
  void whatIsWrongIsToldWithWhatHelps() {
    shop("shop");
    awkward("odd");
    salvor.environment.put("MONGODB_PASSWORD", "hunter2");
    server.guard =
        (database, command, query) -> {
          if (command.equals("saslStart")) {
            throw TrialMongo.refused(18, "AuthenticationFailed", "Authentication failed.");
          }
        };
    String named = address("shop").replace("//", "//backup@");
    fails(named, "does not let backup in", "?authSource=");
    salvor.environment.remove("MONGODB_PASSWORD");
    fails(named, "no password is known", "MONGODB_PASSWORD_FILE");
    server.guard =
        (database, command, query) -> {
          if (database.equals("shop") && command.equals("listCollections")) {
            throw TrialMongo.refused(13, "Unauthorized", "not authorized on shop");
          }
          if ("types".equals(query.get("find"))) {
            throw TrialMongo.refused(13, "Unauthorized", "not authorized on odd");
          }
        };
    fails(address("shop"), "not authorized on shop", "name a user in the address");
    JsonNode partial = ends(3, "backup", address(""));
    assertThat(parts(partial)).containsKey("odd/empty/documents");
    assertThat(parts(partial)).doesNotContainKey("odd/types/documents");
    assertThat(partial.get("errors").toString())
        .contains(
            "\"shop\"",
            "odd/types/documents",
            "grantRolesToUser(\\\"\\\", [{ role: \\\"read\\\", db: \\\"shop\\\" }])");
    fails(NOBODY, "nobody answers", "Connection refused");
    Result usage = salvor.run("backup", "mongodb://me:hunter2@host/shop");
    assertThat(usage.exit()).isEqualTo(2);
    assertThat(usage.err()).doesNotContain("hunter2").contains("has a password");
  }

  private void fails(String address, String... said) {
    Result result = salvor.run("backup", address);
    assertThat(result.exit()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).contains(said).doesNotContain("hunter2", "Exception");
    assertThat(result.err().strip().lines().count()).as(result.err()).isLessThanOrEqualTo(3);
  }

  @Test
  void theDoctorLooksAtASource() {
    shop("shop");
    JsonNode alone = ends(0, "doctor", address("shop"));
    assertThat(checks(alone))
        .containsEntry("server", "ok")
        .containsEntry("rights", "warning")
        .containsEntry("snapshots", "warning")
        .containsEntry("room", "skipped");
    server.guard =
        (database, command, query) -> {
          if (command.equals("listCollections")) {
            throw TrialMongo.refused(13, "Unauthorized", "not authorized on shop");
          }
        };
    JsonNode refused = ends(1, "doctor", address("shop"));
    assertThat(checks(refused)).containsEntry("rights", "failed");
    JsonNode gone = ends(1, "doctor", NOBODY);
    assertThat(checks(gone)).containsEntry("server", "failed");
  }

  private static Map<String, String> checks(JsonNode document) {
    Map<String, String> checks = new TreeMap<>();
    document
        .get("checks")
        .forEach(one -> checks.put(one.get("name").asString(), one.get("verdict").asString()));
    return checks;
  }
}
