package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.server.ServerProcess;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A real cluster is backed up and restored by commands. */
class ClusterCommandsTest {
  private static TrialCluster cluster;
  private static String address;

  @TempDir private static Path top;
  private static CommandLineHarness salvor;
  private static JsonNode backup;

  @BeforeAll
  static void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of("max_wal_senders", "4"));
    Path space = Files.createDirectory(cluster.home().resolve("space"));
    OsUser.ownerOf(cluster.data()).own(space);
    cluster.sql(
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'",
        "CREATE TABLE wide AS SELECT n AS id, md5(n::text) AS word FROM generate_series(1, 40000)"
            + " n",
        "CREATE TABLE shop AS SELECT n AS id, md5(n::text) AS word FROM generate_series(1, 5000) n",
        "CREATE INDEX ON shop (word)",
        "CREATE TABLESPACE aside LOCATION '" + space + "'",
        "CREATE TABLE far TABLESPACE aside AS SELECT n FROM generate_series(1, 1000) n",
        // Else whoever reads the rows first changes every page.
        "VACUUM FREEZE");
    address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    salvor = new CommandLineHarness(top);
    salvor.environment.put("PGPASSWORD", "secret");
    salvor.json("init");
    backup = salvor.json("backup", address);
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** Where the server's user comes to. */
  private static Path place(String name) throws IOException {
    return Files.createDirectory(cluster.home().resolve(name)).resolve("data");
  }

  private static String count(ServerProcess server, String table) throws Exception {
    server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
    try (ServerConnection connection =
        ServerConnection.open(
            server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      return connection.query("SELECT count(*) AS n FROM " + table).getFirst().get("n");
    }
  }

  private static ServerProcess start(Path data) throws IOException {
    Path sockets = Path.of(String.valueOf(data.getParent()));
    OsUser.ownerOf(data).own(sockets);
    return ServerProcess.start(
        cluster.programs(),
        OsUser.ownerOf(data),
        data,
        sockets,
        cluster.local("").port(),
        sockets.resolve("log"),
        Map.of("listen_addresses", ""));
  }

  @Test
  void aClusterIsRestoredRecoveredCheckedAndStopped() throws Exception {
    assertThat(backup.get("status").asString()).isEqualTo("success");
    assertThat(backup.get("source").asString()).isEqualTo(address);
    Path data = place("whole");

    JsonNode restored = salvor.json("restore", "latest", "--to", "file:" + data);

    Schemas.check("restore", restored.toString());
    assertThat(restored.get("status").asString()).isEqualTo("success");
    JsonNode recovery = restored.get("recovery");
    assertThat(recovery.get("stopped").asString()).contains("consistency");
    assertThat(recovery.get("databases").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(recovery.get("paused").asBoolean()).isFalse();
    if (recovery.get("amcheck").asBoolean()) {
      assertThat(recovery.get("indexes").asInt()).isGreaterThan(100);
    }
    assertThat(data.resolve("recovery.signal")).doesNotExist();
    assertThat(data.resolve("postmaster.pid")).doesNotExist();
    assertThat(OsUser.ownerOf(data)).isEqualTo(OsUser.ownerOf(cluster.data()));
    assertThat(Files.readString(data.resolve("postgresql.auto.conf"))).doesNotContain("restore");
    try (ServerProcess server = start(data)) {
      assertThat(count(server, "shop")).isEqualTo("5000");
      assertThat(count(server, "far")).isEqualTo("1000");
    }
  }

  @Test
  void aPausedServerWaitsForALookAndGoesOn() throws Exception {
    Path data = place("paused");

    JsonNode restored = salvor.json("restore", "latest", "--to", data.toString(), "--pause");

    assertThat(restored.get("recovery").get("paused").asBoolean()).isTrue();
    int port = restored.get("recovery").get("port").asInt();
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
    try (ServerConnection connection =
        ServerConnection.open(
            new io.salvor.provider.postgresql.protocol.Endpoint(
                "127.0.0.1", port, "backup", "postgres", Map.of()),
            Purpose.SQL,
            endpoint -> "secret".toCharArray(),
            notice -> {})) {
      assertThat(connection.query("SELECT pg_is_in_recovery() AS r").getFirst().get("r"))
          .isEqualTo("t");
    } finally {
      ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
      var _ = server.destroy();
      var _ = server.onExit().get();
    }
  }

  @Test
  void whatIsThereIsLeftAloneUnlessItIsSaidOtherwise() throws Exception {
    Path data = place("full");
    Files.createDirectory(data);
    Files.writeString(data.resolve("precious"), "mine");

    Result refused = salvor.run("restore", "latest", "--to", data.toString());

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("there is something already").hasLineCount(3);
    try (Stream<Path> there = Files.list(data)) {
      assertThat(there).hasSize(1);
    }
  }

  @Test
  void aClusterIsPutBackInPlaceAndOnlyWhatDiffersIsWritten() throws Exception {
    Path data = place("places");
    Path space = data.resolveSibling("space");
    String was = cluster.home().resolve("space").toString();
    salvor.json("restore", "latest", "--to=" + data, "--map=" + was + "=" + space);
    try (ServerProcess server = start(data)) {
      server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
      Result running = salvor.run("restore", "latest", "--to", data.toString(), "--mode=inplace");
      assertThat(running.exit()).isEqualTo(1);
      assertThat(running.err()).contains("a server runs on it");
      try (ServerConnection connection =
          ServerConnection.open(
              server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
        var _ = connection.query("DROP TABLE shop");
        var _ = connection.query("UPDATE wide SET word = 'x' WHERE id = 20000");
        var _ = connection.query("DELETE FROM far WHERE n > 10");
        var _ = connection.query("CREATE TABLE later TABLESPACE aside AS SELECT 1 AS one");
      }
    }
    Path other = Files.createDirectory(space.resolve("PG_9.6_201608131"));
    Files.writeString(other.resolve("file"), "of another server");
    Path foreign = Files.writeString(data.resolve("base").resolve("foreign"), "not the cluster's");
    // Of a server that has died; its number is another process's now.
    Files.writeString(data.resolve("postmaster.pid"), ProcessHandle.current().pid() + "\n");
    assertThat(salvor.run("restore", "latest", "--to", data.toString(), "--mode=inplace").exit())
        .as("nobody has agreed")
        .isEqualTo(5);
    String[] inPlace = {
      "restore", "latest", "--to=" + data, "--mode=inplace", "--on-conflict=overwrite", "--yes"
    };

    JsonNode planned =
        salvor.json(
            Stream.concat(Stream.of(inPlace), Stream.of("--dry-run")).toArray(String[]::new));
    JsonNode restored = salvor.json(inPlace);

    assertThat(planned.get("changes")).isEqualTo(restored.get("changes"));
    assertThat(restored.get("status").asString()).isEqualTo("success");
    assertThat(planned.toString()).doesNotContain("tablespace-inside");
    long differing = planned.get("bytes").get("write").asLong();
    assertThat(restored.get("bytes").get("write").asLong()).isLessThan(differing - (1 << 20));
    assertThat(restored.get("changes").get("unchanged").asInt()).isGreaterThan(500);
    assertThat(restored.get("changes").get("delete").asInt()).isGreaterThan(1);
    assertThat(foreign).doesNotExist();
    assertThat(other.resolve("file")).hasContent("of another server");
    try (Stream<Path> links = Files.list(data.resolve("pg_tblspc"))) {
      assertThat(links).singleElement().satisfies(l -> assertThat(l).isSymbolicLink());
    }
    try (ServerProcess server = start(data)) {
      assertThat(count(server, "wide WHERE word <> 'x'")).isEqualTo("40000");
      assertThat(count(server, "shop")).isEqualTo("5000");
      assertThat(count(server, "far")).isEqualTo("1000");
    }

    salvor.json(
        "rollback", restored.get("id").asString(), "--on-conflict=overwrite", "--yes", "--no-undo");

    assertThat(foreign).hasContent("not the cluster's");
    try (ServerProcess server = start(data)) {
      assertThat(count(server, "wide WHERE word = 'x'")).isEqualTo("1");
      assertThat(count(server, "far")).isEqualTo("10");
      assertThat(count(server, "later")).isEqualTo("1");
    }
  }

  @Test
  void whatAClusterCannotHaveIsRefusedByName() throws Exception {
    Path data = place("refused");
    for (String option : new String[] {"--include=base", "--os-user=root", "--mode=swap"}) {
      Result refused = salvor.run("restore", "latest", "--to", data.toString(), option);
      assertThat(refused.exit()).as(option + refused.err()).isEqualTo(2);
      assertThat(refused.err()).hasLineCount(3);
    }
    Result nowhere = salvor.run("restore", "latest", "--to", "origin");
    assertThat(nowhere.exit()).isEqualTo(2);
    Result never =
        salvor.run("restore", "latest", "--to", data.toString(), "--at=2030-01-01T00:00:00Z");
    assertThat(never.exit()).isEqualTo(1);
    assertThat(never.err()).contains("nothing has followed its WAL", "was complete at");
    assertThat(data).doesNotExist();
  }

  @Test
  void aTablespaceIsPutWhereItIsSaid() throws Exception {
    Path data = place("mapped");
    Path space = data.resolveSibling("space");
    String was = cluster.home().resolve("space").toString();
    Result unknown =
        salvor.run("restore", "latest", "--to=" + data, "--map=/nowhere=" + space, "--dry-run");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains(was).hasLineCount(3);
    Result taken =
        salvor.run("restore", "latest", "--to=" + data, "--map=" + was + "=" + was, "--dry-run");
    assertThat(taken.exit()).isEqualTo(1);
    assertThat(taken.err()).contains("there is something already");
    assertThat(salvor.json("restore", "latest", "--to=" + data, "--dry-run").toString())
        .contains("tablespace-inside");

    salvor.json("restore", "latest", "--to=" + data, "--map=" + was + "=" + space);

    try (Stream<Path> links = Files.list(data.resolve("pg_tblspc"))) {
      assertThat(links).singleElement().satisfies(l -> assertThat(l).isSymbolicLink());
    }
    assertThat(space).isDirectory();
    try (ServerProcess server = start(data)) {
      assertThat(count(server, "far")).isEqualTo("1000");
    }
  }

  @Test
  void theDoctorLooksAtACluster() throws Exception {
    Result looked = salvor.run("doctor", address, "--json");

    Schemas.check("doctor", looked.out());
    assertThat(looked.out()).contains("\"wal_level\"", "\"slots\"", "\"checksums\"");
    assertThat(looked.out()).contains("may replicate");
    salvor.environment.put("PGPASSWORD", "wrong");
    try {
      Result refused = salvor.run("doctor", address);
      assertThat(refused.exit()).isEqualTo(1);
      assertThat(refused.out()).contains("pg_hba.conf");
    } finally {
      salvor.environment.put("PGPASSWORD", "secret");
    }
  }
}
