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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A server hands over its WAL by {@code archive_command}. */
class ArchiveCommandTest {
  @TempDir private Path top;
  private TrialCluster cluster;
  private Path handed;
  private CommandLineHarness salvor;
  private String address;

  @BeforeEach
  void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    Files.setPosixFilePermissions(top, PosixFilePermissions.fromString("rwxr-xr-x"));
    handed = Files.createDirectory(top.resolve("handed"));
    cluster = TrialCluster.start(programs.orElseThrow(), settings());
    OsUser.ownerOf(cluster.data()).own(handed);
    cluster.sql(
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'", "CREATE TABLE shop (word text)");
    address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    salvor = new CommandLineHarness(top).inRealTime();
    salvor.environment.put("PGPASSWORD", "secret");
    salvor.json("init");
  }

  private Map<String, String> settings() {
    return Map.of(
        "max_wal_senders",
        "4",
        "wal_keep_size",
        "1GB",
        "archive_mode",
        "on",
        "archive_command",
        "cp %p " + handed + "/.%f && mv " + handed + "/.%f " + handed + "/%f");
  }

  @AfterEach
  void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** All that was handed over, where the server has it, in the order of its names. */
  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(handed)) {
      return files
          .map(file -> cluster.data().resolve("pg_wal").resolve(file.getFileName()))
          .filter(Files::exists)
          .sorted()
          .toList();
    }
  }

  private String archive(Path file) {
    JsonNode document = salvor.json("archive", address, file.toString());
    Schemas.check("archive", document.toString());
    return document.get("status").asString();
  }

  /** Commits a word, and lets a moment pass, so that a time between two commits can be named. */
  private Instant commit(String word) throws Exception {
    cluster.sql("INSERT INTO shop VALUES ('" + word + "')");
    Instant at = Instant.now();
    Sleeper.REAL.sleep(Duration.ofMillis(20));
    return at;
  }

  @Test
  void aTimeIsRecoveredFromWhatTheServerHasHandedOver() throws Exception {
    salvor.json("backup", address);
    Instant kept = commit("kept");
    cluster.sql("SELECT pg_switch_wal()");
    commit("bad");
    cluster.sql("SELECT pg_switch_wal()");
    // The last second of what was handed over is not counted on.
    Sleeper.REAL.sleep(Duration.ofMillis(1200));
    cluster.sql("CREATE TABLE later (n int)");
    // In order: all that was full has been handed over when the server has ended.
    cluster.server().stop();
    for (Path file : files()) {
      assertThat(archive(file))
          .as(file.toString())
          .isEqualTo(file.toString().endsWith(".backup") ? "unneeded" : "stored");
    }
    assertThat(archive(files().getFirst())).as("again").isEqualTo("present");
    JsonNode window = salvor.json("windows").get("windows").get(0);
    assertThat(window.get("gaps")).isEmpty();
    assertThat(Instant.parse(window.get("to").asString()))
        .isBetween(kept.minusSeconds(5), Instant.now());

    Path home = Files.createDirectory(cluster.home().resolve("restored"));
    Path data = home.resolve("data");
    salvor.json(
        "restore",
        "latest",
        "--source",
        address,
        "--at",
        kept.plusMillis(10).toString(),
        "--to",
        "file:" + data);

    assertThat(words(data, home)).isEqualTo("kept");
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
  }

  @Test
  @Tag("slow")
  void aPromotionIsCrossedWithWhatWasHandedOverWhole() throws Exception {
    salvor.json("backup", address);
    commit("before");
    cluster.server().stop();
    Files.createFile(cluster.data().resolve("standby.signal"));
    cluster.up(settings());
    cluster.sql("SELECT pg_promote()");
    commit("after");
    Sleeper.REAL.sleep(Duration.ofMillis(1200));
    cluster.sql("SELECT pg_switch_wal()", "CREATE TABLE later (n int)");
    cluster.server().stop();
    List<Path> files = files();
    assertThat(files.toString()).contains(".partial", "00000002.history");
    for (Path file : files) {
      assertThat(archive(file)).isIn("stored", "unneeded");
    }
    assertThat(salvor.json("windows").get("windows").get(0).get("gaps")).isEmpty();

    Path home = Files.createDirectory(cluster.home().resolve("restored"));
    Path data = home.resolve("data");
    salvor.json("restore", "latest", "--source", address, "--at", "end", "--to", "file:" + data);

    assertThat(words(data, home)).isEqualTo("before,after");
  }

  @Test
  @Tag("slow")
  void whatOfANewTimelineIsNotKnownToBeCompleteIsAtTheEndAllTheSame() throws Exception {
    salvor.json("backup", address);
    commit("before");
    Sleeper.REAL.sleep(Duration.ofMillis(1200));
    cluster.sql("SELECT pg_switch_wal()", "CREATE TABLE between (n int)");
    cluster.server().stop();
    Files.createFile(cluster.data().resolve("standby.signal"));
    cluster.up(settings());
    cluster.sql("SELECT pg_promote()");
    commit("after");
    cluster.server().stop();
    for (Path file : files()) {
      // A copy does not tell until when there was nothing more.
      boolean second = file.getFileName().toString().startsWith("00000002");
      archive(second ? handed.resolve(file.getFileName()) : file);
    }
    JsonNode window = salvor.json("windows").get("windows").get(0);
    assertThat(Instant.parse(window.get("to").asString())).isAfter(Instant.EPOCH);

    Path home = Files.createDirectory(cluster.home().resolve("restored"));
    Path data = home.resolve("data");
    salvor.json("restore", "latest", "--source", address, "--at", "end", "--to", "file:" + data);

    assertThat(words(data, home)).isEqualTo("before,after");
  }

  private String words(Path data, Path home) throws Exception {
    OsUser.ownerOf(data).own(home);
    try (ServerProcess server =
        ServerProcess.start(
            cluster.programs(),
            OsUser.ownerOf(data),
            data,
            home,
            cluster.local("").port(),
            home.resolve("log"),
            Map.of("listen_addresses", "", "archive_mode", "off"))) {
      server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
      try (ServerConnection connection =
          ServerConnection.open(
              server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
        return connection.query("SELECT string_agg(word, ',') AS w FROM shop").getFirst().get("w");
      }
    }
  }

  @Test
  void whatIsNotOfThisLogIsRefusedAndTheServerKeepsIt() throws Exception {
    for (int i = 0; i < 10; i++) {
      cluster.sql("CREATE TABLE t" + i + " (n int)", "SELECT pg_switch_wal()");
    }
    cluster.server().stop();
    for (Path file : files()) {
      assertThat(archive(file)).isEqualTo("stored");
    }
    try (Stream<Path> tails = Files.walk(salvor.repository().resolve("journals"))) {
      assertThat(tails.filter(Files::isRegularFile).count())
          .as("most of it lies in segments")
          .isLessThan(20);
    }
    Path first = files().getFirst();
    byte[] bytes = Files.readAllBytes(first);
    bytes[5000] ^= 1;
    Path other = Files.createDirectory(top.resolve("other"));
    Files.write(other.resolve(first.getFileName()), bytes);
    refused("other bytes", other.resolve(first.getFileName()));
    Path renamed = other.resolve("0000000100000000000000AA");
    Files.write(renamed, bytes);
    refused("first page", renamed);
    refused("name", Files.createFile(other.resolve("README")));
    Path cut = other.resolve(files().get(1).getFileName());
    Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(files().get(1)), 1 << 20));
    refused("another size", cut);
    Result missing = salvor.run("archive", address, "nowhere");
    assertThat(missing.exit()).isEqualTo(1);
    assertThat(salvor.run("archive", "/srv", first.toString()).exit()).isEqualTo(2);
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
  }

  private void refused(String why, Path file) {
    Result result = salvor.run("archive", address, file.toString());
    assertThat(result.exit()).as(file.toString()).isEqualTo(1);
    assertThat(result.err()).contains("SLV-3011").contains(why).hasLineCount(3);
  }
}
