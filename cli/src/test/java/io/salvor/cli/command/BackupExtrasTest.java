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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** What goes around a backup: hooks, presets, groups. */
class BackupExtrasTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;

  @BeforeEach
  void makeSource() throws IOException {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.writeString(source.resolve("notes"), "hello\n");
    salvor.json("init");
  }

  private List<String> keys() {
    return ReadingCommandsTest.texts(salvor.json("ls", "latest").get("entries"), "key");
  }

  @Test
  void hooksRunAroundABackupAndAreToldWhatHappens() throws IOException {
    Path told = top.resolve("told");
    Result backup =
        salvor.run(
            "backup",
            source.toString(),
            "--json",
            "--before",
            "echo \"$SALVOR_HOOK $SALVOR_SOURCE $SALVOR_HOST ${SALVOR_PASSWORD-none}\" > told;"
                + " echo quiet > data/state",
            "--after",
            "echo \"$SALVOR_HOOK $SALVOR_STATUS $SALVOR_BACKUP\" >> told; rm data/state");

    assertThat(backup.exit()).as(backup.err()).isZero();
    assertThat(Files.readAllLines(told))
        .containsExactly(
            "before " + source + " testhost none",
            "after success " + backup.json().get("id").asString());
    assertThat(keys()).contains("state");
    assertThat(source.resolve("state")).doesNotExist();
  }

  @Test
  void aFailingHookBeforeStopsTheBackupAndTheOneAfterStillRuns() {
    Result backup =
        salvor.run(
            "backup",
            source.toString(),
            "--before",
            "echo cannot hold still; exit 7",
            "--after",
            "echo \"$SALVOR_STATUS $SALVOR_ERROR\" > told");

    assertThat(backup.exit()).isEqualTo(1);
    assertThat(backup.err()).contains("SLV-3009", "status 7", "cannot hold still");
    assertThat(top.resolve("told")).hasContent("failed SLV-3009");
    assertThat(salvor.json("list").get("backups")).isEmpty();
  }

  @Test
  void aFailingHookAfterIsToldAndTheBackupIsMade() {
    Result backup = salvor.run("backup", source.toString(), "--json", "--after", "exit 9");

    assertThat(backup.exit()).isEqualTo(3);
    assertThat(backup.json().get("status").asString()).isEqualTo("success");
    assertThat(backup.json().get("warnings").toString()).contains("SLV-3010", "status 9");
    Schemas.check("backup-run", backup.out());
  }

  @Test
  void theHookAfterRunsWhenTheBackupFails() {
    Result backup =
        salvor.run(
            "backup",
            top.resolve("nowhere").toString(),
            "--after",
            "echo \"$SALVOR_STATUS $SALVOR_ERROR\" > told");

    assertThat(backup.exit()).isEqualTo(1);
    assertThat(top.resolve("told")).hasContent("failed SLV-3001");
  }

  @Test
  void code() throws IOException {
    Files.createDirectories(source.resolve("src"));
    Files.writeString(source.resolve("src/main.c"), "int main;\n");
    for (String made : List.of("node_modules/x", "target/y", "build/z")) {
      Files.createDirectories(source.resolve(made).getParent());
      Files.writeString(source.resolve(made), "made\n");
    }

    JsonNode backup =
        salvor.json("backup", source.toString(), "--preset", "code", "--exclude", "!build/");

    assertThat(backup.get("warnings")).isEmpty();
    assertThat(keys())
        .contains("src/main.c", "build/z", "notes")
        .noneMatch(key -> key.startsWith("node_modules") || key.startsWith("target"));
  }

  @Test
  void logs() throws IOException {
    Files.createDirectories(source.resolve("logs"));
    Files.writeString(source.resolve("logs/any"), "in a directory of logs\n");
    Files.writeString(source.resolve("app.log.1"), "rotated\n");

    JsonNode backup = salvor.json("backup", source.toString(), "--preset=logs");

    assertThat(backup.get("warnings")).as("a preset's patterns need not match").isEmpty();
    assertThat(keys()).contains("logs/any", "app.log.1").doesNotContain("notes");
  }

  @Test
  void configurationThatDoesNotParseIsKeptAndTold() throws IOException {
    Files.writeString(source.resolve("good.json"), "{\"a\": [1]}\n");
    Files.writeString(source.resolve("bad.json"), "{\n\"a\": [1}\n");
    Files.writeString(source.resolve("good.yaml"), "a: !custom [1]\n---\nb: 2\n");
    Files.writeString(source.resolve("bad.yml"), "a: [1\nb: 2\n");
    Files.writeString(source.resolve("good.xml"), "<a/>\n");
    Files.writeString(source.resolve("bad.xml"), "<a><b></a>\n");
    Files.writeString(source.resolve("bad.properties"), "a=\\u12\n");

    JsonNode backup = salvor.json("backup", source.toString(), "--preset", "configuration");

    Schemas.check("backup-run", backup.toString());
    assertThat(ReadingCommandsTest.texts(backup.get("warnings"), "key"))
        .containsExactlyInAnyOrder("bad.json", "bad.yml", "bad.xml", "bad.properties");
    assertThat(backup.get("warnings").toString()).contains("configuration-broken", "line 2");
    assertThat(salvor.run("cat", "latest", "bad.yml").out()).isEqualTo("a: [1\nb: 2\n");
    JsonNode next = salvor.json("backup", source.toString(), "--preset", "configuration");
    assertThat(next.get("warnings")).as("told once").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void everyPresetsPatternsAreExplained(Preset preset) throws IOException {
    String page = Files.readString(Path.of("../docs/presets.md"));
    String row =
        page.lines().filter(l -> l.startsWith("| `" + preset.word() + "`")).findFirst().orElse("");
    assertThat(preset.exclude())
        .allSatisfy(pattern -> assertThat(row).contains("`" + pattern + "`"));
    assertThat(salvor.run("backup", source.toString(), "--preset", preset.word()).exit()).isZero();
  }

  @Test
  void aGroupIsKept() {
    JsonNode backup = salvor.json("backup", source.toString(), "--group", "shop");
    JsonNode alone = salvor.json("backup", source.toString());

    Schemas.check("backup-run", backup.toString());
    assertThat(backup.get("group").asString()).isEqualTo("shop");
    assertThat(alone.get("group").isNull()).isTrue();
    assertThat(salvor.run("show", backup.get("id").asString()).out()).contains("shop");
  }

  @Test
  void anUnknownPresetIsAUsageError() {
    assertThat(salvor.run("backup", source.toString(), "--preset", "music").exit()).isEqualTo(2);
  }
}
