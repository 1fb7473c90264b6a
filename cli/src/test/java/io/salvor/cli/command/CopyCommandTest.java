package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.error.Exit;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CopyCommandTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;
  private String copy;

  @BeforeEach
  void makeRepository() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    copy = top.resolve("copy").toString();
    Files.writeString(source.resolve("file"), "content\n".repeat(2000));
    salvor.json("init");
    salvor.json("backup", source.toString());
  }

  @Test
  void aCopyHasTheSameBackupsAndIsARepositoryOfItsOwn() throws IOException {
    JsonNode made = salvor.json("copy", "--to", copy, "--init");

    Schemas.check("copy", made.toString());
    assertThat(made.get("backups").asInt()).isEqualTo(1);
    assertThat(salvor.json("list", "--repo", copy).get("backups").get(0).get("checksum"))
        .isEqualTo(salvor.json("list").get("backups").get(0).get("checksum"));
    assertThat(salvor.run("verify", "--repo", copy, "--depth=full").exit()).isZero();
    Path out = top.resolve("out");
    assertThat(salvor.run("restore", "latest", "--repo", copy, "--to", out.toString()).exit())
        .isZero();
    assertThat(out.resolve("file")).hasSameBinaryContentAs(source.resolve("file"));
    Files.writeString(source.resolve("more"), "more");
    JsonNode own = salvor.json("backup", source.toString(), "--repo", copy);
    assertThat(own.get("type").asString()).isEqualTo("incremental");

    JsonNode back = salvor.json("copy", "--repo", copy, "--to", salvor.repository().toString());

    assertThat(back.get("backups").asInt()).isEqualTo(1);
    assertThat(salvor.json("list").get("backups")).hasSize(2);
    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
  }

  @Test
  void whatOnlyWaitsIsNoDamage() {
    List<ObjectName> none = List.of();
    List<ObjectName> some = List.of(new ObjectName("index/0123456789abcdef0123456789abcdef"));
    assertThat(CopyCommand.exit(report(none, none))).isEqualTo(Exit.DONE);
    assertThat(CopyCommand.exit(report(none, some))).isEqualTo(Exit.PARTIAL);
    assertThat(CopyCommand.exit(report(some, some))).isEqualTo(Exit.DAMAGED);
  }

  private static CopyReport report(List<ObjectName> damaged, List<ObjectName> waiting) {
    return new CopyReport(1, 1, 1, 1, 1, damaged, waiting);
  }

  @Test
  void whoeverForgetsToMakeTheCopyIsToldHow() {
    assertThat(salvor.run("copy", "--to", copy).exit()).isEqualTo(10);
    assertThat(salvor.run("copy", "--to", copy).err()).contains("salvor copy --init");
  }

  @Test
  void theCopyMayBeOpenedWithAnotherCredential() throws IOException {
    String key = "kms:file:" + top.resolve("elsewhere/key");
    Path other = Files.writeString(top.resolve("other-password"), "another passphrase\n");
    salvor.json("key", "add", "--new-kms", key);
    salvor.json("key", "add", "--new-password-file", other.toString());

    assertThat(salvor.json("copy", "--to", copy, "--init", "--to-kms", key).get("backups").asInt())
        .isEqualTo(1);
    salvor.json("copy", "--to", copy, "--to-password-file", other.toString());
    salvor.json("repair", "--dry-run", "--from", copy, "--from-kms", key);
    assertThat(
            salvor
                .run("copy", "--to", copy, "--to-kms", key, "--to-password-file", other.toString())
                .exit())
        .isEqualTo(2);
    String stranger = "kms:file:" + top.resolve("elsewhere/none");
    assertThat(salvor.run("copy", "--to", copy, "--to-kms", stranger).exit()).isNotZero();
  }

  @Test
  void nothingIsSentTwice() {
    assertThat(salvor.json("copy", "--to", copy, "--init").get("objects").asInt()).isPositive();
    JsonNode again = salvor.json("copy", "--to", copy, "--init");
    assertThat(again.get("objects").asInt()).isZero();
    assertThat(again.get("bytes").get("present").asLong()).isPositive();
    JsonNode dry = salvor.json("copy", "--to", copy, "--dry-run");
    Schemas.check("copy", dry.toString());
    assertThat(dry.get("objects").asInt()).isZero();
    assertThat(salvor.run("copy", "--to", copy).out()).contains("copied 0 backups");
  }

  @Test
  void whatIsNoCopyIsRefused() {
    Result missing = salvor.run("copy", "--to", copy);
    assertThat(missing.exit()).as(missing.err()).isEqualTo(10);
    Result same = salvor.run("copy", "--to", salvor.repository().toString());
    assertThat(same.exit()).isEqualTo(1);
    assertThat(same.err()).contains("SLV-1303", "same place");
    salvor.json("init", "--repo", copy);
    for (Result other :
        List.of(
            salvor.run("copy", "--to", copy, "--json"),
            salvor.run("copy", "--to", copy, "--init", "--json"))) {
      assertThat(other.exit()).isEqualTo(1);
      Schemas.check("error", other.out());
      assertThat(other.err()).contains("SLV-1303");
    }
  }

  @Test
  void aWrongCredentialIsToldApart() throws IOException {
    salvor.json("copy", "--to", copy, "--init");
    Path wrong = Files.writeString(top.resolve("wrong"), "another");
    Result refused = salvor.run("copy", "--to", copy, "--to-password-file", wrong.toString());
    assertThat(refused.exit()).isEqualTo(12);
    Path right = Files.writeString(top.resolve("right"), CommandLineHarness.PASSWORD);
    assertThat(salvor.run("copy", "--to", copy, "--to-password-file", right.toString()).exit())
        .isZero();
  }

  @Test
  void aCopyThatIsOutOfReachIsNotTakenForMissing() throws IOException {
    salvor.json("copy", "--to", copy, "--init");
    Path elsewhere = top.resolve("elsewhere");
    Files.move(Path.of(copy), elsewhere);

    Result gone = salvor.run("copy", "--to", copy, "--json");
    Files.createDirectory(Path.of(copy));
    Result unmounted = salvor.run("copy", "--to", copy);

    assertThat(gone.exit()).as(gone.err()).isEqualTo(13);
    Schemas.check("error", gone.out());
    assertThat(gone.err()).contains("SLV-2001", "cannot be reached", "--init");
    assertThat(unmounted.exit()).as(unmounted.err()).isEqualTo(13);
    assertThat(Path.of(copy)).isEmptyDirectory();
    Files.delete(Path.of(copy));
    Files.move(elsewhere, Path.of(copy));
    assertThat(salvor.run("copy", "--to", copy).exit()).isZero();
  }

  @Test
  void aCopyIsNotMadeAnewWhereOneHasBeenSeenUnlessSomebodySaysSo() throws IOException {
    Path mount = Files.createDirectory(top.resolve("mount"));
    Path link = Files.createSymbolicLink(top.resolve("link"), mount);
    copy = link.resolve("copy").toString();
    salvor.json("copy", "--to", copy, "--init");
    Path elsewhere = top.resolve("elsewhere");
    Files.move(mount.resolve("copy"), elsewhere);

    Result gone = salvor.run("copy", "--to", copy, "--init");
    Files.createDirectory(mount.resolve("copy"));
    Result unmounted = salvor.run("copy", "--to", copy, "--init", "--json");

    assertThat(gone.exit()).as(gone.err()).isEqualTo(13);
    assertThat(gone.err()).contains("SLV-2001", "--init --yes");
    assertThat(unmounted.exit()).isEqualTo(13);
    Schemas.check("error", unmounted.out());
    assertThat(mount.resolve("copy")).isEmptyDirectory();
    assertThat(salvor.run("copy", "--to", copy, "--init", "--yes").exit()).isZero();
    assertThat(salvor.json("list", "--repo", copy).get("backups")).hasSize(1);
  }

  @Test
  void aCopyIsNotMadeWithinTheRepository() {
    String within = salvor.repository().resolve("sub").toString();
    Result refused = salvor.run("copy", "--to", within, "--init");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-4002", within);
  }

  @Test
  void norWhereThisMachineKeepsItsStateWhateverWayLeadsThere() throws IOException {
    Path state = Path.of(salvor.environment.get("SALVOR_CACHE_DIR"));
    Path link = Files.createSymbolicLink(top.resolve("link"), state);
    salvor.environment.put("SALVOR_CACHE_DIR", link.toString());
    for (Path way : List.of(link, state)) {
      Result refused = salvor.run("copy", "--to", way.resolve("cache/sub").toString(), "--init");
      assertThat(refused.exit()).as(refused.err()).isEqualTo(1);
      assertThat(refused.err()).contains("SLV-4002");
    }
  }

  @Test
  void anAddressThatIsNoneIsToldAsWrongUse() {
    for (String none : List.of("file:copy", "file:%", "s3://bucket/copy")) {
      Result refused = salvor.run("copy", "--to", none, "--init");
      assertThat(refused.exit()).as(refused.err()).isEqualTo(2);
      assertThat(refused.err()).contains(none);
    }
  }

  @Test
  void oneThatWasDeletedBesideOtherFilesIsMadeAnewAtOnce() throws IOException {
    salvor.json("copy", "--to", copy, "--init");
    Files.move(Path.of(copy), top.resolve("deleted"));
    assertThat(salvor.run("copy", "--to", copy, "--init").exit()).isZero();
  }

  @Test
  void aCopyFromBeforeThePassphraseWasChangedSaysHowItOpens() throws IOException {
    salvor.json("copy", "--to", copy, "--init");
    Path old = Files.writeString(top.resolve("old"), CommandLineHarness.PASSWORD);
    Path changed = Files.writeString(top.resolve("changed"), "a new passphrase");
    salvor.json("key", "add", "--new-password-file", changed.toString(), "--replace");
    salvor.environment.put("SALVOR_PASSWORD", "a new passphrase");

    Result refused = salvor.run("copy", "--to", copy, "--init");
    assertThat(refused.exit()).isEqualTo(12);
    assertThat(refused.err()).contains("SLV-1005", copy, "--to-password-file").hasLineCount(3);

    assertThat(salvor.run("copy", "--to", copy, "--to-password-file", old.toString()).exit())
        .isZero();
    assertThat(salvor.run("copy", "--to", copy).exit()).isZero();
  }

  @Test
  void aDamagedSourceIsCopiedAsFarAsItGoesAndTold() throws IOException {
    for (Path pack : packs()) {
      byte[] bytes = Files.readAllBytes(pack);
      bytes[bytes.length / 3] ^= 1;
      Files.write(pack, bytes);
    }

    Result partial = salvor.run("copy", "--to", copy, "--init", "--json");

    assertThat(partial.exit()).isEqualTo(4);
    Schemas.check("copy", partial.out());
    assertThat(partial.json().get("status").asString()).isEqualTo("partial");
    assertThat(partial.json().get("damaged")).hasSize(packs().size());
    assertThat(salvor.json("list", "--repo", copy).get("backups")).hasSize(1);
  }

  private List<Path> packs() throws IOException {
    try (Stream<Path> all = Files.walk(salvor.repository().resolve("packs"))) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
