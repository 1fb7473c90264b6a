package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.kms.KeyService;
import io.salvor.engine.kms.KeyServices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
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
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("SLV-5001", "--kms");
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
    JsonNode erased = salvor.json(erase(first, one, "--copied", "/a/copy"));
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
  void aCopyThatThisMachineKnowsHasToBeNamed() throws IOException {
    String first = twoBackups();
    Path copy = Path.of(copy());

    Result refused = salvor.run(erase(first, one));
    Path away = Files.move(copy, top.resolve("away"));
    Result warned = salvor.run(erase(first, one));

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1016", copy.toString(), "--copied");
    assertThat(warned.exit()).as(warned.err()).isZero();
    assertThat(warned.err()).contains(copy + ": this machine has seen a copy there");
    assertThat(away).isDirectory();
  }

  @Test
  void theNewestOfASourceIsNotErasedAndTheMessageSaysWhy() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("secret"), "to be erased");
    String only = backup(one);
    Result refused = salvor.run(erase(only, one));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1016", only + " stays: ", "newest");
  }

  @Test
  void whatIsOnHoldIsNotErasedAndTheMessageSaysHowItCanBe() throws IOException {
    String first = twoBackups();
    assertThat(salvor.run("hold", first, "--kms", one).exit()).isZero();
    Result refused = salvor.run(erase(first, one));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1016", "release it with `salvor unhold " + first);
  }

  @Test
  void aCopyThatWouldLoseEverythingIsNoticedBeforeAnyKeyIsDestroyed() throws IOException {
    String first = twoBackups();
    String copy = copy();
    Result refused = salvor.run(erase(first, one, "--copied", copy));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1016", copy);
    assertThat(Files.readString(Path.of(one.substring("kms:file:".length())))).contains("key ");
  }

  @Test
  void aCopyThatIsUpToDateIsLookedAtAndKeepsWhatStays() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("secret"), "to be erased".repeat(1000));
    String first = backup(one);
    Files.delete(source.resolve("secret"));
    Files.writeString(source.resolve("later"), "later");
    String second = backup(one);
    String copy = copy();
    String[] erase = erase(first, one, "--copied", copy);
    assertThat(salvor.run(erase).err()).contains("SLV-1016", copy);

    bringUpToDate(copy);
    JsonNode erased = salvor.json(erase);
    assertThat(erased.at("/checked/0").asString()).isEqualTo(copy);
    for (String repository : List.of(salvor.repository().toString(), copy)) {
      assertThat(salvor.run("list", "--repo", repository, "--kms", one).exit()).isEqualTo(12);
      assertThat(salvor.run("cat", second, "later", "--repo", repository, "--kms", two).out())
          .isEqualTo("later");
    }
  }

  @Test
  void aCopyWithACredentialOfItsOwnStopsTheErasure() throws IOException {
    String first = twoBackups();
    String copy = copy();
    String[] erase = erase(first, one, "--copied", copy);
    assertThat(salvor.run(erase).err()).contains("SLV-1016", copy);
    bringUpToDate(copy);
    String added = add(one, "three", "--repo", copy);
    Result refused = salvor.run(erase);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1016", copy, added);
    assertThat(isThere(one)).isTrue();
  }

  @Test
  void aCredentialThatNamesAnotherKeyThanItsOwnStopsTheErasure() throws IOException {
    String first = twoBackups();
    String added = add(one, "three");
    KeyServices.createIfMissing(keyIn("decoy"), new SecureRandom());
    Path object = salvor.repository().resolve("keys/" + added + ".credential");
    byte[] was = Files.readAllBytes(object);
    Files.write(object, exchanged(was, "keys/three", "keys/decoy"));

    String[] erase = erase(first, one);
    Result refused = salvor.run(erase);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("no key was destroyed", "SLV-1016", added);
    assertThat(List.of(one, keyIn("three"), keyIn("decoy"))).allMatch(EraseCommandTest::isThere);

    Files.write(object, was);
    assertThat(texts(salvor.json(erase).get("destroyed"))).containsExactly(one, keyIn("three"));
    assertThat(isThere(keyIn("decoy"))).isTrue();
  }

  @Test
  void keysOfCredentialsThatWereRemovedBeforeAreDestroyedToo() throws IOException {
    String first = twoBackups();
    String added = add(one, "three");
    Path thief = copyOf(salvor.repository());
    assertThat(salvor.run("key", "remove", added, "--kms", one).exit()).isZero();
    String four = keyIn("four");
    salvor.json("key", "add", "--kms", one, "--new-kms", four, "--replace");
    assertThat(salvor.json("list", "--repo", thief.toString(), "--kms", keyIn("three")).toString())
        .contains(first);
    // A copy of which this machine knows would have to be named.
    thief = Files.move(thief, top.resolve("hidden"));

    JsonNode erased = salvor.json(erase(first, four));
    Schemas.check("erase", erased.toString());
    assertThat(texts(erased.get("destroyed"))).containsExactlyInAnyOrder(one, keyIn("three"), four);
    assertThat(erased.get("unreached")).isEmpty();
    assertThat(salvor.run("list", "--repo", thief.toString(), "--kms", keyIn("three")).exit())
        .isEqualTo(12);
    assertThat(salvor.run("list", "--kms", two).exit()).isZero();
  }

  @Test
  void anEarlierKeyThatCannotBeAskedIsNamed() throws IOException {
    String first = twoBackups();
    String added = add(one, "three");
    assertThat(salvor.run("key", "remove", added, "--kms", one).exit()).isZero();
    Files.delete(Path.of(keyIn("three").substring("kms:file:".length())));
    Result erased = salvor.run(erase(first, one, "--json"));
    assertThat(erased.exit()).isEqualTo(3);
    Schemas.check("erase", erased.out());
    assertThat(erased.out()).contains("\"unreached\"", keyIn("three"));
    assertThat(isThere(one)).isFalse();
  }

  @Test
  void aKeyThatIsDestroyedAlreadyIsNotDenied() throws IOException {
    String first = twoBackups();
    add(one, "three");
    try (KeyService service = KeyServices.open(keyIn("three"), new SecureRandom())) {
      service.destroy();
    }
    assertThat(salvor.run("hold", first, "--kms", one).exit()).isZero();
    Result refused = salvor.run(erase(first, one));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1016", "1 old key is destroyed", "on hold");
    assertThat(isThere(one)).isTrue();
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
    Result refused = salvor.run(erase(first, one));
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

  /** The first of two backups in an erasable repository. */
  private String twoBackups() throws IOException {
    salvor.json("init", "--erasable", "--kms", one);
    Files.writeString(source.resolve("file"), "content");
    String first = backup(one);
    backup(one);
    return first;
  }

  /** A copy of the repository, with a command that made it. */
  private String copy() {
    String copy = top.resolve("copy").toString();
    assertThat(salvor.run("copy", "--to", copy, "--init", "--kms", one).exit()).isZero();
    return copy;
  }

  /** What erases a backup, with the second key for what stays. */
  private String[] erase(String id, String key, String... more) {
    List<String> words = new ArrayList<>(List.of("erase", id, "--kms", key));
    words.addAll(List.of("--new-kms", two, "--yes"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private String keyIn(String name) {
    return "kms:file:" + top.resolve("keys/" + name);
  }

  private static boolean isThere(String reference) {
    try (KeyService service = KeyServices.open(reference, new SecureRandom())) {
      return !service.isDestroyed();
    }
  }

  /** Adds a credential behind a new key; its id. */
  private String add(String with, String key, String... more) {
    List<String> words = new ArrayList<>(List.of("key", "add", "--kms", with));
    words.addAll(List.of("--new-kms", keyIn(key)));
    words.addAll(List.of(more));
    return salvor.json(words.toArray(String[]::new)).at("/credential/id").asString();
  }

  /** What the runbook says. */
  private void bringUpToDate(String copy) {
    assertThat(salvor.run("copy", "--to", copy, "--kms", one).exit()).isZero();
    String[] seal = {"key", "rotate", "--reencrypt", "--resume", "--repo", copy, "--kms", one};
    assertThat(salvor.run(seal).exit()).isZero();
    assertThat(salvor.run("prune", "--repo", copy, "--kms", one).exit()).isZero();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asString()));
    return texts;
  }

  /** A key object with other words, and the checksum that goes with them. */
  private static byte[] exchanged(byte[] object, String was, String is) {
    int length = object.length - Sha256.SIZE;
    byte[] body =
        new String(object, 0, length, StandardCharsets.ISO_8859_1)
            .replace(was, is)
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(body).hasSize(length);
    byte[] exchanged = Arrays.copyOf(body, object.length);
    System.arraycopy(Sha256.of(body), 0, exchanged, length, Sha256.SIZE);
    return exchanged;
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
