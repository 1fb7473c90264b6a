package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.recovery.Recovery;
import io.salvor.provider.postgresql.recovery.RecoveryGoal;
import io.salvor.provider.postgresql.recovery.WalSupply;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.server.ServerProcess;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster is recovered to moments of its history, which its own log of commits tells exactly. */
class RecoveryTest {
  private static final int COMMITS = 60;

  @TempDir private static Path temp;
  private static TrialCluster cluster;
  private static Path wal;
  private static World world;
  private static Backup backup;
  private static List<Commit> commits;

  /** A row, and when it was committed by the server's own record. */
  private record Commit(int number, Instant at, String transaction, String position) {}

  @BeforeAll
  static void makeHistory() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    wal = Files.createDirectory(temp.resolve("wal"));
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    cluster =
        TrialCluster.start(
            programs.orElseThrow(),
            Map.of(
                "max_wal_senders",
                "4",
                "track_commit_timestamp",
                "on",
                "archive_mode",
                "on",
                "archive_command",
                "cp %p " + wal + "/.%f && mv " + wal + "/.%f " + wal + "/%f"));
    OsUser.ownerOf(cluster.data()).own(wal);
    cluster.sql(
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'",
        "CREATE TABLE done (n int, xid text DEFAULT pg_current_xact_id()::text)");
    world = new World(temp);
    String address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    try (Source source =
        new ClusterProvider("backup", e -> "secret".toCharArray(), Clock.systemUTC())
            .open(List.of(address), CaptureOptions.ALL)) {
      backup = world.backup(source);
    }
    try (ServerConnection connection =
        ServerConnection.open(
            cluster.local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      List<String> positions = new ArrayList<>();
      for (int n = 1; n <= COMMITS; n++) {
        var _ = connection.query("INSERT INTO done VALUES (" + n + ")");
        positions.add(
            connection.query("SELECT pg_current_wal_insert_lsn() AS at").getFirst().get("at"));
        if (n == 30) {
          var _ = connection.query("SELECT pg_create_restore_point('half way')");
        }
        if (n % 20 == 0) {
          var _ = connection.query("SELECT pg_switch_wal()");
        }
      }
      commits = new ArrayList<>();
      for (Row row :
          connection.query(
              "SELECT n, xid, to_char(pg_xact_commit_timestamp(xid::text::xid) AT TIME ZONE 'UTC',"
                  + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at FROM done ORDER BY n")) {
        int n = Integer.parseInt(row.get("n"));
        commits.add(
            new Commit(n, Instant.parse(row.get("at")), row.get("xid"), positions.get(n - 1)));
      }
      var _ = connection.query("SELECT pg_switch_wal()");
    }
    // In order: all of the history has been copied when the server has ended.
    cluster.server().stop();
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
    if (world != null) {
      world.close();
    }
  }

  private static boolean supply(String name, Path to) throws IOException {
    Path file = wal.resolve(name);
    if (Files.notExists(file)) {
      return false;
    }
    Files.copy(file, to);
    return true;
  }

  private static Path restored(String name) throws Exception {
    Path home = Files.createDirectory(cluster.home().resolve(name));
    Path data = home.resolve("data");
    var _ = world.restore(backup, data);
    OsUser user = OsUser.ownerOf(cluster.data());
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        user.own(file);
      }
    }
    return data;
  }

  private static Recovery.Outcome recover(Path data, RecoveryGoal goal, boolean endIsGoal)
      throws Exception {
    WalSupply supply = RecoveryTest::supply;
    return Recovery.run(
        new Recovery.Request(
            cluster.programs(),
            OsUser.ownerOf(cluster.data()),
            data,
            goal,
            spool -> supply,
            endIsGoal,
            false),
        Sleeper.REAL,
        Progress.NONE);
  }

  /** The rows of what was recovered; it is removed. */
  private static List<Integer> rows(Path data) throws Exception {
    Path home = Path.of(String.valueOf(data.getParent()));
    List<Integer> rows = new ArrayList<>();
    try (ServerProcess server =
        ServerProcess.start(
            cluster.programs(),
            OsUser.ownerOf(cluster.data()),
            data,
            home,
            cluster.local("").port(),
            home.resolve("log"),
            Map.of("listen_addresses", "", "archive_mode", "off", "fsync", "off"))) {
      server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
      try (ServerConnection connection =
          ServerConnection.open(
              server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
        for (Row row : connection.query("SELECT n FROM done ORDER BY n")) {
          rows.add(Integer.parseInt(row.get("n")));
        }
      }
    }
    World.remove(home);
    return rows;
  }

  private static List<Integer> until(Instant time) {
    return commits.stream().filter(c -> !c.at().isAfter(time)).map(Commit::number).toList();
  }

  private static List<Integer> first(int count) {
    return commits.stream().limit(count).map(Commit::number).toList();
  }

  @Test
  void aTimeIsMetToTheMicrosecond() throws Exception {
    Instant exact = commits.get(41).at();
    Path data = restored("exact");

    Recovery.Outcome outcome = recover(data, new RecoveryGoal.Time(exact), true);

    assertThat(outcome.stopped()).contains("before commit of transaction");
    assertThat(outcome.segments()).isPositive();
    assertThat(rows(data)).isEqualTo(until(exact)).hasSize(42);
  }

  @Test
  void aTimeBehindTheLastCommitIsTheEndWhereThatIsKnown() throws Exception {
    RecoveryGoal goal = new RecoveryGoal.Time(commits.getLast().at().plusSeconds(3600));
    Path data = restored("behind");

    assertThatThrownBy(() -> recover(data, goal, false))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.RECOVERY_FAILED);
              assertThat(e.why()).contains("before configured recovery target was reached");
            });
    var _ = recover(data, goal, true);
    assertThat(rows(data)).hasSize(COMMITS);
  }

  @Test
  void aPositionATransactionAndANameAreMet() throws Exception {
    Path byPosition = restored("position");
    var _ = recover(byPosition, new RecoveryGoal.Position(commits.get(9).position()), false);
    assertThat(rows(byPosition)).isEqualTo(first(10));
    Path byTransaction = restored("transaction");
    var _ =
        recover(byTransaction, new RecoveryGoal.Transaction(commits.get(19).transaction()), false);
    assertThat(rows(byTransaction)).isEqualTo(first(20));
    Path byName = restored("name");
    var _ = recover(byName, new RecoveryGoal.Name("half way"), false);
    assertThat(rows(byName)).isEqualTo(first(30));
  }

  @Test
  @Tag("slow")
  void twoHundredRandomTimesAreAllExact() throws Exception {
    Random random = new Random(14);
    Instant from = commits.getFirst().at();
    long length = Duration.between(from, commits.getLast().at()).toNanos() / 1000;
    for (int i = 0; i < 200; i++) {
      Instant time = from.plusNanos(random.nextLong(length) * 1000);
      Path data = restored("random" + i);
      var _ = recover(data, new RecoveryGoal.Time(time), true);
      assertThat(rows(data)).as("%s", time).isEqualTo(until(time));
    }
  }
}
