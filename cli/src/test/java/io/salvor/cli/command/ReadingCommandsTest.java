package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two backups of a small directory, and everything that reads them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadingCommandsTest {
  private CommandLineHarness salvor;
  private Path source;
  private String first;
  private String second;

  @BeforeAll
  void backUpTwice(@TempDir Path top) throws Exception {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.createDirectories(source.resolve("etc/empty"));
    Files.writeString(source.resolve("etc/app.conf"), "port=80\nname=shop\n");
    Files.writeString(source.resolve("tab\tand \\ name"), "odd");
    Files.createSymbolicLink(source.resolve("link"), Path.of("etc/app.conf"));
    Files.setLastModifiedTime(
        source.resolve("etc/app.conf"), FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
    JsonNode made = salvor.json("init");
    Schemas.check("init", made.toString());
    JsonNode backup =
        salvor.json("backup", source.toString(), "--description", "first", "--tag", "team=web");
    Schemas.check("backup-run", backup.toString());
    first = backup.get("id").asString();
    Files.writeString(source.resolve("etc/app.conf"), "port=81\nname=shop\n");
    Files.writeString(source.resolve("new"), "n");
    Files.delete(source.resolve("link"));
    second = salvor.json("backup", source.toString()).get("id").asString();
  }

  @Test
  void aBackupTellsWhatItHolds() {
    JsonNode shown = salvor.json("show", second);

    Schemas.check("backup", shown.toString());
    assertThat(shown.get("status").asString()).isEqualTo("success");
    assertThat(shown.get("type").asString()).isEqualTo("incremental");
    assertThat(shown.get("parent").asString()).isEqualTo(first);
    assertThat(shown.get("source").asString()).isEqualTo(source.toString());
    assertThat(shown.get("host").asString()).isEqualTo("testhost");
    assertThat(shown.get("location").asString()).isEqualTo(salvor.repository().toString());
    assertThat(shown.get("entries").toString())
        .isEqualTo("{\"total\":6,\"added\":1,\"changed\":2,\"removed\":1,\"failed\":0}");
    assertThat(shown.get("id").asString()).isEqualTo(second);
    assertThat(shown.get("version").asString()).isEqualTo("salvor test");
    assertThat(shown.get("createdBy").asString()).isEqualTo("tester");
    assertThat(shown.get("lifecycle").asString()).isEqualTo("retained");
    assertThat(Duration.between(time(shown, "started"), time(shown, "finished")).toMillis())
        .isEqualTo(shown.get("durationMs").asLong());
    assertThat(shown.get("bytes").get("logical").asLong())
        .as("app.conf, new and the odd one")
        .isEqualTo(18 + 1 + 3);
  }

  @Test
  void itsChecksumsAreOfWhatItIs() {
    JsonNode one = salvor.json("show", first);
    JsonNode two = salvor.json("show", second);

    for (JsonNode backup : List.of(one, two)) {
      assertThat(backup.get("checksum").asString()).matches("sha256:[0-9a-f]{64}");
      JsonNode component = backup.get("components").get(0);
      assertThat(backup.get("components")).hasSize(1);
      assertThat(component.get("status").asString()).isEqualTo("success");
      assertThat(component.get("kind").asString()).isEqualTo("files");
      assertThat(component.get("entries").asLong())
          .isEqualTo(backup.get("entries").get("total").asLong());
      assertThat(component.get("bytes").asLong())
          .isEqualTo(backup.get("bytes").get("logical").asLong());
      assertThat(component.get("checksum").asString()).matches("sha256:[0-9a-f]{64}");
    }
    assertThat(one.get("checksum")).isNotEqualTo(two.get("checksum"));
    assertThat(one.get("components").get(0).get("checksum"))
        .isNotEqualTo(two.get("components").get(0).get("checksum"));
  }

  @Test
  void anUnchangedSourceHasTheSameComponentsAndAnotherBackup(@TempDir Path top) throws Exception {
    CommandLineHarness other = new CommandLineHarness(top);
    Path files = Files.createDirectories(top.resolve("data"));
    Files.writeString(files.resolve("same"), "content");
    other.json("init");
    other.json("backup", files.toString());
    JsonNode one = other.json("show", "latest");
    other.json("backup", files.toString(), "--type", "full");
    JsonNode two = other.json("show", "latest");

    assertThat(two.get("components").get(0).get("checksum"))
        .isEqualTo(one.get("components").get(0).get("checksum"));
    assertThat(two.get("checksum")).isNotEqualTo(one.get("checksum"));
    Files.writeString(files.resolve("same"), "CONTENT");
    other.json("backup", files.toString());
    assertThat(other.json("show", "latest").get("components").get(0).get("checksum"))
        .isNotEqualTo(one.get("components").get(0).get("checksum"));
  }

  @Test
  void howItWasEncryptedIsRecorded() {
    JsonNode encryption = salvor.json("show", second).get("encryption");

    assertThat(encryption.get("algorithm").asString()).isEqualTo("AES-256-GCM");
    String epoch = encryption.get("epoch").asString();
    assertThat(epoch).matches("[0-9a-f]{32}");
    assertThat(salvor.repository().resolve("keys").resolve(epoch + ".epoch"))
        .as("the epoch that it names is the repository's")
        .exists();
  }

  @Test
  void theSecondSourceWithTheSameContentStoresNextToNothing(@TempDir Path top) throws Exception {
    CommandLineHarness other = new CommandLineHarness(top);
    byte[] content = new byte[4 << 20];
    new Random(9).nextBytes(content);
    for (String name : List.of("one", "two")) {
      Files.createDirectories(top.resolve(name));
      Files.write(top.resolve(name).resolve("under-" + name), content);
    }
    other.json("init");
    JsonNode one = other.json("backup", top.resolve("one").toString()).get("bytes");
    JsonNode two = other.json("backup", top.resolve("two").toString()).get("bytes");

    assertThat(one.get("added").asLong()).isGreaterThan(content.length);
    assertThat(two.get("read").asLong()).isEqualTo(content.length);
    assertThat(two.get("added").asLong()).isLessThan(content.length / 100);
    assertThat(two.get("stored").asLong()).isLessThan(content.length / 100);
  }

  @Test
  void theRatioOfCompressionIsTold(@TempDir Path top) throws Exception {
    CommandLineHarness other = new CommandLineHarness(top);
    Path files = Files.createDirectories(top.resolve("data"));
    Files.writeString(files.resolve("log"), "the same line again and again\n".repeat(100_000));
    other.json("init");
    JsonNode bytes = other.json("backup", files.toString()).get("bytes");
    double ratio = bytes.get("added").asDouble() / bytes.get("stored").asDouble();

    assertThat(ratio).isGreaterThan(10);
    assertThat(other.run("show", "latest").out())
        .contains(String.format(Locale.ROOT, "(%.1f : 1)", ratio));
  }

  private static Instant time(JsonNode backup, String field) {
    return Instant.parse(backup.get(field).asString());
  }

  @Test
  void theStatusTellsWhatIsStoredAndHowItGrew() {
    JsonNode status = salvor.json("status");
    Schemas.check("status", status.toString());
    JsonNode usage = status.get("usage");
    assertThat(usage.get("data").get("packs").asInt()).isPositive();
    assertThat(usage.get("data").get("bytes").asLong() + usage.get("tree").get("bytes").asLong())
        .isEqualTo(status.get("repository").get("bytes").asLong());
    JsonNode month = usage.get("growth").get(0);
    assertThat(month.get("month").asString()).isEqualTo("2026-01");
    assertThat(month.get("backups").asInt()).isEqualTo(2);
    long added = 0;
    for (JsonNode backup : salvor.json("list").get("backups")) {
      added += backup.get("bytes").get("added").asLong();
    }
    assertThat(month.get("added").asLong()).isEqualTo(added);
    assertThat(salvor.run("status").out()).contains("MONTH", "2026-01", "one by one");
  }

  @Test
  void aVerificationLeavesItsProof() {
    JsonNode report = salvor.json("verify", "--depth", "full");
    assertThat(report.get("status").asString()).isEqualTo("intact");
    JsonNode proof = salvor.json("show", first).get("proof");
    assertThat(proof.get("depth").asString()).isEqualTo("full");
    assertThat(proof.get("verified").asString()).startsWith("2026-01-30T15:");
    assertThat(proof.get("restored").isNull()).isTrue();
    Schemas.check("backup", salvor.json("show", first).toString());
    assertThat(salvor.run("show", first).out()).contains("verified 2026-01-30", "depth full");
  }

  @Test
  void theListHasTheSameObjects() {
    JsonNode list = salvor.json("list");

    Schemas.check("list", list.toString());
    assertThat(list.get("backups")).hasSize(2);
    assertThat(list.get("backups").get(1)).isEqualTo(salvor.json("show", "latest"));
  }

  @Test
  void theListIsFiltered() {
    assertThat(ids("list", "--tag", "team=web")).containsExactly(first);
    assertThat(ids("list", "--type", "incremental")).containsExactly(second);
    assertThat(ids("list", "--status", "partial")).isEmpty();
    assertThat(ids("list", "--source", source.toString())).containsExactly(first, second);
    assertThat(ids("list", "--source", "file:" + source + "/")).containsExactly(first, second);
    assertThat(ids("list", "--source", "/elsewhere")).isEmpty();
    assertThat(ids("list", "--host", "other")).isEmpty();
    assertThat(ids("list", "--since", "2026-01-30T15:03:00Z")).containsExactly(second);
    assertThat(ids("list", "--until", "2026-01-30T16:02:30+01:00")).containsExactly(first);
    assertThat(ids("list", "--timezone=Europe/Paris", "--until", "2026-01-30T16:02:30"))
        .containsExactly(first);
  }

  @Test
  void peopleGetATable() {
    String out = salvor.run("list").out();

    assertThat(out.lines().toList()).hasSize(3).first().asString().startsWith("ID  ");
    assertThat(out).contains(first, "first team=web", "testhost:" + source, "2026-01-30 15:0");
  }

  @Test
  void aBackupIsNamedByThePrefixOfItsId() {
    String prefix = first.substring(0, first.length() - 2);

    assertThat(salvor.json("show", prefix).get("id").asString()).isEqualTo(first);
  }

  @Test
  void entriesAreListedWithTheirKeys() {
    JsonNode entries = salvor.json("ls", first);

    Schemas.check("ls", entries.toString());
    assertThat(texts(entries.get("entries"), "key"))
        .containsExactly("etc", "etc/app.conf", "etc/empty", "link", "tab\\x09and \\\\ name");
    JsonNode file = entries.get("entries").get(1);
    assertThat(file.get("kind").asString()).isEqualTo("file");
    assertThat(file.get("size").asLong()).isEqualTo(18);
    assertThat(file.get("modified").asString()).isEqualTo("2020-02-02T02:02:02Z");
  }

  @Test
  void aPathBoundsTheList() {
    assertThat(texts(salvor.json("ls", "latest", "etc").get("entries"), "key"))
        .containsExactly("etc/app.conf", "etc/empty");
    assertThat(texts(salvor.json("ls", "latest", "--direct").get("entries"), "key"))
        .containsExactly("etc", "new", "tab\\x09and \\\\ name");
    assertThat(texts(salvor.json("ls", "latest", "etc/app.conf").get("entries"), "key"))
        .containsExactly("etc/app.conf");
    assertThat(texts(salvor.json("ls", "latest", source + "/etc/").get("entries"), "key"))
        .as("as it stands on the disk")
        .containsExactly("etc/app.conf", "etc/empty");
  }

  @Test
  void peopleGetALongListing() {
    assertThat(salvor.run("ls", first).out())
        .contains("lrwxrwxrwx", "link -> etc/app.conf", "2020-02-02 02:02:02 +00:00 etc/app.conf");
  }

  @Test
  void contentIsPrintedAsItIs() {
    assertThat(salvor.run("cat", first, "etc/app.conf").out()).isEqualTo("port=80\nname=shop\n");
    assertThat(salvor.run("cat", second, "etc/app.conf").out()).isEqualTo("port=81\nname=shop\n");
    assertThat(salvor.run("cat", first, "tab\\x09and \\\\ name").out()).isEqualTo("odd");
  }

  @Test
  void contentInADocumentIsBase64() {
    JsonNode cat = salvor.json("cat", first, "etc/app.conf");

    Schemas.check("cat", cat.toString());
    assertThat(Base64.getDecoder().decode(cat.get("content").get(0).asString()))
        .isEqualTo("port=80\nname=shop\n".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void onlyAFileHasContent() {
    Result result = salvor.run("cat", first, "link");

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err()).contains("SLV-1204", "symlink -> etc/app.conf");
  }

  @Test
  void namesAreFoundInAllBackups() {
    JsonNode found = salvor.json("find", "*.conf");

    Schemas.check("find", found.toString());
    assertThat(texts(found.get("matches"), "backup")).containsExactly(first, second);
    assertThat(texts(salvor.json("find", "empty/").get("matches"), "key"))
        .containsExactly("etc/empty", "etc/empty");
    assertThat(salvor.json("find", "app.conf/").get("matches")).as("no directory").isEmpty();
    assertThat(texts(salvor.json("find", "/new", "--backup", "latest").get("matches"), "key"))
        .containsExactly("new");
  }

  @Test
  void contentIsSearchedLineByLine() {
    JsonNode found = salvor.json("find", "*", "--content", "^port=8[1-9]$");

    Schemas.check("find", found.toString());
    assertThat(texts(found.get("matches"), "backup")).containsExactly(second);
    assertThat(found.get("matches").get(0).get("lines").toString())
        .isEqualTo("[{\"number\":1,\"text\":\"port=81\"}]");
  }

  @Test
  void twoBackupsAreCompared() {
    JsonNode diff = salvor.json("diff", first, second);

    Schemas.check("diff", diff.toString());
    assertThat(diff.get("added").asInt()).isEqualTo(1);
    assertThat(diff.get("removed").asInt()).isEqualTo(1);
    assertThat(diff.get("changed").asInt()).isEqualTo(2);
    assertThat(texts(diff.get("entries"), "key"))
        .containsExactly("", "etc/app.conf", "link", "new");
    assertThat(texts(salvor.json("diff", first, second, "etc").get("entries"), "key"))
        .containsExactly("etc/app.conf");
    assertThat(salvor.run("diff", first, second).out())
        .contains("M etc/app.conf  (content, mtime)", "- link", "+ new");
  }

  @Test
  void aBackupDoesNotDifferFromItself() {
    assertThat(salvor.json("diff", first, first).toString())
        .isEqualTo("{\"entries\":[],\"added\":0,\"removed\":0,\"changed\":0}");
  }

  @Test
  void everyDepthOfVerificationFindsItIntact() {
    for (String depth : List.of("structure", "sample", "full")) {
      JsonNode verified = salvor.json("verify", "--depth", depth);
      Schemas.check("verify", verified.toString());
      assertThat(verified.get("status").asString()).isEqualTo("intact");
      assertThat(verified.get("depth").asString()).isEqualTo(depth);
    }
    assertThat(salvor.json("verify", "latest", "--depth=full").get("bytes").asLong()).isPositive();
  }

  @Test
  void theStatusNamesEverySource() {
    JsonNode status = salvor.json("status");

    Schemas.check("status", status.toString());
    assertThat(status.get("backups").get("complete").asInt()).isEqualTo(2);
    assertThat(status.get("sources").get(0).get("last").asString()).isEqualTo(second);
    assertThat(salvor.run("status").out()).contains("testhost:" + source, second);
  }

  @Test
  void theDoctorFindsNothingWrong() {
    Result doctor = salvor.run("doctor", "--json");

    Schemas.check("doctor", doctor.out());
    assertThat(doctor.exit()).as(doctor.out()).isZero();
    assertThat(texts(doctor.json().get("checks"), "name"))
        .contains("java", "file access", "storage", "permissions", "credential", "ledger");
  }

  private List<String> ids(String... words) {
    return texts(salvor.json(words).get("backups"), "id");
  }

  static List<String> texts(JsonNode array, String field) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.get(field).asString()));
    return texts;
  }
}
