package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.testkit.files.TmpfsMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Storages that are full, read-only, or gone; manifests that are damaged; clocks that are wrong.
 */
class HardPlacesTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;
  private Path mount;
  private TmpfsMount small;

  @BeforeEach
  void makeSource() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.writeString(source.resolve("file"), "content\n");
    mount = top.resolve("mount");
  }

  @AfterEach
  void unmount() throws Exception {
    if (small != null) {
      small.close();
    }
  }

  private void small() throws Exception {
    small = TmpfsMount.at(mount, "size=6m");
    salvor.environment.put("SALVOR_REPO", mount.resolve("repository").toString());
    salvor.json("init");
    salvor.json("backup", source.toString());
  }

  private static void random(Path file, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Files.write(file, bytes);
  }

  @Test
  void aFullStorageSaysHowMuchIsMissingAndCanStillBeRead() throws Exception {
    small();
    random(source.resolve("large"), 9 * MIB);

    Result full = salvor.run("backup", source.toString(), "--json");

    assertThat(full.exit()).isEqualTo(1);
    Schemas.check("error", full.out());
    assertThat(full.json().get("error").get("code").asString()).isEqualTo("SLV-2003");
    assertThat(full.err()).containsPattern("[0-9,]+ bytes are missing").hasLineCount(3);
    fill();
    assertThat(salvor.run("list").exit()).isZero();
    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
    Result restored = salvor.run("restore", "latest", "--to", top.resolve("to").toString());
    assertThat(restored.exit()).as(restored.err()).isZero();
    assertThat(top.resolve("to/file")).hasContent("content");
    Files.writeString(top.resolve("to/file"), "mine\n");
    Result undo =
        salvor.run(
            "restore",
            "latest",
            "--to",
            top.resolve("to").toString(),
            "--on-conflict=overwrite",
            "--yes");
    assertThat(undo.exit()).isEqualTo(1);
    assertThat(undo.err()).contains("SLV-4011", "--undo-to", "--no-undo").hasLineCount(3);
    assertThat(top.resolve("to/file")).hasContent("mine");
  }

  private void fill() throws IOException {
    try (var out = Files.newOutputStream(mount.resolve("filler"))) {
      byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e.getMessage()).contains("No space");
    }
  }

  @Test
  void aReadOnlyStorageIsToldAndCanBeRead() throws Exception {
    small();
    small.makeReadOnly();

    Result refused = salvor.run("backup", source.toString());

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-2002").hasLineCount(3);
    assertThat(salvor.run("list").exit()).isZero();
    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
    assertThat(salvor.run("restore", "latest", "--to", top.resolve("to").toString()).exit())
        .isZero();
  }

  @Test
  void aStorageThatGoesAwayIsNotReachable() {
    salvor.json("init");

    Result gone =
        salvor.run(
            "backup",
            "--stdin-from",
            "--",
            "mv",
            salvor.repository().toString(),
            top.resolve("elsewhere").toString());

    assertThat(gone.exit()).isEqualTo(13);
    assertThat(gone.err()).contains("SLV-2001", "has gone").hasLineCount(3);
  }

  @Test
  void aDamagedNewestManifestIsNotPassedOverForAnOlderOne() throws Exception {
    salvor.json("init");
    salvor.json("backup", source.toString());
    Files.writeString(source.resolve("file"), "newer\n");
    salvor.json("backup", source.toString());
    Path newest;
    try (Stream<Path> manifests = Files.list(salvor.repository().resolve("backups"))) {
      newest = manifests.max(Comparator.comparing(p -> p.toFile().lastModified())).orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length / 2] ^= 1;
    Files.write(newest, bytes);

    Result restored = salvor.run("restore", "latest", "--to", top.resolve("to").toString());

    assertThat(restored.exit()).isEqualTo(4);
    assertThat(restored.err()).contains("SLV-1105");
    assertThat(top.resolve("to")).doesNotExist();
  }

  @Test
  void aClockThatIsWrongChangesNeitherOrderNorWhatIsFoundChanged() throws Exception {
    salvor.json("init");
    String first = salvor.json("backup", source.toString()).get("id").asString();
    for (Duration leap : new Duration[] {Duration.ofDays(365), Duration.ofDays(-730)}) {
      salvor.clock.advance(leap);
      Files.writeString(source.resolve("file"), "changed by " + leap + "\n");
      JsonNode changed = salvor.json("backup", source.toString());
      assertThat(changed.get("type").asString()).isEqualTo("incremental");
      assertThat(changed.get("entries").get("changed").asInt()).isPositive();
      JsonNode same = salvor.json("backup", source.toString());
      assertThat(same.get("parent")).isEqualTo(changed.get("id"));
      assertThat(same.get("entries").get("changed").asInt()).isZero();
      assertThat(same.get("bytes").get("read").asLong()).isZero();
      assertThat(salvor.json("show", "latest").get("id")).isEqualTo(same.get("id"));
    }
    JsonNode listed = salvor.json("list").get("backups");
    assertThat(listed).hasSize(5);
    var ids = ReadingCommandsTest.texts(listed, "id");
    assertThat(ids.getFirst().equals(first) || ids.getLast().equals(first)).isTrue();
    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
  }
}
