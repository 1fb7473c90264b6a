package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.salvor.cli.command.PublishedSchemas;
import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.server.ServerProcess;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real server is followed by a process, which is ended and killed. */
class FollowProcessTest {
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
        "CREATE TABLE shop (id serial, word text)");
    address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    run("init");
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
    builder.redirectError(top.resolve("errors").toFile());
    return builder.start();
  }

  private JsonNode run(String... words) throws Exception {
    String[] all = java.util.Arrays.copyOf(words, words.length + 1);
    all[words.length] = "--json";
    Process process = process(all);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(out + Files.readString(top.resolve("errors"))).isZero();
    return JsonMapper.shared().readTree(out);
  }

  /** A follower that has told it is streaming, and what it tells. */
  private record Running(Process process, BufferedReader out) {
    JsonNode next() throws IOException {
      String line = out.readLine();
      assertThat(line).isNotNull();
      PublishedSchemas.check("follow", line);
      return JsonMapper.shared().readTree(line);
    }

    Running awaitStreaming() throws IOException {
      JsonNode line = next();
      while (!line.get("event").asString().equals("streaming")) {
        line = next();
      }
      assertThat(line.get("position").asString()).matches("[0-9A-F]+/[0-9A-F]+");
      return this;
    }

    void terminate() throws Exception {
      new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
  }

  private Running follow() throws IOException {
    Process process = process("follow", address, "--json");
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    return new Running(process, out).awaitStreaming();
  }

  private Instant insert(String word) throws IOException {
    cluster.sql("INSERT INTO shop (word) VALUES ('" + word + "')");
    return Instant.now();
  }

  /** Waits until what was committed by a time can be recovered. */
  private JsonNode awaitWindow(Instant time) throws Exception {
    for (int i = 0; i < 60; i++) {
      JsonNode document = run("windows", "--source", address);
      PublishedSchemas.check("windows", document.toString());
      JsonNode windows = document.get("windows");
      if (!windows.isEmpty()
          && !Instant.parse(windows.get(0).get("to").asString()).isBefore(time)) {
        return windows.get(0);
      }
      Sleeper.REAL.sleep(Duration.ofMillis(200));
    }
    throw new AssertionError("the window does not reach " + time);
  }

  @Test
  void itSaysWhereItStreamsAndEndsInOrder() throws Exception {
    Running follower = follow();
    Instant committed = insert("row");
    follower.terminate();
    JsonNode document = run("windows");
    PublishedSchemas.check("windows", document.toString());
    assertThat(document.get("windows")).as("without a backup there is none").isEmpty();
    JsonNode captured = document.get("captured").get(0);
    assertThat(captured.get("source").asString()).isEqualTo(address);
    assertThat(committed).isNotNull();
    assertThat(run("list").get("backups")).isEmpty();
  }

  @Test
  @Tag("slow")
  void aTimeIsRecoveredThoughTheFollowerAndTheServerWereKilled() throws Exception {
    Running follower = follow();
    run("backup", address);
    insert("kept");
    follower.process.destroyForcibly().waitFor();
    insert("while nobody followed");
    follower = follow();
    cluster.server().kill();
    cluster.up(Map.of("max_wal_senders", "4"));
    follower.awaitStreaming();
    Instant good = insert("last good one");
    Sleeper.REAL.sleep(Duration.ofMillis(20));
    Instant bad = insert("deletion");
    cluster.sql("DELETE FROM shop");
    JsonNode window = awaitWindow(bad);
    assertThat(window.get("gaps")).isEmpty();
    follower.terminate();
    assertThat(run("list").get("backups")).hasSize(1);
    Path home = Files.createDirectory(cluster.home().resolve("restored"));
    run(
        "restore",
        "latest",
        "--source",
        address,
        "--at",
        good.plusMillis(10).toString(),
        "--to",
        "file:" + home.resolve("data"));
    OsUser.ownerOf(home.resolve("data")).own(home);
    try (ServerProcess server =
        ServerProcess.start(
            cluster.programs(),
            OsUser.ownerOf(home.resolve("data")),
            home.resolve("data"),
            home,
            cluster.local("").port(),
            home.resolve("log"),
            Map.of("listen_addresses", ""))) {
      server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
      try (ServerConnection connection =
          ServerConnection.open(
              server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
        assertThat(
                connection
                    .query("SELECT string_agg(word, ', ' ORDER BY id) AS words FROM shop")
                    .getFirst()
                    .get("words"))
            .isEqualTo("kept, while nobody followed, last good one");
      }
    }
  }
}
