package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.salvor.cli.CommandProcesses.Follower;
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
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A server under load, followed, backed up and pruned, is killed at random moments. What is
 * recovered has all that was committed a second before, or where commits wait for the repository,
 * all that was acknowledged; and no transaction by half.
 */
class KilledClusterTest {
  private static final Map<String, String> SETTINGS =
      Map.of("max_wal_senders", "6", "max_wal_size", "256MB", "wal_compression", "on");

  @TempDir private Path top;
  private TrialCluster cluster;
  private ShopUnderLoad shop;
  private String address;
  private CommandProcesses commands;
  private Random random;
  private int restored;

  @BeforeEach
  void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeThat(programs).as("PostgreSQL is installed").isPresent();
    assumeThat(Files.isExecutable(programs.orElseThrow().program("pgbench")))
        .as("pgbench is installed")
        .isTrue();
    cluster = TrialCluster.start(programs.orElseThrow(), SETTINGS);
    cluster.sql("CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'");
    shop = new ShopUnderLoad(cluster);
    address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    commands = new CommandProcesses(top);
    JsonNode _ = commands.run("init");
    long seed = Long.getLong("salvor.test.seed", System.nanoTime());
    System.out.println("seed " + seed);
    random = new Random(seed);
  }

  @AfterEach
  void stop() throws IOException {
    if (shop != null) {
      shop.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void oneLossOfAServerUnderLoadLosesNothingThatIsASecondOld() throws Exception {
    kills(1, false);
  }

  @Test
  @Tag("slow")
  void tenLossesLoseNothingThatIsASecondOld() throws Exception {
    kills(Integer.getInteger("salvor.test.kills", 10), false);
  }

  @Test
  @Tag("slow")
  void tenLossesLoseNothingThatWasAcknowledgedWhereCommitsWait() throws Exception {
    kills(Integer.getInteger("salvor.test.kills", 10), true);
  }

  @Test
  @Tag("slow")
  void aFailoverToAStandbyIsFollowedOntoItsTimeline() throws Exception {
    Follower follower = commands.follow(address);
    JsonNode _ = commands.run("backup", address);
    shop.open();
    Path data = cluster.home().resolve("standby");
    cluster.run(
        cluster.programs().program("pg_basebackup").toString(),
        "-D",
        data.toString(),
        "-R",
        "-h",
        cluster.home().toString(),
        "-p",
        String.valueOf(cluster.local("").port()),
        "-U",
        "owner");
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("listen_addresses", "127.0.0.1");
    settings.put("fsync", "off");
    try (ServerProcess standby = standby(data, cluster.local("").port() + 1, settings)) {
      Sleeper.REAL.sleep(Duration.ofSeconds(2));
      Instant _ = shop.kill();
      standby.stop();
    }
    settings.put("primary_conninfo", "");
    try (ServerProcess promoted = standby(data, cluster.local("").port(), settings)) {
      cluster.sql(
          "SELECT pg_promote()",
          "BEGIN; INSERT INTO orders VALUES (-1); INSERT INTO payments VALUES (-1); COMMIT");
      follower.awaitStreaming();
      String live;
      try (ServerConnection connection =
          ServerConnection.open(
              promoted.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
        live = shop.sum(connection);
        commands.awaitWindow(address, Instant.now());
      }
      follower.terminate();
      JsonNode window = commands.run("windows", "--source", address).get("windows").get(0);
      assertThat(window.get("gaps")).isEmpty();
      assertRecovers(
          database -> {
            assertThat(shop.sum(database)).isEqualTo(live);
            shop.assertHas(database, Instant.EPOCH, "after a failover");
          });
    }
  }

  private ServerProcess standby(Path data, int port, Map<String, String> settings)
      throws Exception {
    ServerProcess standby =
        ServerProcess.start(
            cluster.programs(),
            OsUser.ownerOf(data),
            data,
            cluster.home(),
            port,
            cluster.home().resolve("standby.log"),
            settings);
    standby.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
    return standby;
  }

  private void kills(int times, boolean synchronous) throws Exception {
    String[] more = synchronous ? new String[] {"--synchronous"} : new String[0];
    Map<String, String> settings = new HashMap<>(SETTINGS);
    if (synchronous) {
      settings.put("synchronous_standby_names", "salvor");
    }
    Follower follower = commands.follow(address, more);
    if (synchronous) {
      cluster.server().stop();
      cluster.up(settings);
      follower.awaitStreaming();
    }
    for (int kill = 1; kill <= times; kill++) {
      String what = "kill " + kill;
      shop.open();
      FutureTask<Void> housekeeping = kill % 3 == 1 ? housekeeping(kill) : null;
      if (kill % 3 == 2) {
        Sleeper.REAL.sleep(Duration.ofMillis(random.nextInt(2000)));
        follower.kill();
        follower = commands.follow(address, more);
      }
      if (kill == 1 && housekeeping != null) {
        // There has to be something from which it can be recovered.
        housekeeping.get();
      }
      // Not to be right: any moment is as good.
      Sleeper.REAL.sleep(Duration.ofMillis(1500 + random.nextInt(times == 1 ? 500 : 12_000)));
      Instant lost = shop.kill();
      if (housekeeping != null && kill > 1) {
        housekeeping.get();
      }
      Duration mayLack = synchronous ? Duration.ZERO : Duration.ofSeconds(1);
      assertRecovers(lost.minus(mayLack), what);
      cluster.up(settings);
      follower.awaitStreaming();
    }
    follower.terminate();
    assertThat(commands.run("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
    System.out.println(times + " kills, " + shop.orders() + " orders acknowledged");
  }

  /** A backup, and what becomes of old ones; the server may go away under it. */
  private FutureTask<Void> housekeeping(int kill) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              Process backup = commands.start("backup", address);
              backup.getInputStream().readAllBytes();
              int exit = backup.waitFor();
              assertThat(exit).as("the backup beside kill %d", kill).isIn(0, 1, 13);
              JsonNode _ = commands.run("forget", "--keep-last", "2");
              JsonNode _ = commands.run("prune");
              return null;
            });
    Thread _ = Thread.ofPlatform().daemon().name("housekeeping").start(task);
    return task;
  }

  private void assertRecovers(Instant until, String what) throws Exception {
    assertRecovers(database -> shop.assertHas(database, until, what));
  }

  /** What must be so in what is recovered. */
  private interface Expectation {
    void check(ServerConnection database) throws IOException;
  }

  private void assertRecovers(Expectation expectation) throws Exception {
    Path home = Files.createDirectory(cluster.home().resolve("restored" + restored++));
    Path data = home.resolve("data");
    JsonNode _ =
        commands.run(
            "restore", "latest", "--source", address, "--at", "end", "--to", "file:" + data);
    OsUser.ownerOf(data).own(home);
    try (ServerProcess server =
        ServerProcess.start(
            cluster.programs(),
            OsUser.ownerOf(data),
            data,
            home,
            cluster.local("").port(),
            home.resolve("log"),
            Map.of("listen_addresses", "", "synchronous_standby_names", "", "fsync", "off"))) {
      server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
      try (ServerConnection connection =
          ServerConnection.open(
              server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
        expectation.check(connection);
      }
    }
    try (var files = Files.walk(home)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
