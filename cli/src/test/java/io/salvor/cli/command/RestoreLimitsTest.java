package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a restore is about, and what it therefore leaves alone. */
class RestoreLimitsTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;
  private String target;

  @BeforeEach
  void makeSource() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.createDirectories(source.resolve("etc"));
    Files.writeString(source.resolve("etc/app.conf"), "port=80\n");
    Files.writeString(source.resolve("notes"), "hello\n");
    target = top.resolve("target").toString();
    salvor.json("init");
  }

  @Test
  void anIncludeThatMatchesNothingIsAFailureAndWritesNothing() {
    salvor.json("backup", source.toString());

    Result none = salvor.run("restore", "latest", "--to", target, "--include", "/ect/", "--json");

    assertThat(none.exit()).isEqualTo(1);
    Schemas.check("error", none.out());
    assertThat(none.json().get("error").get("code").asString()).isEqualTo("SLV-5006");
    assertThat(none.err()).contains("/ect/").hasLineCount(3);
    assertThat(top.resolve("target")).doesNotExist();
    Result preview =
        salvor.run("restore", "latest", "--to", target, "--include", "/ect/", "--dry-run");
    assertThat(preview.exit()).isEqualTo(1);
  }

  @Test
  void ofSeveralIncludesEachThatMatchesNothingIsWarnedOf() {
    salvor.json("backup", source.toString());

    Result some =
        salvor.run(
            "restore",
            "latest",
            "--to",
            target,
            "--include=*.conf",
            "--include=/ect/",
            "--include=app.*");

    assertThat(some.exit()).isZero();
    assertThat(some.err()).contains("nothing matched --include /ect/ [SLV-5006]").hasLineCount(1);
    assertThat(top.resolve("target/etc/app.conf")).hasContent("port=80");
  }

  @Test
  void aBackupWarnsOfIncludesThatMatchNothing() {
    JsonNode backup =
        salvor.json("backup", source.toString(), "--include=*.conf", "--include=/ect/");

    assertThat(backup.get("warnings").toString())
        .contains("include-unmatched", "/ect/")
        .doesNotContain("*.conf");
  }

  @Test
  void whatTheBackupLeftOutIsNotExtra() throws IOException {
    Files.writeString(source.resolve("run.log"), "precious\n");
    Files.createDirectories(source.resolve("etc/cache/deep"));
    Files.writeString(source.resolve("etc/cache/deep/x.log"), "precious too\n");
    salvor.json("backup", source.toString(), "--exclude", "*.log", "--exclude", "/etc/cache/");
    Files.createDirectories(source.resolve("new/logs"));
    Files.writeString(source.resolve("new/logs/y.log"), "kept with what leads there\n");
    Files.writeString(source.resolve("new/logs/extra"), "extra\n");
    Files.createDirectories(source.resolve("really/extra"));
    Files.writeString(source.resolve("really/extra/file"), "extra\n");

    JsonNode restored =
        salvor.json(
            "restore",
            "latest",
            "--to=origin",
            "--on-conflict=overwrite",
            "--delete-extra",
            "--yes");

    assertThat(source.resolve("run.log")).hasContent("precious");
    assertThat(source.resolve("etc/cache/deep/x.log")).hasContent("precious too");
    assertThat(source.resolve("new/logs/y.log")).exists();
    assertThat(source.resolve("new/logs/extra")).doesNotExist();
    assertThat(source.resolve("really")).doesNotExist();
    assertThat(restored.get("status").asString()).isEqualTo("success");
    assertThat(restored.get("warnings").toString()).contains("excluded-kept");
  }

  @Test
  void whatTheBackupsIncludesDidNotTakeIsNotExtra() throws IOException {
    salvor.json("backup", source.toString(), "--include", "*.conf");
    Files.writeString(source.resolve("etc/extra.conf"), "extra\n");

    salvor.json(
        "restore", "latest", "--to=origin", "--on-conflict=overwrite", "--delete-extra", "--yes");

    assertThat(source.resolve("notes")).hasContent("hello");
    assertThat(source.resolve("etc/extra.conf")).doesNotExist();
  }

  @Test
  void theRepositoryInTheTargetIsNotExtra() throws IOException {
    salvor.json("backup", source.toString());
    salvor.environment.put("SALVOR_REPO", salvor.repository().toString());
    Files.writeString(top.resolve("extra"), "extra\n");

    JsonNode restored =
        salvor.json(
            "restore",
            "latest",
            "--to",
            top.toString(),
            "--on-conflict=overwrite",
            "--delete-extra",
            "--yes");

    assertThat(restored.get("status").asString()).isEqualTo("success");
    assertThat(top.resolve("extra")).doesNotExist();
    assertThat(salvor.run("verify", "--depth=full").exit()).isZero();
  }

  @Test
  void optionsOfOtherKindsOfSourcesAreExplained() {
    salvor.json("backup", source.toString());
    for (List<String> option :
        List.of(
            List.of("--map", "a=b"),
            List.of("--map-file", "f"),
            List.of("--only", "users"),
            List.of("--pause"),
            List.of("--since", "2026-01-30T15:00:00Z"),
            List.of("--config", "f"))) {
      List<String> words = new java.util.ArrayList<>(List.of("restore", "latest", "--to", target));
      words.addAll(option);
      Result refused = salvor.run(words.toArray(String[]::new));
      assertThat(refused.exit()).as(option.getFirst()).isEqualTo(2);
      assertThat(refused.err())
          .contains(option.getFirst() + " cannot be used")
          .doesNotContain("nknown option")
          .hasLineCount(3);
    }
    assertThat(salvor.run("backup", source.toString(), "--since=2026-01-30T15:00:00Z").exit())
        .isEqualTo(2);
    assertThat(salvor.run("backup", source.toString(), "--only=users").err())
        .contains("files have no such kinds");
  }

  @Test
  void aRepositoryIsNotMadeAmongForeignFiles() throws IOException {
    Path shared = Files.createDirectories(top.resolve("shared"));
    Files.createDirectories(shared.resolve("lost+found"));
    Files.writeString(shared.resolve("thesis.txt"), "mine\n");

    Result refused = salvor.run("init", "--repo", shared.toString());

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-2006", "thesis.txt").hasLineCount(3);
    try (var left = Files.list(shared)) {
      assertThat(left).hasSize(2);
    }
    Files.delete(shared.resolve("thesis.txt"));
    assertThat(salvor.run("init", "--repo", shared.toString()).exit()).isZero();
  }

  @Test
  void theLatestOfSeveralMachinesIsThisOnes() {
    String here = salvor.json("backup", source.toString()).get("id").asString();
    salvor.json("backup", source.toString(), "--host", "elsewhere");

    JsonNode shown = salvor.json("show", "latest", "--source", source.toString());
    assertThat(shown.get("id").asString()).isEqualTo(here);
    JsonNode theirs = salvor.json("show", "latest", "--host", "elsewhere");
    assertThat(theirs.get("host").asString()).isEqualTo("elsewhere");
  }

  @Test
  void theLatestOfOtherMachinesOnlyIsAmbiguous() {
    salvor.json("backup", source.toString(), "--host", "one");
    salvor.json("backup", source.toString(), "--host", "two");

    Result which = salvor.run("show", "latest", "--source", source.toString());

    assertThat(which.exit()).isEqualTo(1);
    assertThat(which.err()).contains("SLV-1202", "--host one", "--host two");
  }
}
