package io.salvor.provider.mongodb.logical;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.SourceCheck;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.ServerError;
import io.salvor.provider.mongodb.Troubles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Looks whether databases can be backed up. */
final class DatabaseCheck {
  private static final int OLDEST_PROTOCOL = 13;
  private static final Duration MOST_SKEW = Duration.ofSeconds(5);
  private static final long SHORT_HISTORY_SECONDS = 3600;

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final InstantSource clock;
  private final Troubles troubles;
  private final List<SourceCheck> checks = new ArrayList<>();

  DatabaseCheck(Endpoint endpoint, Passwords passwords, InstantSource clock) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.clock = clock;
    this.troubles = Troubles.ofSource(endpoint);
  }

  List<SourceCheck> run() {
    try (Server server = Server.open(endpoint, passwords)) {
      Instant before = clock.instant();
      BsonDocument hello = server.hello();
      version(server, hello);
      rights(server);
      snapshots(server, hello);
      clock(before, hello);
      room(server);
    } catch (IOException e) {
      failed("server", troubles.told(e));
    } catch (SalvorException e) {
      failed("server", e);
    }
    return checks;
  }

  private void failed(String name, SalvorException e) {
    checks.add(SourceCheck.failed(name, e.why(), e.remedy()));
  }

  private void version(Server server, BsonDocument hello) throws ServerError {
    String version = server.version();
    int protocol = hello.getInt32("maxWireVersion", new BsonInt32(0)).getValue();
    checks.add(
        protocol < OLDEST_PROTOCOL
            ? SourceCheck.warning(
                "server",
                "MongoDB " + version + ", older than what this was made for",
                "upgrade to 5.0 or newer, or make a backup and restore it, before you rely on it")
            : SourceCheck.ok("server", "MongoDB " + version));
  }

  private void rights(Server server) throws ServerError {
    BsonDocument told =
        server.command(
            "admin",
            new BsonDocument("connectionStatus", new BsonInt32(1))
                .append("showPrivileges", BsonBoolean.TRUE));
    BsonDocument login = told.getDocument("authInfo", new BsonDocument());
    if (login.getArray("authenticatedUsers", new BsonArray()).isEmpty()) {
      tried(server);
      return;
    }
    BsonArray privileges = login.getArray("authenticatedUserPrivileges", new BsonArray());
    List<String> remedies = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String database : databases(server)) {
      Set<String> lacks = new TreeSet<>(Set.of("find", "listCollections", "listIndexes"));
      lacks.removeAll(actions(privileges, database));
      if (!lacks.isEmpty()) {
        missing.add(String.join(", ", lacks) + " on " + database);
        remedies.add(troubles.grant("read", database));
      }
    }
    if (endpoint.wantsUsers()) {
      String on = endpoint.database().isEmpty() ? "admin" : endpoint.database();
      Set<String> lacks = new TreeSet<>(Set.of("viewRole", "viewUser"));
      lacks.removeAll(actions(privileges, on));
      if (!lacks.isEmpty()) {
        missing.add(String.join(", ", lacks) + " on " + on);
        remedies.add(troubles.grant("userAdmin", on));
      }
    }
    checks.add(
        missing.isEmpty()
            ? SourceCheck.ok("rights", endpoint.user() + " may read what is to be backed up")
            : SourceCheck.failed(
                "rights",
                endpoint.user() + " lacks " + String.join("; ", missing),
                "have an administrator run: " + String.join("; ", remedies)));
  }

  private List<String> databases(Server server) throws ServerError {
    return endpoint.database().isEmpty()
        ? Definitions.databases(server)
        : List.of(endpoint.database());
  }

  /** What may be done with all collections of a database. */
  private static Set<String> actions(BsonArray privileges, String database) {
    Set<String> actions = new TreeSet<>();
    for (BsonValue one : privileges) {
      BsonDocument resource = one.asDocument().getDocument("resource");
      String on = text(resource, "db");
      boolean covers =
          resource.containsKey("anyResource")
              || (resource.containsKey("db")
                  && (on.isEmpty() || on.equals(database))
                  && text(resource, "collection").isEmpty());
      if (covers) {
        one.asDocument()
            .getArray("actions")
            .forEach(action -> actions.add(action.asString().getValue()));
      }
    }
    return actions;
  }

  private static String text(BsonDocument document, String name) {
    return document.getString(name, new BsonString("")).getValue();
  }

  /** Nobody has logged in: whether that is enough is only known by trying. */
  private void tried(Server server) throws ServerError {
    try {
      int collections = 0;
      for (String database : databases(server)) {
        collections += Definitions.of(server, database, (key, why) -> {}).collections().size();
      }
      checks.add(
          SourceCheck.warning(
              "rights",
              "the server asks nobody who he is, and lets everybody read "
                  + collections
                  + " collections",
              "switch security.authorization on, unless nobody else can reach it"));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      failed("rights", troubles.told(e));
    }
  }

  private void snapshots(Server server, BsonDocument hello) throws ServerError {
    if (!Snapshot.isReplicated(hello)) {
      checks.add(
          SourceCheck.warning(
              "snapshots",
              "the server is no member of a replica set: the collections of a backup are not of one"
                  + " moment",
              "make it a replica set, of one member if need be: replication.replSetName, then"
                  + " rs.initiate()"));
      return;
    }
    String of = text(hello, "setName");
    try {
      BsonDocument told =
          server.command(
              "admin",
              new BsonDocument("getParameter", new BsonInt32(1))
                  .append("minSnapshotHistoryWindowInSeconds", new BsonInt32(1)));
      BsonValue kept = told.get("minSnapshotHistoryWindowInSeconds");
      long seconds = kept != null && kept.isNumber() ? kept.asNumber().longValue() : 0;
      checks.add(
          seconds < SHORT_HISTORY_SECONDS
              ? SourceCheck.warning(
                  "snapshots",
                  "replica set "
                      + of
                      + ": the past is kept for "
                      + seconds
                      + " s; what takes longer to read is not of the moment of the rest",
                  "db.adminCommand({ setParameter: 1, minSnapshotHistoryWindowInSeconds: "
                      + SHORT_HISTORY_SECONDS
                      + " })")
              : SourceCheck.ok(
                  "snapshots", "replica set " + of + ", the past is kept for " + seconds + " s"));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      checks.add(
          SourceCheck.skipped(
              "snapshots", "how long the past is kept may not be asked: " + e.said()));
    }
  }

  private void clock(Instant before, BsonDocument hello) {
    if (!hello.isDateTime("localTime")) {
      return;
    }
    Duration skew =
        Duration.between(before, Instant.ofEpochMilli(hello.getDateTime("localTime").getValue()))
            .abs();
    checks.add(
        skew.compareTo(MOST_SKEW) > 0
            ? SourceCheck.warning(
                "clock",
                "the server's differs from this machine's by " + skew.toSeconds() + " s",
                "let both follow the same time service")
            : SourceCheck.ok("clock", "the server's agrees with this machine's"));
  }

  private void room(Server server) throws ServerError {
    Room room = Room.of(server, endpoint.database().isEmpty() ? "admin" : endpoint.database());
    if (room == null) {
      checks.add(SourceCheck.skipped("room", "the server does not tell"));
    } else if (room.free() < room.total() / 10) {
      checks.add(
          SourceCheck.warning(
              "room",
              "the server's disk has " + (room.free() >> 20) + " MiB left",
              "make room: a restore in place keeps what is replaced until it is whole"));
    } else {
      checks.add(
          SourceCheck.ok("room", "the server's disk has " + (room.free() >> 20) + " MiB left"));
    }
  }
}
