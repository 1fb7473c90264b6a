package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RepairCommandTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;
  private String copy;

  @BeforeEach
  void makeRepositoryAndCopy() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    copy = top.resolve("copy").toString();
    Files.writeString(source.resolve("file"), "content\n".repeat(2000));
    salvor.json("init");
    salvor.json("backup", source.toString());
    salvor.json("copy", "--to", copy, "--init");
  }

  @Test
  void thereIsNothingToRepair() {
    JsonNode report = salvor.json("repair", "--from", copy);
    Schemas.check("repair", report.toString());
    assertThat(report.get("status").asString()).isEqualTo("intact");
    assertThat(salvor.run("repair").out()).contains("intact");
  }

  @Test
  void aDryRunSaysWhatTheRunDoesAndWritesNothing() throws IOException {
    harm("packs");
    Files.delete(files("backups").getFirst());
    Files.delete(files("keys").getFirst());
    Files.delete(salvor.repository().resolve("salvor"));
    List<Path> before = files("");

    JsonNode dry = salvor.json("repair", "--from", copy, "--dry-run");

    Schemas.check("repair", dry.toString());
    assertThat(files("")).isEqualTo(before);
    assertThat(dry.get("putBack")).hasSizeGreaterThan(3);
    JsonNode run = salvor.json("repair", "--from", copy);
    assertThat(run.get("putBack")).isEqualTo(dry.get("putBack"));
    assertThat(run.get("status").asString()).isEqualTo("repaired");
    for (Path file : files("")) {
      Path other = Path.of(copy).resolve(salvor.repository().relativize(file));
      assertThat(file).hasSameBinaryContentAs(other);
    }
    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
  }

  @Test
  void withoutACopyItSaysWhatIsLostAndTheNextBackupStoresItAgain() throws IOException {
    harm("packs");

    Result dry = salvor.run("repair", "--dry-run");
    Result repaired = salvor.run("repair", "--json");

    assertThat(dry.exit()).isEqualTo(4);
    assertThat(dry.out()).contains("would be", "lost", "damaged");
    assertThat(repaired.exit()).isEqualTo(4);
    Schemas.check("repair", repaired.out());
    assertThat(repaired.json().get("backups")).isNotEmpty();
    assertThat(salvor.run("verify").exit()).isEqualTo(4);
    assertThat(salvor.run("backup", source.toString(), "--type=full").exit()).isZero();
    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
  }

  @Test
  void aLostManifestIsGivenUpOnRequest() throws IOException {
    String lost = salvor.json("list").get("backups").get(0).get("id").asString();
    Files.delete(files("backups").getFirst());

    Result left = salvor.run("repair");
    assertThat(left.exit()).isEqualTo(4);
    assertThat(left.out()).contains(lost, "--from");
    assertThat(salvor.run("repair", "--accept-loss").out()).contains("given up", lost);
    assertThat(salvor.run("verify").exit()).isZero();
  }

  @Test
  void aStorageThatWasPutBackIsAcceptedOnRequestOnly() throws IOException {
    Path earlier = top.resolve("earlier");
    copyTree(salvor.repository(), earlier);
    Files.writeString(source.resolve("more"), "more\n");
    String lost = salvor.json("backup", source.toString()).get("id").asString();
    deleteTree(salvor.repository());
    copyTree(earlier, salvor.repository());

    Result backup = salvor.run("backup", "--json", source.toString());
    assertThat(backup.exit()).isZero();
    assertThat(backup.json().get("warnings").get(0).get("code").asString()).isEqualTo("SLV-6002");
    assertThat(salvor.run("backup", source.toString()).err())
        .contains("salvor: warning:", "SLV-1102");
    Result found = salvor.run("verify");
    assertThat(found.exit()).isEqualTo(4);
    assertThat(found.out()).contains("salvor repair --accept-loss");
    // Another machine, which has seen nothing of it, is told by now.
    String here = salvor.environment.put("SALVOR_CACHE_DIR", top.resolve("other").toString());
    assertThat(salvor.run("verify").exit()).isEqualTo(4);
    salvor.environment.put("SALVOR_CACHE_DIR", here);

    Result left = salvor.run("repair", "--json");
    assertThat(left.exit()).isEqualTo(4);
    assertThat(left.json().get("vanished").get(0).asString()).isEqualTo(lost);
    assertThat(left.json().get("givenUp")).isEmpty();
    assertThat(salvor.run("repair").out()).contains("--accept-loss", "gone", lost);
    assertThat(salvor.run("verify").exit()).as("nothing is accepted unasked").isEqualTo(4);

    Result dry = salvor.run("repair", "--accept-loss", "--dry-run");
    assertThat(dry.exit()).isZero();
    assertThat(dry.out()).contains("would be given up  ledger/", lost, "salvor key list");
    assertThat(salvor.run("verify").exit()).as("a dry run accepts nothing").isEqualTo(4);
    Result accepted = salvor.run("repair", "--accept-loss", "--json");
    assertThat(accepted.exit()).isZero();
    Schemas.check("repair", accepted.out());
    assertThat(accepted.json().get("givenUp")).hasSize(1);
    assertThat(accepted.json().get("vanished").get(0).asString()).isEqualTo(lost);

    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
    assertThat(salvor.json("repair", "--accept-loss").get("status").asString()).isEqualTo("intact");
    assertThat(salvor.json("backup", source.toString()).get("warnings")).isEmpty();
    salvor.environment.put("SALVOR_CACHE_DIR", top.resolve("other").toString());
    assertThat(salvor.run("verify").exit()).isZero();
  }

  @Test
  void whatIsGivenUpHereGoesOnCountingInACopyThatHasIt() throws IOException {
    Path earlier = top.resolve("earlier");
    copyTree(salvor.repository(), earlier);
    Files.writeString(source.resolve("more"), "more\n");
    String lost = salvor.json("backup", source.toString()).get("id").asString();
    salvor.json("copy", "--to", copy);
    deleteTree(salvor.repository());
    copyTree(earlier, salvor.repository());
    assertThat(salvor.json("repair", "--accept-loss").get("givenUp")).isNotEmpty();

    salvor.json("backup", source.toString());
    salvor.json("copy", "--to", copy);

    assertThat(salvor.run("verify", "--repo", copy).exit()).isZero();
    assertThat(salvor.run("list", "--repo", copy).out()).contains(lost);
    assertThat(salvor.run("verify").exit()).isZero();
  }

  @Test
  void whatIsFoundInACopyIsPutBackAndNotGivenUp() throws IOException {
    Path newest = files("ledger").getLast();
    Files.delete(newest);
    assertThat(salvor.run("verify").exit()).isEqualTo(4);
    JsonNode report = salvor.json("repair", "--accept-loss", "--from", copy);
    assertThat(report.get("givenUp")).isEmpty();
    assertThat(report.get("putBack").toString()).contains("ledger/");
    assertThat(newest).exists();
    assertThat(salvor.run("verify").exit()).isZero();
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void deleteTree(Path top) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void whatIsDamagedIsReadFromACopy() throws IOException {
    harm("packs");
    Path out = top.resolve("out");
    assertThat(salvor.run("cat", "latest", "file").exit()).isEqualTo(4);

    Result printed = salvor.run("cat", "latest", "file", "--fallback", copy);
    assertThat(printed.exit()).isZero();
    assertThat(printed.bytes()).isEqualTo(Files.readAllBytes(source.resolve("file")));
    assertThat(printed.err()).contains("read from the copy", "SLV-1101");
    salvor.environment.put("SALVOR_FALLBACK", copy);
    assertThat(salvor.run("restore", "latest", "--to", out.toString()).exit()).isZero();
    assertThat(out.resolve("file")).hasSameBinaryContentAs(source.resolve("file"));
    salvor.environment.put("SALVOR_FALLBACK", top.resolve("nowhere").toString());
    Result without = salvor.run("cat", "latest", "file");
    assertThat(without.exit()).isEqualTo(4);
    assertThat(without.err()).contains("the copy cannot be used");
  }

  private void harm(String directory) throws IOException {
    for (Path file : files(directory)) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 3] ^= 1;
      Files.write(file, bytes);
    }
  }

  private List<Path> files(String directory) throws IOException {
    try (Stream<Path> all = Files.walk(salvor.repository().resolve(directory))) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !salvor.repository().relativize(file).startsWith("tmp"))
          .sorted()
          .toList();
    }
  }
}
