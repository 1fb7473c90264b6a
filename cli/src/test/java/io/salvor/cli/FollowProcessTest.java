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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A real server is followed by a process, which is ended and killed. */
class FollowProcessTest {
  @TempDir private Path top;
  private TrialCluster cluster;
  private String address;
  private CommandProcesses commands;

  @BeforeEach
  void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeThat(programs).as("PostgreSQL is installed").isPresent();
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of("max_wal_senders", "4"));
    cluster.sql(
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'",
        "CREATE TABLE shop (id serial, word text)");
    address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    commands = new CommandProcesses(top);
    run("init");
  }

  @AfterEach
  void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  private JsonNode run(String... words) throws Exception {
    return commands.run(words);
  }

  private CommandProcesses.Follower follow() throws IOException {
    return commands.follow(address);
  }

  private Instant insert(String word) throws IOException {
    cluster.sql("INSERT INTO shop (word) VALUES ('" + word + "')");
    return Instant.now();
  }

  @Test
  void itSaysWhereItStreamsAndEndsInOrder() throws Exception {
    CommandProcesses.Follower follower = follow();
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
    CommandProcesses.Follower follower = follow();
    run("backup", address);
    insert("kept");
    follower.kill();
    insert("while nobody followed");
    follower = follow();
    cluster.server().kill();
    cluster.up(Map.of("max_wal_senders", "4"));
    follower.awaitStreaming();
    Instant good = insert("last good one");
    Sleeper.REAL.sleep(Duration.ofMillis(20));
    Instant bad = insert("deletion");
    cluster.sql("DELETE FROM shop");
    JsonNode window = commands.awaitWindow(address, bad);
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
