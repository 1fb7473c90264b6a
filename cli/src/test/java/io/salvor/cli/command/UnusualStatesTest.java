package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Sources that are streams, repositories in odd places, damaged ones, and what is told of them. */
class UnusualStatesTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;

  @BeforeEach
  void makeRepository() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.writeString(source.resolve("file"), "content\n".repeat(2000));
    salvor.json("init");
  }

  @Test
  void standardInputIsASource() {
    byte[] dump = "insert into shop\n".repeat(500).getBytes(StandardCharsets.UTF_8);

    JsonNode backup = salvor.input(dump).json("backup", "-");

    Schemas.check("backup-run", backup.toString());
    assertThat(salvor.run("cat", "latest", "stdin").bytes()).isEqualTo(dump);
  }

  @Test
  void aCommandsOutputIsASourceUnlessItFails() {
    JsonNode backup = salvor.json("backup", "--stdin-from", "--", "printf", "%s-%s", "a", "b");
    Result failed = salvor.run("backup", "--stdin-from", "--", "sh", "-c", "echo half; exit 3");

    assertThat(backup.get("source").asString()).isEqualTo("command:printf %s-%s a b");
    assertThat(salvor.run("cat", "latest", "stdout").out()).isEqualTo("a-b");
    assertThat(failed.exit()).isEqualTo(1);
    assertThat(failed.err()).contains("SLV-3007", "status 3").hasLineCount(3);
    assertThat(salvor.json("list").get("backups")).hasSize(1);
  }

  @Test
  void aRepositoryInTheSourceIsLeftOutWithAWarning() {
    JsonNode backup = salvor.json("backup", top.toString());

    assertThat(backup.get("warnings").toString()).contains("repository");
    assertThat(ReadingCommandsTest.texts(salvor.json("ls", "latest").get("entries"), "key"))
        .contains("data/file")
        .noneMatch(key -> key.startsWith("repository/"));
    assertThat(salvor.run("backup", top.toString()).err()).contains("salvor: warning: ");
  }

  @Test
  void progressIsToldAsEvents() {
    Result backup = salvor.run("backup", source.toString(), "--progress=json");

    assertThat(backup.err().lines())
        .isNotEmpty()
        .allSatisfy(line -> Schemas.check("progress", line))
        .anySatisfy(line -> assertThat(line).contains("\"phase\":\"capture\""));
  }

  @Test
  void damageIsFoundAndRestoresNothingWrong() throws IOException {
    salvor.json("backup", source.toString());
    for (Path pack : files("packs")) {
      byte[] bytes = Files.readAllBytes(pack);
      bytes[bytes.length / 3] ^= 1;
      Files.write(pack, bytes);
    }

    Result verified = salvor.run("verify", "--depth", "full", "--json");

    assertThat(verified.exit()).isEqualTo(4);
    Schemas.check("verify", verified.out());
    assertThat(verified.json().get("status").asString()).isEqualTo("damaged");
    assertThat(salvor.run("verify", "--depth=full").out()).contains("damage  packs/", "do: ");
    Result restored = salvor.run("restore", "latest", "--to", top.resolve("out").toString());
    assertThat(restored.exit()).isEqualTo(4);
    assertThat(top.resolve("out/file")).doesNotExist();
  }

  @Test
  void aLostBackupShows() throws IOException {
    String lost = salvor.json("backup", source.toString()).get("id").asString();
    Files.delete(files("backups").getFirst());

    assertThat(salvor.run("list").err()).contains("SLV-1105", lost);
    JsonNode status = salvor.json("status");
    Schemas.check("status", status.toString());
    assertThat(status.get("warnings").toString()).contains("SLV-1105", lost);
    assertThat(salvor.run("verify").exit()).isEqualTo(4);
    Result doctor = salvor.run("doctor", "--json");
    assertThat(doctor.exit()).isEqualTo(4);
    Schemas.check("doctor", doctor.out());
    assertThat(salvor.run("doctor").out()).contains("failed  ledger", "salvor repair --dry-run");
  }

  @Test
  void aRepositoryIsNotMadeWhereAnotherIsOutOfReach() throws IOException {
    // As below a mount point whose disk is away.
    Path mounted = Files.move(salvor.repository(), top.resolve("disk"));
    Files.createDirectory(salvor.repository());

    Result refused = salvor.run("init");
    assertThat(refused.exit()).isEqualTo(13);
    assertThat(refused.err()).contains("SLV-2001", "mount what belongs there", "--yes");
    assertThat(salvor.repository()).isEmptyDirectory();
    assertThat(salvor.typing("n\n", "init").exit()).isEqualTo(13);
    assertThat(salvor.repository()).isEmptyDirectory();
    Result asked = salvor.typing("y\n", "init");
    assertThat(asked.exit()).isZero();
    assertThat(asked.err()).contains("Make a new repository there?");
    deleteTree(salvor.repository());
    Files.createDirectory(salvor.repository());
    assertThat(salvor.run("init", "--yes").exit()).isZero();
    deleteTree(salvor.repository());
    assertThat(salvor.run("init").exit()).as("deleted, beside other files").isZero();
    assertThat(mounted).isNotEmptyDirectory();
  }

  private static void deleteTree(Path top) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void theDoctorFindsWhatOthersCanRead() throws IOException {
    Files.setPosixFilePermissions(
        salvor.repository().resolve("salvor"), PosixFilePermissions.fromString("rw-r--r--"));

    Result doctor = salvor.run("doctor");

    assertThat(doctor.exit()).isEqualTo(1);
    assertThat(doctor.out()).contains("failed  permissions", "chmod -R go=");
  }

  @Test
  void aTypeWithoutPredecessorIsFullAndSaysSo() {
    JsonNode backup = salvor.json("backup", source.toString(), "--type", "differential");

    assertThat(backup.get("type").asString()).isEqualTo("full");
    assertThat(backup.get("warnings")).hasSize(1);
    JsonNode next = salvor.json("backup", source.toString(), "--type", "differential");
    assertThat(next.get("type").asString()).isEqualTo("differential");
    assertThat(next.get("base")).isEqualTo(backup.get("id"));
  }

  @Test
  void aSignalEndsTheCommandInOrder() {
    salvor.interruption.raise("SIGTERM");

    Result backup = salvor.run("backup", source.toString(), "--json");

    assertThat(backup.exit()).isEqualTo(130);
    Schemas.check("error", backup.out());
    assertThat(backup.err()).contains("SLV-6003", "SIGTERM").hasLineCount(3);
  }

  private List<Path> files(String directory) throws IOException {
    try (Stream<Path> all = Files.walk(salvor.repository().resolve(directory))) {
      return all.filter(Files::isRegularFile).sorted(Comparator.naturalOrder()).toList();
    }
  }
}
