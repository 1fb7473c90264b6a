package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import io.salvor.provider.mysql.server.TrialServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Databases of a real MariaDB go there and back by the command line. */
class MariaDbCommandsTest {
  private static TrialServer server;
  private static int number;

  @TempDir private Path temp;
  private CommandLineHarness salvor;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(TrialServer.isPossible(), "MariaDB is not installed");
    server = TrialServer.start(Map.of("log-bin", "bin", "server-id", "1"));
    run("", "CREATE DATABASE awkward CHARACTER SET latin1", "CREATE DATABASE other");
    try (var script =
        MariaDbCommandsTest.class.getResourceAsStream("/databases/awkward-mariadb.sql")) {
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      List<String> statements = new ArrayList<>(List.of("SET foreign_key_checks = 0"));
      statements.addAll(List.of(text.split("\n;;\n", -1)));
      run("awkward", statements.toArray(String[]::new));
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void init() {
    salvor = new CommandLineHarness(temp);
    salvor.json("init");
  }

  private static void run(String database, String... statements) throws IOException {
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      if (!database.isEmpty()) {
        session.run("USE " + Session.quoted(database));
      }
      for (String statement : statements) {
        session.run(statement);
      }
    }
  }

  private static String value(String sql) throws IOException {
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      return String.valueOf(session.query(sql).getFirst().values().values().iterator().next());
    }
  }

  private static String address(String database) {
    return addressAs("root", database);
  }

  private static String addressAs(String user, String database) {
    return server.endpoint(user, database).normal();
  }

  private static String fresh() {
    return "fresh" + number++;
  }

  private static String shop() throws IOException {
    String shop = "shop" + number++;
    run("", "CREATE DATABASE " + shop);
    run(
        shop,
        "CREATE TABLE customers (id int PRIMARY KEY, name text)",
        """
        CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, customer int, what text,
          CONSTRAINT buyer FOREIGN KEY (customer) REFERENCES customers (id))
        """,
        "INSERT INTO customers SELECT seq, concat('c', seq) FROM seq_1_to_100",
        "INSERT INTO orders (customer, what) SELECT 1 + seq % 100, md5(seq) FROM seq_1_to_5000",
        "CREATE VIEW busy AS SELECT customer, count(*) AS n FROM orders GROUP BY 1",
        "CREATE TABLE seen (n int)",
        "CREATE TRIGGER sees AFTER INSERT ON orders FOR EACH ROW INSERT INTO seen VALUES (NEW.id)");
    return shop;
  }

  private JsonNode done(String... words) {
    return ends(0, words);
  }

  private JsonNode ends(int exit, String... words) {
    Result result = salvor.run(CommandLineHarness.withJson(words));
    String errors = result.out().replaceFirst("(?s)\"entries\":\\[.*?\\],", "");
    assertThat(result.exit()).as("%s%n%s", errors, result.err()).isEqualTo(exit);
    return result.json();
  }

  /** All of a database, as the server's own tool tells it, and a checksum of each table's bytes. */
  private static String dump(String database) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                TrialServer.program("mariadb-dump").orElseThrow().toString(),
                "--no-defaults",
                "--protocol=tcp",
                "-h127.0.0.1",
                "-P" + server.endpoint("root", "").port(),
                "-uroot",
                "--skip-comments",
                "--routines",
                "--events",
                "--hex-blob",
                "--order-by-primary",
                database)
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    StringBuilder all =
        new StringBuilder(
            text.replaceAll("character_set_client += \\w+", "")
                .replaceAll("(?m)^ALTER DATABASE .*$", ""));
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      for (Row row :
          session.query(
              "SELECT TABLE_NAME AS t FROM information_schema.TABLES"
                  + " WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA = ? ORDER BY 1",
              database)) {
        String table = Session.quoted(database) + "." + Session.quoted(row.get("t"));
        all.append(row.get("t"))
            .append(' ')
            .append(
                session.query("CHECKSUM TABLE " + table + " EXTENDED").getFirst().get("checksum"))
            .append('\n');
      }
    }
    return all.toString();
  }

  /** Triggers are put together anew: only how their heads are written may differ. */
  private static List<String> lines(String dump) {
    return dump.lines()
        .map(line -> line.contains("TRIGGER") ? line.replace("`", "") : line)
        .map(line -> line.contains("TRIGGER") ? line.replace("PRECEDES second ", "") : line)
        .toList();
  }

  private static void assertSame(String is, String was) {
    // Only what differs, for there are thousands of lines.
    List<String> now = new ArrayList<>(lines(is));
    List<String> then = new ArrayList<>(lines(was));
    for (String line : lines(is)) {
      if (then.remove(line)) {
        now.remove(line);
      }
    }
    assertThat(now).as("is %s%nwas %s", now, then).isEmpty();
    assertThat(then).isEmpty();
  }

  @Test
  void everythingAwkwardGoesThereAndBack() throws Exception {
    JsonNode backup = done("backup", address("awkward"));
    assertThat(backup.get("status").asString()).isEqualTo("success");
    String fresh = fresh();
    run("", "CREATE DATABASE " + fresh + " CHARACTER SET latin1");

    JsonNode restored = done("restore", "latest", "--to", address(fresh));

    assertThat(restored.get("errors")).isEmpty();
    Schemas.check("restore", restored.toString());
    assertSame(dump(fresh), dump("awkward"));
    assertThat(value("SELECT nextval(" + fresh + ".numbers)"))
        .isEqualTo(value("SELECT nextval(awkward.numbers)"));
    run("awkward", "ALTER SEQUENCE numbers RESTART WITH 25");
    run(fresh, "ALTER SEQUENCE numbers RESTART WITH 25");
    // What is there already is as it should be, and a backup of what has not changed adds nothing.
    done("backup", address("awkward"));
    JsonNode again = done("restore", "latest", "--to", address(fresh), "--dry-run");
    assertThat(again.get("changes").get("update").asInt()).as(again.toPrettyString()).isZero();
    assertThat(again.get("changes").get("create").asInt()).isZero();
    JsonNode third = done("backup", address("awkward"));
    assertThat(third.get("entries").get("changed").asInt()).isZero();
    assertThat(third.get("bytes").get("added").asLong()).isLessThan(20_000);
  }

  @Test
  @Tag("slow")
  void aDatabaseThatIsMissingIsMade() throws Exception {
    done("backup", address("awkward").replace("mysql:", "mariadb:"));
    String fresh = fresh();
    done("restore", "latest", "--to", address(fresh));
    assertSame(dump(fresh), dump("awkward"));
    assertThat(
            value(
                "SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA"
                    + " WHERE SCHEMA_NAME = '"
                    + fresh
                    + "'"))
        .isEqualTo("latin1");
  }

  @Test
  void whatWasLostComesBackInPlaceAndTheRestoreCanBeTakenBack() throws Exception {
    String shop = shop();
    String before = dump(shop);
    done("backup", address(shop));
    run(
        shop,
        "DELETE FROM orders WHERE id > 2000",
        "UPDATE customers SET name = 'x' WHERE id = 7",
        "DROP VIEW busy",
        "CREATE VIEW busy AS SELECT 1 AS one",
        "CREATE TABLE extra (a int)",
        "INSERT INTO extra VALUES (1)");
    String spoiled = dump(shop);

    JsonNode stopped = ends(5, "restore", "latest", "--to", "origin");
    assertThat(stopped.has("error")).isTrue();
    assertSame(dump(shop), spoiled);
    JsonNode preview =
        done(
            "restore",
            "latest",
            "--to",
            "origin",
            "--dry-run",
            "--on-conflict",
            "overwrite",
            "--delete-extra");
    assertThat(preview.get("changes").get("update").asInt()).isEqualTo(3);
    assertThat(preview.get("changes").get("delete").asInt()).isEqualTo(2);
    JsonNode restored =
        done(
            "restore",
            "latest",
            "--to",
            "origin",
            "--on-conflict",
            "overwrite",
            "--delete-extra",
            "--yes");
    assertThat(restored.get("errors")).isEmpty();
    assertSame(dump(shop), before);

    done("rollback", restored.get("id").asString(), "--yes", "--on-conflict", "overwrite");
    assertSame(dump(shop), spoiled);
  }

  @Test
  @Tag("slow")
  void oneTableComesBackUnderAnotherName() throws Exception {
    String shop = shop();
    done("backup", address(shop));
    String checksum =
        value("SELECT md5(group_concat(id, what ORDER BY id)) FROM " + shop + ".orders");
    run(shop, "DELETE FROM orders");

    JsonNode restored =
        done(
            "restore",
            "latest",
            "--to",
            address(shop),
            "--include",
            "/tables/" + shop + "/orders",
            "--map",
            shop + ".orders=" + shop + ".orders_before");

    assertThat(restored.get("changes").get("create").asInt()).isEqualTo(2);
    assertThat(
            value("SELECT md5(group_concat(id, what ORDER BY id)) FROM " + shop + ".orders_before"))
        .isEqualTo(checksum);
    assertThat(value("SELECT count(*) FROM " + shop + ".orders")).isEqualTo("0");
    done("rollback", restored.get("id").asString(), "--yes");
    assertThat(
            value(
                "SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '"
                    + shop
                    + "' AND TABLE_NAME = 'orders_before'"))
        .isEqualTo("0");
  }

  @Test
  @Tag("slow")
  void oneDatabaseComesOutOfABackupOfTheServer() throws Exception {
    String shop = shop();
    String before = dump(shop);
    JsonNode backup = done("backup", address("") + "?users=yes");
    assertThat(backup.get("status").asString()).isEqualTo("success");
    JsonNode users = done("ls", "latest", "users");
    assertThat(users.get("entries").size()).isPositive();
    JsonNode position = done("ls", "latest", "position");
    assertThat(position.toString()).contains("bin.0", "\"gtid\":\"0-1-");
    run("", "DROP DATABASE " + shop);

    done("restore", "latest", "--to", address(shop));
    assertSame(dump(shop), before);

    String fresh = fresh();
    done("restore", "latest", "--to", address(""), "--map", shop + "=" + fresh);
    assertSame(dump(fresh), before);
  }

  @Test
  @Tag("slow")
  void rowsThatChangedSinceThePlanAreLeftAlone() throws Exception {
    String shop = shop();
    done("backup", address(shop));
    run(shop, "DELETE FROM orders WHERE id = 1");
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
    run(shop, "UPDATE orders SET what = 'new' WHERE id = 2");

    ends(5, "restore", "--plan", plan.toString(), "--yes");

    assertThat(value("SELECT what FROM " + shop + ".orders WHERE id = 2")).isEqualTo("new");
    assertThat(value("SELECT count(*) FROM " + shop + ".orders")).isEqualTo("4999");
  }

  @Test
  @Tag("slow")
  void aTableThatCannotTakeItsRowsStaysAsItIs() throws Exception {
    String shop = shop();
    done("backup", address(shop));
    run(
        shop,
        "DELETE FROM orders WHERE id > 50",
        "ALTER TABLE orders ADD UNIQUE KEY (customer)",
        "ALTER TABLE customers CHANGE name label text");
    String spoiled = dump(shop);

    JsonNode restored =
        ends(
            3,
            "restore",
            "latest",
            "--to",
            "origin",
            "--on-conflict",
            "overwrite",
            "--accept-irreversible",
            "--yes");

    assertThat(restored.get("errors").toString())
        .contains("Duplicate entry", "it was left as it is", "the backup's are `id`, `name`");
    assertSame(dump(shop), spoiled);
  }

  @Test
  @Tag("slow")
  void aBackupUnderLoadIsOfOneMoment() throws Exception {
    String bank = "bank" + number++;
    run("", "CREATE DATABASE " + bank);
    run(
        bank,
        "CREATE TABLE a (id int PRIMARY KEY, balance int, filler text)",
        "CREATE TABLE b LIKE a",
        "INSERT INTO a SELECT seq, 1000, repeat(md5(seq), 20) FROM seq_1_to_3000",
        "INSERT INTO b SELECT seq, 1000, repeat(md5(seq), 20) FROM seq_1_to_3000");
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong transfers = new AtomicLong();
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread load =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (Session session =
                      Session.open(server.endpoint("root", ""), Passwords.NONE)) {
                    session.run("USE " + bank);
                    while (!stop.get()) {
                      long n = transfers.incrementAndGet();
                      session.run("START TRANSACTION");
                      session.run(
                          "UPDATE a SET balance = balance - 1 WHERE id = " + (1 + n % 3000));
                      session.run(
                          "UPDATE b SET balance = balance + 1 WHERE id = " + (1 + n * 7 % 3000));
                      session.run("COMMIT");
                    }
                  } catch (IOException e) {
                    failure.set(e);
                  }
                });
    while (transfers.get() < 50) {
      Thread.onSpinWait();
    }
    try {
      done("backup", address(bank));
      run("", "CREATE USER slow IDENTIFIED BY 's'", "GRANT ALL ON " + bank + ".* TO slow");
      salvor.environment.put("MYSQL_PWD", "s");
      JsonNode second = done("backup", addressAs("slow", bank));
      assertThat(second.toString()).contains("GRANT RELOAD ON *.* TO 'slow'@'%'");
      salvor.environment.remove("MYSQL_PWD");
    } finally {
      stop.set(true);
      load.join();
    }
    assertThat(failure.get()).isNull();
    long during = transfers.get();
    for (String user : List.of("root", "slow")) {
      String fresh = fresh();
      done("restore", "latest", "--source", addressAs(user, bank), "--to", address(fresh));
      assertThat(
              value(
                  "SELECT (SELECT sum(balance) FROM %1$s.a) + (SELECT sum(balance) FROM %1$s.b)"
                      .formatted(fresh)))
          .isEqualTo("6000000");
      assertThat(Long.parseLong(value("SELECT 3000000 - sum(balance) FROM " + fresh + ".a")))
          .isBetween(1L, during);
    }
  }

  @Test
  void whatIsWrongIsToldWithWhatHelps() throws Exception {
    run(
        "other",
        "CREATE TABLE open (a int)",
        "CREATE TABLE closed (a int)",
        "CREATE USER weak IDENTIFIED BY 'w'",
        "GRANT SELECT ON other.open TO weak",
        "GRANT INSERT ON other.closed TO weak");
    salvor.environment.put("MYSQL_PWD", "wrong");
    Result denied = salvor.run("backup", addressAs("weak", "other"));
    assertThat(denied.exit()).isEqualTo(1);
    assertThat(denied.err()).contains("does not let weak in", "MYSQL_PWD", "SLV-3002");
    salvor.environment.put("MYSQL_PWD", "w");
    Result missing = salvor.run("backup", addressAs("weak", "awkward"));
    assertThat(missing.exit()).isEqualTo(1);
    assertThat(missing.err()).contains("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `awkward`.*");
    salvor.environment.remove("MYSQL_PWD");
    Result none = salvor.run("backup", address("nowhere"));
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("no database nowhere", "SHOW DATABASES");

    salvor.environment.put("MYSQL_PWD", "w");
    JsonNode partial = ends(3, "backup", addressAs("weak", "other"));
    assertThat(partial.get("status").asString()).isEqualTo("partial");
    assertThat(partial.get("errors").toString())
        .contains(
            "tables/other/closed",
            "GRANT SELECT ON `other`.*",
            "GRANT TRIGGER ON `other`.* TO 'weak'@'%'",
            "GRANT SELECT ON mysql.proc TO 'weak'@'%'");
    salvor.environment.remove("MYSQL_PWD");
    done("backup", address("other"), "--exclude", "/tables/other/closed");
    Result foreign = salvor.run("restore", "latest", "--to", temp.resolve("d").toString());
    assertThat(foreign.exit()).isEqualTo(1);
  }
}
