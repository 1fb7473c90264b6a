package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever restores a table is killed while its rows are being changed. */
@Tag("slow")
class KilledTableRestoreTest {
  @TempDir private Path top;
  private TrialCluster cluster;
  private String address;

  @BeforeEach
  void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeThat(programs).as("PostgreSQL is installed").isPresent();
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of("max_wal_senders", "4"));
    cluster.sql(
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'",
        "CREATE ROLE keeper SUPERUSER LOGIN PASSWORD 'secret'",
        "CREATE TABLE shop AS SELECT n AS id, 'good' AS word FROM generate_series(1, 1000) n",
        "ALTER TABLE shop ADD PRIMARY KEY (id)");
    address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    run("init");
    run("backup", address);
    cluster.sql("UPDATE shop SET word = 'bad' WHERE id <= 500");
  }

  @AfterEach
  void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  private Process process(String... words) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx144m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.salvor.cli.Main"));
    line.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(line).directory(top.toFile());
    builder.environment().put("SALVOR_REPO", top.resolve("repository").toString());
    builder.environment().put("SALVOR_PASSWORD", "secret");
    builder.environment().put("SALVOR_CACHE_DIR", top.resolve("state").toString());
    builder.environment().put("PGPASSWORD", "secret");
    builder.environment().put("TMPDIR", cluster.home().toString());
    return builder.redirectErrorStream(true).start();
  }

  private void run(String... words) throws Exception {
    Process process = process(words);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(out).isZero();
  }

  private String[] restore() {
    return new String[] {
      "restore",
      "latest",
      "--source",
      address,
      "--include",
      "postgres/public.shop",
      "--mode",
      "differences",
      "--to",
      "postgresql://keeper@127.0.0.1:" + cluster.local("").port() + "/postgres",
      "--on-conflict",
      "overwrite",
      "--yes"
    };
  }

  private List<Path> places() throws IOException {
    try (Stream<Path> files = Files.list(cluster.home())) {
      return files.filter(file -> file.getFileName().toString().startsWith("salvor-")).toList();
    }
  }

  private static String one(ServerConnection connection, String sql) throws IOException {
    return connection.query("SELECT (" + sql + ") AS one").getFirst().get("one");
  }

  private static void await(ServerConnection connection, String sql) throws Exception {
    while (!one(connection, sql).equals("t")) {
      Sleeper.REAL.sleep(Duration.ofMillis(50));
    }
  }

  @Test
  void noRowHasChangedAndTheNextOneRemovesWhatIsLeft() throws Exception {
    try (ServerConnection other = open();
        ServerConnection watch = open()) {
      // It comes as far as this row, in the middle of its changes, and waits.
      other.send("BEGIN; SELECT 1 FROM shop WHERE id = 400 FOR UPDATE").end();
      Process killed = process(restore());
      await(
          watch,
          "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'keeper'"
              + " AND wait_event_type = 'Lock' AND query LIKE 'UPDATE%'");
      killed.destroyForcibly().waitFor();
      other.send("ROLLBACK").end();
      await(watch, "SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'keeper'");

      assertThat(one(watch, "SELECT count(*) FROM shop WHERE word = 'bad'")).isEqualTo("500");
      assertThat(places()).hasSize(1);
      Path data = places().getFirst().resolve("data");
      long server = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
      assertThat(ProcessHandle.of(server)).isPresent();

      run(restore());

      assertThat(one(watch, "SELECT count(*) FROM shop WHERE word = 'bad'")).isEqualTo("0");
      assertThat(places()).isEmpty();
      assertThat(ProcessHandle.of(server).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  private ServerConnection open() throws IOException {
    return ServerConnection.open(
        cluster.local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {});
  }
}
