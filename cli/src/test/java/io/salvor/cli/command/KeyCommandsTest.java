package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Who may open a repository, at the command line. */
class KeyCommandsTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;

  @BeforeEach
  void begin() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.writeString(source.resolve("file"), "content\n");
    salvor.json("init");
    salvor.json("backup", source.toString());
  }

  @Test
  void aPassphraseIsChanged() {
    salvor.environment.put("SALVOR_NEW_PASSWORD", "battery staple");
    JsonNode added = salvor.json("key", "add", "--replace", "--label", "the new one");
    Schemas.check("key-add", added.toString());
    assertThat(added.at("/credential/label").asString()).isEqualTo("the new one");
    assertThat(added.get("removed")).hasSize(1);

    assertThat(salvor.run("list").exit()).isEqualTo(12);
    salvor.environment.put("SALVOR_PASSWORD", "battery staple");
    assertThat(salvor.json("list").get("backups")).hasSize(1);
    assertThat(salvor.json("verify").get("status").asString()).isEqualTo("intact");
  }

  @Test
  void aKnownPassphraseIsRemovedAndWhatComesAfterIsClosedToIt() {
    String first = salvor.json("key", "list").at("/credentials/0/id").asString();
    salvor.environment.put("SALVOR_NEW_PASSWORD", "battery staple");
    String second = salvor.json("key", "add").at("/credential/id").asString();
    JsonNode listed = salvor.json("key", "list");
    Schemas.check("key-list", listed.toString());
    assertThat(listed.get("credentials")).hasSize(2);

    Result inUse = salvor.run("key", "remove", first.substring(0, 10));
    assertThat(inUse.exit()).isEqualTo(1);
    assertThat(inUse.err()).contains("SLV-1010", "--yes");
    JsonNode removed = salvor.json("key", "remove", second);
    Schemas.check("key-remove", removed.toString());
    assertThat(removed.get("removed").get(0).asString()).isEqualTo(second);
    assertThat(salvor.run("key", "remove", first, "--yes").err()).contains("SLV-1010", "last one");

    JsonNode rotated = salvor.json("key", "rotate");
    Schemas.check("key-rotate", rotated.toString());
    salvor.json("backup", source.toString());
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
    assertThat(salvor.run("key", "list").out()).contains("newest", "passphrase");
  }

  @Test
  void whatWasWrittenBeforeIsSealedAnewAndTheReportSaysWhatIsLeft() {
    String checksum = salvor.json("show", "latest").get("checksum").asString();
    JsonNode rotated = salvor.json("key", "rotate", "--reencrypt");
    Schemas.check("key-rotate", rotated.toString());
    assertThat(rotated.at("/reencrypted/packs").asInt()).isEqualTo(2);
    assertThat(rotated.at("/reencrypted/manifests").asInt()).isEqualTo(1);
    assertThat(rotated.at("/exposure/0/packs").asInt()).isZero();
    assertThat(rotated.at("/exposure/0/unnamedPacks").asInt()).isEqualTo(2);
    assertThat(rotated.at("/exposure/1/backups")).hasSize(1);

    assertThat(salvor.json("show", "latest").get("checksum").asString()).isEqualTo(checksum);
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
    assertThat(salvor.json("list").get("backups")).hasSize(1);
    JsonNode listed = salvor.json("key", "list", "--exposure");
    Schemas.check("key-list", listed.toString());
    assertThat(listed.get("exposure")).as("and those of sensitive content").hasSize(4);
    JsonNode again = salvor.json("key", "rotate", "--reencrypt", "--resume");
    assertThat(again.at("/epoch/id")).isEqualTo(rotated.at("/epoch/id"));
    assertThat(again.at("/reencrypted/packs").asInt()).isZero();
    assertThat(salvor.run("key", "rotate", "--resume").exit()).isEqualTo(2);
    assertThat(salvor.run("key", "list", "--exposure").out()).contains("SEALED TO");
  }

  @Test
  void sensitiveContentIsClosedToACredentialMadeWithoutIt() throws IOException {
    Files.writeString(source.resolve("app.env"), "PASSWORD=x\n");
    salvor.json("backup", source.toString(), "--sensitive", "*.env");
    salvor.environment.put("SALVOR_NEW_PASSWORD", "operator");
    JsonNode added = salvor.json("key", "add", "--without-sensitive");
    Schemas.check("key-add", added.toString());
    assertThat(added.at("/credential/sensitive").asBoolean()).isFalse();
    assertThat(salvor.run("cat", "latest", "app.env").out()).isEqualTo("PASSWORD=x\n");

    salvor.environment.put("SALVOR_PASSWORD", "operator");
    JsonNode listed = salvor.json("ls", "latest");
    Schemas.check("ls", listed.toString());
    assertThat(listed.toString()).contains("app.env", "\"sensitive\":true");
    assertThat(salvor.run("cat", "latest", "file").out()).isEqualTo("content\n");
    assertThat(salvor.run("cat", "latest", "app.env").err()).contains("SLV-1017");
    assertThat(salvor.run("backup", source.toString(), "--sensitive", "*.env").exit())
        .isEqualTo(12);
    Path target = top.resolve("target");
    Result restored = salvor.run("restore", "latest", "--to", target.toString());
    assertThat(restored.exit()).isEqualTo(3);
    assertThat(restored.out() + restored.err()).contains("app.env", "SLV-4014");
    assertThat(target.resolve("file")).hasContent("content\n");
    assertThat(target.resolve("app.env")).doesNotExist();
    Result exported =
        salvor.run("export", "latest", "--to", top.resolve("a.tar").toString(), "--format", "tar");
    assertThat(exported.exit()).isEqualTo(3);
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
    assertThat(salvor.run("prune").exit()).isZero();
    assertThat(salvor.run("key", "list").out()).contains("SENSITIVE");
  }

  @Test
  void anotherAuthorityLeavesOneCredential() throws IOException {
    salvor.environment.put("SALVOR_NEW_PASSWORD", CommandLineHarness.PASSWORD);
    assertThat(salvor.run("key", "rotate", "--authority").err()).contains("SLV-1010");
    salvor.environment.put("SALVOR_NEW_PASSWORD", "after the theft");
    assertThat(salvor.run("key", "rotate", "--authority", "--reencrypt").exit()).isEqualTo(2);
    JsonNode rotated = salvor.json("key", "rotate", "--authority");
    Schemas.check("key-rotate-authority", rotated.toString());
    assertThat(salvor.run("list").exit()).isEqualTo(12);

    salvor.environment.put("SALVOR_PASSWORD", "after the theft");
    assertThat(salvor.json("key", "list").get("credentials")).hasSize(1);
    assertThat(salvor.run("cat", "latest", "file").out()).isEqualTo("content\n");
    Files.writeString(source.resolve("more"), "more");
    salvor.json("backup", source.toString());
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
    String copy = top.resolve("copy").toString();
    assertThat(salvor.run("copy", "--to", copy, "--init").exit()).isZero();
    assertThat(salvor.json("list", "--repo", copy).get("backups")).hasSize(2);
  }

  @Test
  void aWriteOnlyClientBacksUpAndReadsNothing() throws IOException {
    salvor.environment.put("SALVOR_NEW_PASSWORD", "web1's own");
    JsonNode added = salvor.json("key", "writer", "add", "--name", "web1");
    Schemas.check("key-writer-add", added.toString());
    salvor.environment.put("SALVOR_PASSWORD", "web1's own");
    Files.writeString(source.resolve("more"), "of web1");
    assertThat(salvor.run("backup", source.toString()).err()).contains("SLV-1014", "--host web1");
    String backup = salvor.json("backup", source.toString(), "--host", "web1").get("id").asString();
    for (String verb : new String[] {"list", "status"}) {
      assertThat(salvor.run(verb).exit()).as(verb).isEqualTo(12);
    }
    assertThat(salvor.run("cat", "latest", "file").exit()).isEqualTo(12);
    assertThat(salvor.run("key", "rotate").exit()).isEqualTo(12);
    assertThat(salvor.json("backup", source.toString(), "--host", "web1").get("warnings"))
        .isEmpty();
    Result doctor = salvor.run("doctor", "--json");
    assertThat(doctor.exit()).as(doctor.out()).isZero();
    Schemas.check("doctor", doctor.out());
    assertThat(doctor.out()).contains("\"verdict\":\"skipped\"", "which cannot check it");

    salvor.environment.put("SALVOR_PASSWORD", CommandLineHarness.PASSWORD);
    JsonNode listed = salvor.json("key", "writer", "list");
    Schemas.check("key-writer-list", listed.toString());
    assertThat(listed.at("/writers/0/host").asString()).isEqualTo("web1");
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
    assertThat(salvor.json("repair", "--dry-run").get("status").asString()).isEqualTo("intact");
    JsonNode accepted = salvor.json("key", "writer", "accept");
    Schemas.check("key-writer-accept", accepted.toString());
    assertThat(accepted.get("packs").asInt()).isPositive();
    assertThat(salvor.run("cat", backup, "more").out()).isEqualTo("of web1");
    JsonNode removed = salvor.json("key", "writer", "remove", "web1");
    Schemas.check("key-writer-remove", removed.toString());
    assertThat(removed.get("backups").asInt()).isEqualTo(2);
    assertThat(salvor.run("cat", backup, "more").out()).isEqualTo("of web1");
    assertThat(salvor.run("key", "writer", "list").exit()).isZero();
  }

  @Test
  void twoWriteOnlyClientsHaveTwoNames() {
    salvor.environment.put("SALVOR_NEW_PASSWORD", "web1's own");
    String id = salvor.json("key", "writer", "add", "--name", "web1").at("/writer/id").asString();

    Result again = salvor.run("key", "writer", "add", "--name", "web1");

    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("SLV-1020", "salvor key writer remove " + id);
    assertThat(salvor.json("key", "writer", "list").get("writers")).hasSize(1);
    salvor.json("key", "writer", "remove", id);
    salvor.json("key", "writer", "add", "--name", "web1");
  }

  @Test
  void anErasableRepositorySaysWhichKeyOpensIt() {
    String repo = top.resolve("other").toString();
    String key = "kms:file:" + top.resolve("keys/two");
    Result without = salvor.run("init", "--repo", repo, "--erasable");
    assertThat(without.exit()).isEqualTo(2);
    assertThat(without.err()).contains("needs --kms", "--kms kms:file:");
    assertThat(salvor.run("init", "--repo", repo, "--erasable", "--kms", key).exit()).isZero();

    Result wrong = salvor.run("list", "--repo", repo);
    assertThat(wrong.exit()).isEqualTo(12);
    assertThat(wrong.err()).contains("--kms " + key);
    salvor.environment.remove("SALVOR_PASSWORD");
    Result none = salvor.run("list", "--repo", repo);
    assertThat(none.exit()).isEqualTo(2);
    assertThat(none.err()).contains("SLV-1006", "--kms " + key).doesNotContain("SALVOR_PASSWORD");
  }

  @Test
  void aKeyOfAKeyServiceOpensInsteadOfAPassphrase() {
    String key = "kms:file:" + top.resolve("keys/one");
    JsonNode added = salvor.json("key", "add", "--new-kms", key);
    assertThat(added.at("/credential/kms").asString()).isEqualTo(key);
    salvor.environment.remove("SALVOR_PASSWORD");
    assertThat(salvor.json("list", "--kms", key).get("backups")).hasSize(1);
    assertThat(salvor.run("list", "--kms", "kms:file:" + top.resolve("keys/none")).exit())
        .isEqualTo(12);
  }

  @Test
  void aRepositoryIsMadeWithAKeyAlone() {
    salvor.environment.remove("SALVOR_PASSWORD");
    String repo = top.resolve("other").toString();
    String key = "kms:file:" + top.resolve("keys/two");
    Result made = salvor.run("init", "--repo", repo, "--kms", key);
    assertThat(made.exit()).isZero();
    assertThat(made.err() + made.out()).contains("made the key " + key);
    assertThat(salvor.run("list", "--repo", repo, "--kms", key).exit()).isZero();
    salvor.environment.put("SALVOR_PASSWORD", "anything");
    assertThat(salvor.run("list", "--repo", repo).exit()).isEqualTo(12);
  }
}
