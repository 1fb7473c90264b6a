package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;

  @BeforeEach
  void makeRepository() throws IOException {
    salvor = new CommandLineHarness(top);
    Path source = Files.createDirectories(top.resolve("data"));
    Files.writeString(source.resolve("file"), "content\n".repeat(2000));
    salvor.json("init");
    salvor.json("backup", source.toString());
  }

  @Test
  void everyObjectIsCheckedWithoutAKey() throws IOException {
    salvor.environment.remove("SALVOR_PASSWORD");
    Result intact = salvor.run("verify", "--no-key", "--json");
    assertThat(intact.exit()).isZero();
    Schemas.check("verify", intact.out());
    assertThat(intact.json().get("depth").asString()).isEqualTo("checksums");
    assertThat(intact.json().get("issues").toString()).contains("without a key");
    for (Path file : files("")) {
      byte[] bytes = Files.readAllBytes(file);
      byte[] flipped = bytes.clone();
      flipped[bytes.length / 2] ^= 8;
      Files.write(file, flipped);
      assertThat(salvor.run("verify", "--no-key").exit()).as(file.toString()).isEqualTo(4);
      Files.write(file, bytes);
    }
    assertThat(salvor.run("verify", "--no-key", "--repo", top.resolve("no").toString()).exit())
        .isEqualTo(10);
    assertThat(salvor.run("verify", "--no-key", "--depth=full").exit()).isEqualTo(2);
  }

  @Test
  void aMistypedSourceIsNotCalledIntact() throws IOException {
    Result refused = salvor.run("verify", "--source", top.resolve("typo").toString());
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1203", "--source");
    assertThat(salvor.run("verify", "--source", top.resolve("data").toString()).exit()).isZero();
  }

  @Test
  void aRepairIsNamedWhereItHelpsAndTheCopyWithIt() throws IOException {
    for (String directory : List.of("packs", "index", "backups")) {
      Path file = files(directory).getFirst();
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      assertThat(salvor.run("verify").out()).as(directory).contains("do: ", "`salvor repair");
      Files.write(file, bytes);
    }
    String copy = top.resolve("a copy").toString();
    salvor.json("copy", "--to", copy, "--init");
    Path manifest = files("backups").getFirst();
    Files.delete(manifest);
    String found = salvor.run("verify").out();
    assertThat(found).contains("do: run `salvor repair --from '" + copy + "'`");
    assertThat(salvor.run("repair", "--from", copy).exit()).isZero();
    assertThat(manifest).exists();
  }

  @Test
  void whatWasReadBackLatelyIsNotReadAgain() throws IOException {
    long all = salvor.json("verify", "--depth=full").get("bytes").asLong();
    Result again = salvor.run("verify", "--depth=full", "--unless-verified=7d", "--json");
    assertThat(again.exit()).isZero();
    assertThat(again.json().get("bytes").asLong()).isLessThan(all);
    assertThat(again.json().get("issues").toString()).contains("not read again");
    Path pack = files("packs").getFirst();
    byte[] bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 3] ^= 1;
    Files.write(pack, bytes);
    salvor.clock.advance(Duration.ofDays(8));
    assertThat(salvor.run("verify", "--depth=full", "--unless-verified=7d").exit()).isEqualTo(4);
    assertThat(salvor.run("verify", "--depth=full", "--unless-verified=30d").exit())
        .as("known damage is read again")
        .isEqualTo(4);
    assertThat(salvor.run("verify", "--unless-verified=7d").exit()).isEqualTo(2);
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
