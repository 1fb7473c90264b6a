package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
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
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster is backed up, restored, started, and asked. */
class ClusterTripTest {
  private static final Passwords PASSWORDS = endpoint -> "secret".toCharArray();
  private static TrialCluster cluster;

  @TempDir Path temp;

  @BeforeAll
  static void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of("max_wal_senders", "4"));
    Path space = Files.createDirectory(cluster.home().resolve("space"));
    OsUser.ownerOf(cluster.data()).own(space);
    cluster.sql(
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'",
        "CREATE ROLE nobody LOGIN PASSWORD 'secret'",
        "CREATE TABLE shop AS SELECT n AS id, md5(n::text) AS word FROM generate_series(1, 100000)"
            + " n",
        // Else whoever reads the rows first changes every page.
        "VACUUM FREEZE",
        "CREATE TABLESPACE aside LOCATION '" + space + "'",
        "CREATE TABLE far TABLESPACE aside AS SELECT n FROM generate_series(1, 1000) n");
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Source source(String user) {
    String address = "postgresql+cluster://" + user + "@127.0.0.1:" + cluster.local("").port();
    return new ClusterProvider("nobody", PASSWORDS, Clock.systemUTC())
        .open(List.of(address), CaptureOptions.ALL);
  }

  @Test
  void whatIsRestoredStartsAndHasTheSameRows() throws Exception {
    try (World world = new World(temp)) {
      Backup backup;
      try (Source source = source("backup")) {
        backup = world.backup(source);
      }
      assertThat(backup.manifest().status()).isEqualTo(BackupStatus.SUCCESS);
      // Where the server's user comes to.
      Path home = Files.createDirectory(cluster.home().resolve("restored"));
      Path data = home.resolve("data");
      var _ = world.restore(backup, data);
      // Tablespaces are directories in there until they are given places of their own.
      Files.deleteIfExists(data.resolve("tablespace_map"));
      give(home, OsUser.ownerOf(cluster.data()));
      try (ServerProcess server =
          ServerProcess.start(
              cluster.programs(),
              OsUser.ownerOf(cluster.data()),
              data,
              home,
              cluster.local("").port(),
              cluster.home().resolve("restored.log"),
              Map.of("listen_addresses", "", "allow_in_place_tablespaces", "on"))) {
        server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
        try (ServerConnection connection =
            ServerConnection.open(
                server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, n -> {})) {
          assertThat(sum(connection)).isEqualTo(sum());
          assertThat(connection.query("SELECT count(*) FROM far").getFirst().get("count"))
              .isEqualTo("1000");
        }
      }
    }
  }

  private static String sum() throws IOException {
    try (ServerConnection connection =
        ServerConnection.open(
            cluster.local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      return sum(connection);
    }
  }

  private static String sum(ServerConnection connection) throws IOException {
    return connection
        .query("SELECT md5(string_agg(id || word, ',' ORDER BY id)) AS sum FROM shop")
        .getFirst()
        .get("sum");
  }

  private static void give(Path home, OsUser user) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        user.own(file);
      }
    }
  }

  @Test
  void anUnchangedClusterCostsItsNewWalAndLittleMore() throws Exception {
    try (World world = new World(temp)) {
      try (Source source = source("backup")) {
        Backup first = world.backup(source);
        cluster.sql("UPDATE shop SET word = 'changed' WHERE id = 17");
        Backup second = world.backup(source);
        long before = first.manifest().bytes().stored();
        long after = second.manifest().bytes().stored();
        assertThat(after).as("stored after %d", before).isLessThan(before / 4);
      }
    }
  }

  @Test
  void whoMayNotReplicateIsToldWhatHelps() throws Exception {
    try (World world = new World(temp);
        Source source = source("nobody")) {
      assertThatThrownBy(() -> world.backup(source))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.remedy()).contains("ALTER ROLE \"nobody\" REPLICATION"));
    }
  }
}
