package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.testkit.files.NastyTree;
import io.salvor.testkit.files.TreeComparison;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Archives, as other programs read them. */
class ExportCommandTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;
  private Path out;

  @BeforeEach
  void makeSource() throws Exception {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    out = Files.createDirectories(top.resolve("out"));
    Files.createDirectories(source.resolve("etc"));
    Files.writeString(source.resolve("etc/app.conf"), "port=80\n");
    Files.writeString(source.resolve("notes"), "hello\n");
    salvor.json("init");
  }

  private record Ran(int exit, String said) {}

  private static Ran run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), said);
  }

  @Test
  void nothingIsExportedIntoTheRepository() throws Exception {
    salvor.json("backup", source.toString());
    Path link = Files.createSymbolicLink(top.resolve("way"), salvor.repository());
    for (Path to : List.of(salvor.repository().resolve("a.tar"), link.resolve("packs/a.tar"))) {
      Result refused = salvor.run("export", "latest", "--to", to.toString());
      assertThat(refused.exit()).as(refused.err()).isEqualTo(1);
      assertThat(refused.err()).contains("SLV-4002", "cannot export to " + to);
      assertThat(to).doesNotExist();
    }
  }

  @Test
  void gnuTarMakesTheSameTreeOfIt() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "not root: owners cannot be set");
    NastyTree.makeShallow(source, 11);
    // A tar has no place for sockets, and says so.
    String backup = salvor.json("backup", source.toString()).get("id").asString();
    Path tar = top.resolve("all.tar");

    Result exported = salvor.run("export", backup, "--to", tar.toString(), "--json");

    Schemas.check("export", exported.out());
    assertThat(exported.exit()).as(exported.err()).isIn(0, 3);
    assertThat(Files.getPosixFilePermissions(tar))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    Ran extracted =
        run(
            "tar",
            "--xattrs",
            "--xattrs-include=*",
            "--acls",
            "--same-owner",
            "-p",
            "-C",
            out.toString(),
            "-xf",
            tar.toString());
    assertThat(extracted.exit()).as(extracted.said()).isZero();
    List<String> passedOver =
        ReadingCommandsTest.texts(exported.json().get("errors"), "key").stream().toList();
    for (String key : passedOver) {
      run("rm", "-f", source.resolve(key).toString());
    }
    assertThat(TreeComparison.byRsync(source, out, "--omit-dir-times")).isEmpty();
    assertThat(TreeComparison.byWalking(source, out))
        .as("passed over: %s", passedOver)
        .filteredOn(difference -> passedOver.stream().noneMatch(difference::contains))
        .filteredOn(difference -> passedOver.isEmpty() || !difference.contains("mtime"))
        .isEmpty();
    assertThat(run("tar", "--compare", "-C", source.toString(), "-f", tar.toString()).said())
        .doesNotContain("Contents differ", "Size differs", "Mode differs", "Not linked");
  }

  @Test
  void aPartIsExportedWithWhatLeadsThere() throws Exception {
    salvor.json("backup", source.toString());
    Path tar = top.resolve("part.tar");

    JsonNode exported =
        salvor.json(
            "export", "latest", "--to", "file:" + tar, "--format", "tar", "--include", "*.conf");

    Schemas.check("export", exported.toString());
    assertThat(exported.get("entries").asInt()).isEqualTo(3);
    assertThat(run("tar", "-tf", tar.toString()).said()).isEqualTo("./\n./etc/\n./etc/app.conf\n");
    Result none =
        salvor.run("export", "latest", "--to", top.resolve("x").toString(), "--include=zzz");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("SLV-5006");
    assertThat(top.resolve("x")).doesNotExist();
    try (var left = Files.list(top)) {
      assertThat(left.map(p -> p.getFileName().toString())).noneMatch(n -> n.contains(".part"));
    }
  }

  @Test
  void anArchiveIsNotWrittenThroughALinkThatSomebodyHasLaidOut() throws Exception {
    salvor.json("backup", source.toString());
    Path others = Files.writeString(top.resolve("others"), "not to be written to");
    Files.createSymbolicLink(top.resolve("a.tar.part"), others);
    Files.createSymbolicLink(top.resolve("b.tar"), top.resolve("nowhere"));

    salvor.json("export", "latest", "--to", top.resolve("a.tar").toString());
    Result refused = salvor.run("export", "latest", "--to", top.resolve("b.tar").toString());

    assertThat(others).hasContent("not to be written to");
    assertThat(top.resolve("a.tar")).isRegularFile();
    assertThat(Files.getPosixFilePermissions(top.resolve("a.tar")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(refused.err()).contains("SLV-5007");
    assertThat(top.resolve("nowhere")).doesNotExist();
  }

  @Test
  void archivesAreCompressedAsOthersReadThem() throws Exception {
    salvor.json("backup", source.toString());
    byte[] plain = salvor.run("export", "latest", "--to", "-").bytes();
    Path gzip = top.resolve("a.tar.gz");
    Path zip = top.resolve("a.zip");
    Path zstd = top.resolve("a.tar.zst");
    salvor.json("export", "latest", "--to", gzip.toString(), "--compress", "gzip");
    salvor.json("export", "latest", "--to", zip.toString(), "--compress", "zip");
    salvor.json("export", "latest", "--to", zstd.toString(), "--compress", "zstd");

    try (var in = new GZIPInputStream(Files.newInputStream(gzip))) {
      assertThat(in.readAllBytes()).isEqualTo(plain);
    }
    try (ZipFile file = new ZipFile(zip.toFile())) {
      assertThat(file.stream().map(e -> e.getName())).containsExactly("a.tar");
      assertThat(file.getInputStream(file.getEntry("a.tar")).readAllBytes()).isEqualTo(plain);
    }
    try (var in = new com.github.luben.zstd.ZstdInputStream(Files.newInputStream(zstd))) {
      assertThat(in.readAllBytes()).isEqualTo(plain);
    }
    assertThat(plain.length % 10240).isZero();
  }

  @Test
  void nothingIsOverwrittenAndWhatFilesHaveNotIsExplained() throws Exception {
    salvor.json("backup", source.toString());
    Path there = Files.writeString(top.resolve("there"), "mine");

    Result refused = salvor.run("export", "latest", "--to", there.toString());

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-5007").hasLineCount(3);
    assertThat(there).hasContent("mine");
    assertThat(salvor.run("export", "latest", "--to", "x", "--format", "csv").exit()).isEqualTo(2);
    assertThat(salvor.run("export", "latest", "--to", "x", "--compress", "rar").exit())
        .isEqualTo(2);
    assertThat(salvor.run("export", "latest", "--to", "x", "--encrypt-to", "me").exit())
        .isEqualTo(2);
    assertThat(salvor.run("export", "latest", "--to", "-", "--json").exit()).isEqualTo(2);
  }

  @Test
  void whatIsLostIsNamedAndNothingWrongIsExported() throws Exception {
    byte[] noise = new byte[3 << 20];
    new java.util.Random(2).nextBytes(noise);
    salvor.json("backup", source.toString());
    Files.write(source.resolve("lost"), noise);
    salvor.json("backup", source.toString());
    Path pack;
    try (var packs = Files.walk(salvor.repository().resolve("packs"))) {
      pack =
          packs
              .filter(Files::isRegularFile)
              .max(java.util.Comparator.comparingLong(p -> p.toFile().length()))
              .orElseThrow();
    }
    Files.delete(pack);
    Path tar = top.resolve("rest.tar");

    Result exported = salvor.run("export", "latest", "--to", tar.toString(), "--json");

    assertThat(exported.exit()).isEqualTo(4);
    assertThat(exported.json().get("errors").toString()).contains("\"lost\"");
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    names.writeBytes(run("tar", "-tf", tar.toString()).said().getBytes(StandardCharsets.UTF_8));
    assertThat(names.toString(StandardCharsets.UTF_8)).contains("./notes").doesNotContain("lost");
  }
}
