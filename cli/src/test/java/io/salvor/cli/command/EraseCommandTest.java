package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.engine.kms.KeyService;
import io.salvor.engine.kms.KeyServices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Erasing a backup for good, in copies too. */
class EraseCommandTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;
  private String one;
  private String two;

  @BeforeEach
  void begin() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    one = "kms:file:" + top.resolve("keys/one");
    two = "kms:file:" + top.resolve("keys/two");
  }

  @Test
  void aPassphraseAloneCannotMakeAnErasableRepositoryNorBeAddedToOne() {
    Result refused = salvor.run("init", "--erasable");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1015", "--kms");
    assertThat(salvor.repository().resolve("salvor")).doesNotExist();
    JsonNode made = salvor.json("init", "--erasable", "--kms", one);
    Schemas.check("init", made.toString());
    assertThat(made.get("erasable").asBoolean()).isTrue();
    salvor.environment.put("SALVOR_NEW_PASSWORD", "anything");
    assertThat(salvor.run("key", "add", "--kms", one).err()).contains("SLV-1015", "--new-kms");
  }

  @Test
  void anErasedBackupOpensToNobodyWhoKeptEverythingAndTheOthersStay() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("kept"), "kept".repeat(100));
    Files.writeString(source.resolve("secret"), "to be erased".repeat(1000));
    String first = backup(one);
    Files.delete(source.resolve("secret"));
    Files.writeString(source.resolve("later"), "later");
    String second = backup(one);
    Path thief = copyOf(salvor.repository());

    assertThat(salvor.run("erase", first, "--kms", one, "--new-kms", two).exit()).isEqualTo(5);
    assertThat(salvor.run("list", "--kms", one).out()).contains(first);
    JsonNode erased =
        salvor.json("erase", first, "--kms", one, "--new-kms", two, "--copied", "/a/copy", "--yes");
    Schemas.check("erase", erased.toString());
    assertThat(erased.get("destroyed").get(0).asString()).isEqualTo(one);

    assertThat(salvor.run("list", "--kms", one).exit()).isEqualTo(12);
    JsonNode left = salvor.json("list", "--kms", two);
    assertThat(left.get("backups")).hasSize(1);
    assertThat(left.at("/backups/0/id").asString()).isEqualTo(second);
    assertThat(salvor.run("cat", second, "kept", "--kms", two).out()).isEqualTo("kept".repeat(100));
    assertThat(salvor.json("verify", "--depth", "full", "--kms", two).get("status").asString())
        .isEqualTo("intact");
    // Who has kept every byte of before has no key for it, whichever key they hold.
    for (String key : List.of(one, two)) {
      assertThat(salvor.run("list", "--repo", thief.toString(), "--kms", key).exit())
          .as(key)
          .isEqualTo(12);
    }
    JsonNode exposure = salvor.json("key", "list", "--exposure", "--kms", two);
    assertThat(exposure.get("credentials")).hasSize(1);
    assertThat(exposure.at("/exposure/0/packs").asInt()).isZero();
    assertThat(exposure.at("/exposure/0/unnamedPacks").asInt()).isZero();
    assertThat(exposure.at("/exposure/0/others").asInt()).isZero();
  }

  @Test
  void aCopyThatWouldLoseEverythingIsNoticedBeforeAnyKeyIsDestroyed() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("secret"), "to be erased".repeat(1000));
    String first = backup(one);
    Files.delete(source.resolve("secret"));
    Files.writeString(source.resolve("later"), "later");
    backup(one);
    String copy = top.resolve("copy").toString();
    assertThat(salvor.run("copy", "--to", copy, "--init", "--kms", one).exit()).isZero();
    Result refused =
        salvor.run("erase", first, "--kms", one, "--new-kms", two, "--copied", copy, "--yes");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1016", copy);
    assertThat(Files.readString(Path.of(one.substring("kms:file:".length())))).contains("key ");
  }

  @Test
  void aTenantsRepositoryDiesWithItsKeyAndSaysSo() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("file"), "of one tenant");
    backup(one);
    Path kept = copyOf(salvor.repository());
    try (KeyService service = KeyServices.open(one, new SecureRandom())) {
      service.destroy();
    }
    for (String repository : List.of(salvor.repository().toString(), kept.toString())) {
      for (String verb : List.of("list", "verify", "status", "prune")) {
        Result refused = salvor.run(verb, "--repo", repository, "--kms", one);
        assertThat(refused.exit()).as(verb).isEqualTo(12);
        assertThat(refused.err()).contains("SLV-1013", "destroyed");
      }
      assertThat(salvor.run("verify", "--no-key", "--repo", repository).exit())
          .as("its bytes are in order, and say nothing to anybody")
          .isZero();
    }
  }

  @Test
  void aRepositoryThatIsNotErasableSaysSo() throws IOException {
    salvor.json("init");
    Files.writeString(source.resolve("file"), "content");
    String id = salvor.json("backup", source.toString()).get("id").asString();
    Result refused = salvor.run("erase", id, "--new-kms", two, "--yes");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1015", "init --erasable");
    assertThat(salvor.json("list").get("backups")).hasSize(1);
  }

  @Test
  void aKeyIsTheSameUnderAnotherName() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("kept"), "kept");
    String first = backup(one);
    Files.createLink(top.resolve("keys/two"), top.resolve("keys/one"));
    Result refused = salvor.run("erase", first, "--kms", one, "--new-kms", two, "--yes");
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err()).contains("under another name");
    assertThat(salvor.run("cat", first, "kept", "--kms", one).out()).isEqualTo("kept");
  }

  @Test
  void theKeyThatOpensWhatIsErasedCannotOpenAloneWhatStays() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("file"), "content");
    String id = backup(one);
    backup(one);
    Result refused = salvor.run("erase", id, "--kms", one, "--new-kms", one, "--yes");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1010");
    assertThat(Files.readString(Path.of(one.substring("kms:file:".length())))).contains("key ");
  }

  private String backup(String key) {
    return salvor.json("backup", source.toString(), "--kms", key).get("id").asString();
  }

  private Path copyOf(Path repository) throws IOException {
    Path copy = top.resolve("thief");
    List<Path> all = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(repository)) {
      walk.forEach(all::add);
    }
    for (Path path : all) {
      Path to = copy.resolve(repository.relativize(path));
      if (Files.isDirectory(path)) {
        Files.createDirectories(to);
      } else {
        Files.copy(path, to);
      }
    }
    assertThat(new String(Files.readAllBytes(copy.resolve("salvor")), StandardCharsets.UTF_8))
        .contains("erasable yes");
    return copy;
  }
}
