package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PruneCommandTest {
  private CommandLineHarness salvor;
  private Path source;

  @BeforeEach
  void aRepositoryWithSomethingUnused(@TempDir Path top) throws Exception {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    salvor.json("init");
    Files.write(source.resolve("a"), noise(1));
    salvor.json("backup", source.toString());
  }

  @Test
  void aPlanAndWhatWasDoneHaveTheirForm() throws Exception {
    Path orphan = salvor.repository().resolve("packs/00/00112233445566778899aabbccddeeff");
    Files.createDirectories(orphan.getParent());
    Files.write(orphan, noise(2));
    JsonNode plan = salvor.json("prune", "--dry-run");
    Schemas.check("prune", plan.toString());
    assertThat(plan.get("status").asString()).isEqualTo("planned");
    assertThat(plan.get("packs").get("orphan").asInt()).isEqualTo(1);
    assertThat(orphan).exists();
    assertThat(salvor.run("prune", "--dry-run").out()).contains("orphan", "would free");

    JsonNode done = salvor.json("prune");
    Schemas.check("prune", done.toString());
    assertThat(done.get("status").asString()).isEqualTo("done");
    assertThat(done.get("packs").get("deleted").asInt()).isEqualTo(1);
    assertThat(orphan).doesNotExist();
    Result nothing = salvor.run("prune");
    assertThat(nothing.exit()).isZero();
    assertThat(nothing.out()).startsWith("nothing to prune: 2 packs of ");
    assertThat(salvor.run("verify", "--depth", "full").exit()).isZero();
  }

  @Test
  void whatCannotBeReadIsRefused() throws Exception {
    try (Stream<Path> packs = Files.walk(salvor.repository().resolve("packs"))) {
      for (Path pack : packs.filter(Files::isRegularFile).toList()) {
        Files.delete(pack);
      }
    }
    Result refused = salvor.run("prune");
    assertThat(refused.exit()).isEqualTo(4);
    assertThat(refused.err()).contains("SLV-6104", "salvor repair");
  }

  @Test
  void theStatusTellsWhatNoBackupNeedsWhereItIsAsked() throws Exception {
    JsonNode before = salvor.json("status", "--unused").get("usage");
    assertThat(before.get("unused").asLong()).isZero();
    Files.write(source.resolve("a"), noise(3));
    salvor.json("backup", source.toString());
    salvor.json("forget", "--keep-last", "1");

    JsonNode status = salvor.json("status", "--unused");
    Schemas.check("status", status.toString());
    long unused = status.get("usage").get("unused").asLong();
    assertThat(unused)
        .isEqualTo(salvor.json("prune", "--dry-run").get("bytes").get("toFree").asLong())
        .isGreaterThan(noise(1).length / 2);
    assertThat(salvor.run("status", "--unused").out())
        .contains(" no backup needs any more: see `salvor prune --dry-run`");
    JsonNode plain = salvor.json("status");
    Schemas.check("status", plain.toString());
    assertThat(plain.get("usage").get("unused").isNull()).isTrue();
  }

  @Test
  void wrongWordsAreUsage() {
    assertThat(salvor.run("prune", "--wait", "soon").exit()).isEqualTo(2);
    assertThat(salvor.run("prune", "--max-unused", "2").exit()).isEqualTo(2);
    assertThat(salvor.run("cancel").exit()).isEqualTo(2);
  }

  @Test
  void whatIsNotAtWorkCannotBeCancelled() {
    Result unknown = salvor.run("cancel", "20260130");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.err()).contains("SLV-6101");
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[40_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
