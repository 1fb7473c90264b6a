package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Restores from a backup of two files, and what is known of them. */
class RestoreCommandsTest {
  @TempDir private Path top;
  private CommandLineHarness salvor;
  private Path source;
  private Path target;
  private String backup;

  @BeforeEach
  void backUp() throws Exception {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.createDirectories(source.resolve("etc"));
    Files.writeString(source.resolve("etc/app.conf"), "port=80\n");
    Files.writeString(source.resolve("notes"), "hello\n");
    target = top.resolve("target");
    salvor.json("init");
    backup = salvor.json("backup", source.toString()).get("id").asString();
  }

  @Test
  void whatLayInTheSourceComesToLieInTheTarget() throws Exception {
    JsonNode restored = salvor.json("restore", "latest", "--to", target.toString());

    Schemas.check("restore", restored.toString());
    assertThat(restored.get("status").asString()).isEqualTo("success");
    assertThat(restored.get("backup").asString()).isEqualTo(backup);
    assertThat(restored.get("undo").isNull()).isTrue();
    assertThat(restored.get("changes").toString())
        .isEqualTo("{\"create\":4,\"update\":0,\"delete\":0,\"unchanged\":0}");
    assertThat(ReadingCommandsTest.texts(restored.get("entries"), "key"))
        .containsExactly("", "etc", "etc/app.conf", "notes");
    assertThat(Files.readString(target.resolve("etc/app.conf"))).isEqualTo("port=80\n");
  }

  @Test
  void aRestoreOfTheWholeLeavesItsProof() throws Exception {
    salvor.json("restore", "latest", "--to", top("other"), "--no-proof");
    salvor.json("restore", "latest", "--to", top("part"), "--include", "notes");
    salvor.json("restore", "latest", "--to", top("dry"), "--dry-run");
    assertThat(salvor.json("show", backup).get("proof").isNull()).isTrue();
    salvor.json("restore", "latest", "--to", target.toString());
    JsonNode shown = salvor.json("show", backup);
    Schemas.check("backup", shown.toString());
    assertThat(shown.get("proof").get("restored").asString()).startsWith("2026-01-30T15:");
    assertThat(shown.get("proof").get("verified").isNull()).isTrue();
    assertThat(shown.get("proof").get("durationMs").asLong()).isNotNegative();
    assertThat(salvor.run("show", backup).out()).contains("restored 2026-01-30");
  }

  @Test
  void whatWasThereAlreadyProvesNothingOfTheRepository() {
    salvor.json("restore", "latest", "--to", target.toString(), "--no-proof");
    salvor.json("restore", "latest", "--to", target.toString());
    assertThat(salvor.json("show", backup).get("proof").isNull()).isTrue();
  }

  @Test
  void aPlanThatIsKeptSaysWhereItIsAndHowItIsApplied() {
    Path plan = target.resolveSibling("plan");
    assertThat(
            salvor
                .run("restore", "latest", "--to", target.toString(), "--save-plan", plan.toString())
                .out())
        .contains("the plan is kept in " + plan)
        .contains("salvor restore --plan " + plan);
    assertThat(target).doesNotExist();
    assertThat(salvor.run("restore", "--plan", plan.toString()).exit()).isZero();
    assertThat(target.resolve("notes")).hasContent("hello");
  }

  private String top(String name) {
    return target.resolveSibling(name).toString();
  }

  @Test
  void offATerminalConflictsStopIt() throws Exception {
    Files.createDirectories(target);
    Files.writeString(target.resolve("notes"), "mine\n");

    Result refused = salvor.run("restore", "latest", "--to", target.toString(), "--json");

    assertThat(refused.exit()).isEqualTo(5);
    Schemas.check("restore", refused.out());
    Schemas.check("error", refused.out());
    assertThat(refused.json().get("error").get("code").asString()).isEqualTo("SLV-4003");
    JsonNode conflict = refused.json().get("conflicts").get(1);
    assertThat(conflict.get("key").asString()).isEqualTo("notes");
    assertThat(conflict.get("live").get("size").asInt()).isEqualTo(5);
    assertThat(conflict.get("backup").get("size").asInt()).isEqualTo(6);
    assertThat(refused.err().lines()).hasSize(3);
    assertThat(Files.readString(target.resolve("notes"))).isEqualTo("mine\n");
    assertThat(Files.exists(target.resolve("etc"))).isFalse();
  }

  @Test
  void offATerminalConsentIsNeededToo() throws Exception {
    salvor.json("restore", "latest", "--to", target.toString());
    Files.writeString(target.resolve("notes"), "mine\n");

    Result refused =
        salvor.run("restore", "latest", "--to", target.toString(), "--on-conflict=overwrite");

    assertThat(refused.exit()).isEqualTo(5);
    assertThat(refused.err()).contains("SLV-4004", "--yes").hasLineCount(3);
    assertThat(refused.out()).contains("M notes");
    assertThat(Files.readString(target.resolve("notes"))).isEqualTo("mine\n");
  }

  @Test
  void skipNeedsNoConsent() throws Exception {
    salvor.json("restore", "latest", "--to", target.toString());
    Files.writeString(target.resolve("notes"), "mine\n");

    JsonNode restored =
        salvor.json("restore", "latest", "--to", target.toString(), "--on-conflict", "skip");

    assertThat(restored.get("changes").get("unchanged").asInt()).isEqualTo(4);
    assertThat(restored.get("conflicts").get(0).get("resolution").asString()).isEqualTo("skip");
    assertThat(Files.readString(target.resolve("notes"))).isEqualTo("mine\n");
  }

  @Test
  void aDryRunWritesNothing() {
    Result preview = salvor.run("restore", "latest", "--to", target.toString(), "--dry-run");

    assertThat(preview.exit()).isZero();
    assertThat(preview.out()).contains("create 4, update 0", "+ notes", "nothing was written");
    assertThat(Files.exists(target)).isFalse();
    JsonNode planned = salvor.json("restore", "latest", "--to", target.toString(), "--dry-run");
    Schemas.check("restore", planned.toString());
    assertThat(planned.get("dryRun").asBoolean()).isTrue();
    assertThat(salvor.json("restores").get("restores")).isEmpty();
  }

  @Test
  void aDryRunWarnsAndEstimates() throws Exception {
    Files.createDirectories(target);
    Files.writeString(target.resolve(".salvor-20260130-150000-k7f3q-1"), "somebody else's");

    JsonNode planned = salvor.json("restore", "latest", "--to", target.toString(), "--dry-run");

    Schemas.check("restore", planned.toString());
    JsonNode warning = planned.get("warnings").get(0);
    assertThat(planned.get("warnings")).hasSize(1);
    assertThat(warning.get("code").asString()).isEqualTo("restore-of-others");
    assertThat(warning.get("key").asString()).isEqualTo(".salvor-20260130-150000-k7f3q-1");
    assertThat(warning.get("message").asString()).contains("stays", "1 entry");
    assertThat(planned.get("estimatedMs").asLong()).isBetween(1L, 60_000L);
    assertThat(salvor.run("restore", "latest", "--to", target.toString(), "--dry-run").out())
        .contains("another restore");
  }

  @Test
  void whatWasOverwrittenAndDeletedCanBePutBack() throws Exception {
    salvor.json("restore", "latest", "--to", target.toString());
    Files.writeString(target.resolve("notes"), "mine\n");
    Files.writeString(target.resolve("extra"), "mine too\n");
    JsonNode restored =
        salvor.json(
            "restore",
            "latest",
            "--to",
            target.toString(),
            "--on-conflict=overwrite",
            "--delete-extra",
            "--yes");
    Schemas.check("restore", restored.toString());
    assertThat(Files.readString(target.resolve("notes"))).isEqualTo("hello\n");
    assertThat(Files.exists(target.resolve("extra"))).isFalse();
    String id = restored.get("id").asString();
    JsonNode undo = salvor.json("show", restored.get("undo").asString());
    Schemas.check("backup", undo.toString());
    assertThat(undo.get("undoOf").asString()).isEqualTo(id);
    assertThat(undo.get("lifecycle").asString()).isEqualTo("held");

    JsonNode back = salvor.json("rollback", id, "--yes");

    Schemas.check("restore", back.toString());
    assertThat(back.get("rollbackOf").asString()).isEqualTo(id);
    assertThat(Files.readString(target.resolve("notes"))).isEqualTo("mine\n");
    assertThat(Files.readString(target.resolve("extra"))).isEqualTo("mine too\n");
    JsonNode all = salvor.json("restores");
    Schemas.check("restores", all.toString());
    assertThat(all.get("restores").get(1).get("status").asString()).isEqualTo("rolled-back");
    JsonNode report = salvor.json("restores", id);
    Schemas.check("restore", report.toString());
    assertThat(ReadingCommandsTest.texts(report.get("entries"), "key")).contains("notes", "extra");
    assertThat(salvor.run("restores").out()).contains(id, "rolled-back");
    assertThat(salvor.run("restores", id).out()).contains("M notes", "- extra");
  }

  @Test
  void theLatestIsNotAnOlderOneBecauseItsManifestIsGone() throws Exception {
    Set<Path> older = manifests();
    String lost = salvor.json("backup", source.toString()).get("id").asString();
    for (Path manifest : manifests()) {
      if (!older.contains(manifest)) {
        Files.delete(manifest);
      }
    }
    String to = target.toString();

    assertThat(salvor.run("restore", "latest", "--to", to).exit()).isEqualTo(4);
    assertThat(salvor.run("restore", lost, "--to", to).exit()).isEqualTo(4);
    assertThat(salvor.run("ls", "latest").err()).contains("SLV-1105", lost);
    assertThat(Files.exists(target)).isFalse();
    String before = "2026-01-30T15:02:30Z";
    JsonNode restored = salvor.json("restore", "latest", "--at", before, "--to", to);
    assertThat(restored.get("backup").asString()).isEqualTo(backup);
  }

  private Set<Path> manifests() throws Exception {
    try (Stream<Path> files = Files.list(salvor.repository().resolve("backups"))) {
      return files.collect(Collectors.toSet());
    }
  }

  @Test
  void atATerminalYesAndNoAreUnderstood() throws Exception {
    Files.writeString(source.resolve("notes"), "mine\n");
    String[] command = {"restore", "latest", "--to=origin"};

    assertThat(salvor.typing("n\n", command).exit()).isEqualTo(5);
    assertThat(salvor.typing("y\nn\n", command).exit()).isEqualTo(5);
    assertThat(Files.readString(source.resolve("notes"))).isEqualTo("mine\n");
    Result agreed = salvor.typing("y\ny\n", command);

    assertThat(agreed.exit()).as(agreed.err()).isZero();
    assertThat(agreed.err())
        .as("what is asked about is shown as a whole before")
        .containsSubsequence("update 1", "M notes", "(o)verwrite", "update 1", "go on?");
    assertThat(Files.readString(source.resolve("notes"))).isEqualTo("hello\n");
  }

  @Test
  void whatIsCountedIsListed() throws Exception {
    Files.writeString(source.resolve("notes"), "mine\n");

    JsonNode preview = salvor.json("restore", "latest", "--to=origin", "--dry-run");

    assertThat(preview.get("changes").get("update").asInt()).isEqualTo(1);
    assertThat(ReadingCommandsTest.texts(preview.get("entries"), "key")).containsExactly("notes");
    assertThat(preview.get("conflicts").get(0).get("resolution").asString()).isEqualTo("fail");
  }

  @Test
  void anUndoInAnotherRepositoryIsFoundAgain() throws Exception {
    String elsewhere = top.resolve("elsewhere").toString();
    salvor.json("init", "--repo", elsewhere);
    Files.writeString(source.resolve("notes"), "mine\n");
    String id =
        salvor
            .json(
                "restore",
                "latest",
                "--to=origin",
                "--on-conflict=overwrite",
                "--yes",
                "--undo-to",
                elsewhere)
            .get("id")
            .asString();
    JsonNode preview = salvor.json("rollback", id, "--dry-run");
    assertThat(preview.get("changes").get("update").asInt()).isEqualTo(1);

    salvor.json("rollback", id, "--yes");

    assertThat(Files.readString(source.resolve("notes"))).isEqualTo("mine\n");
    JsonNode all = salvor.json("restores").get("restores");
    assertThat(ReadingCommandsTest.texts(all, "status")).containsExactly("rolled-back", "success");
  }

  @Test
  void anUndoIsNotTheLatestBackup() throws Exception {
    salvor.json("restore", "latest", "--to", target.toString());
    Files.writeString(target.resolve("notes"), "mine\n");
    salvor.json("restore", "latest", "--to", target.toString(), "--on-conflict=overwrite", "--yes");

    assertThat(salvor.json("show", "latest").get("id").asString()).isEqualTo(backup);
  }

  @Test
  void aPlanIsAppliedLater() throws Exception {
    Path plan = top.resolve("plan");
    JsonNode saved =
        salvor.json("restore", "latest", "--to", target.toString(), "--save-plan", plan.toString());
    assertThat(Files.exists(target)).isFalse();

    JsonNode applied = salvor.json("restore", "--plan", plan.toString());

    assertThat(applied.get("id")).isEqualTo(saved.get("id"));
    assertThat(Files.readString(target.resolve("notes"))).isEqualTo("hello\n");
  }

  @Test
  void aSavedPlanLeavesAloneWhatHasMovedSince() throws Exception {
    salvor.json("restore", "latest", "--to", target.toString());
    Files.writeString(target.resolve("notes"), "mine\n");
    Files.writeString(target.resolve("etc/app.conf"), "port=81\n");
    Path plan = top.resolve("plan");
    String[] save = {
      "restore",
      "latest",
      "--to",
      target.toString(),
      "--on-conflict=overwrite",
      "--save-plan",
      plan.toString()
    };
    salvor.json(save);
    Files.writeString(target.resolve("notes"), "mine again, later\n");

    Result refused = salvor.run("restore", "--plan", plan.toString());
    Result applied = salvor.run("restore", "--plan", plan.toString(), "--yes", "--json");

    assertThat(refused.exit()).as("consent is asked for when it is applied").isEqualTo(5);
    assertThat(applied.exit()).as(applied.err()).isEqualTo(5);
    Schemas.check("restore", applied.out());
    assertThat(applied.json().get("status").asString()).isEqualTo("partial");
    assertThat(applied.json().get("errors").get(0).get("key").asString()).isEqualTo("notes");
    assertThat(applied.json().get("errors").get(0).get("code").asString()).isEqualTo("SLV-4006");
    assertThat(Files.readString(target.resolve("notes"))).isEqualTo("mine again, later\n");
    assertThat(Files.readString(target.resolve("etc/app.conf"))).isEqualTo("port=80\n");
    Result again = salvor.run("restore", "--plan", plan.toString(), "--yes");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("SLV-4012", "has been applied before");
  }

  @Test
  void aSavedPlanIsForItsTargetOnly() throws Exception {
    Path plan = top.resolve("plan");
    salvor.json("restore", "latest", "--to", target.toString(), "--save-plan", plan.toString());

    Result elsewhere =
        salvor.run("restore", "--plan", plan.toString(), "--to", top.resolve("other").toString());
    byte[] bytes = Files.readAllBytes(plan);
    bytes[bytes.length / 2] ^= 1;
    Files.write(plan, bytes);
    Result damaged = salvor.run("restore", "--plan", plan.toString());

    assertThat(elsewhere.exit()).isEqualTo(1);
    assertThat(elsewhere.err()).contains("SLV-4012");
    assertThat(damaged.exit()).isEqualTo(1);
    assertThat(damaged.err()).contains("SLV-4012", "checksum");
    assertThat(target).doesNotExist();
  }

  @Test
  void theOriginIsWhereItCameFrom() throws Exception {
    Files.delete(source.resolve("notes"));

    JsonNode restored =
        salvor.json("restore", "latest", "--to=origin", "--on-conflict=overwrite", "--yes");

    assertThat(restored.get("target").asString()).isEqualTo(source.toString());
    assertThat(Files.readString(source.resolve("notes"))).isEqualTo("hello\n");
  }

  @Test
  void theOriginOfAFileIsThatFileOnly() throws Exception {
    salvor.json("backup", source.resolve("notes").toString());
    Files.writeString(source.resolve("notes"), "changed\n");
    Files.writeString(source.resolve("etc/app.conf"), "changed\n");

    salvor.json(
        "restore",
        "latest",
        "--source",
        source.resolve("notes").toString(),
        "--to=origin",
        "--on-conflict=overwrite",
        "--delete-extra",
        "--yes");

    assertThat(Files.readString(source.resolve("notes"))).isEqualTo("hello\n");
    assertThat(Files.readString(source.resolve("etc/app.conf"))).isEqualTo("changed\n");
  }

  @Test
  void theOriginOfSeveralPathsIsThosePathsOnly() throws Exception {
    Path other = Files.createDirectories(top.resolve("other"));
    Files.writeString(other.resolve("file"), "other\n");
    salvor.json("backup", source.toString(), other.toString());
    Files.delete(other.resolve("file"));
    Files.writeString(top.resolve("bystander"), "stays\n");

    salvor.json(
        "restore",
        "latest",
        "--source",
        source + " " + other,
        "--to=origin",
        "--on-conflict=overwrite",
        "--delete-extra",
        "--yes");

    assertThat(Files.readString(other.resolve("file"))).isEqualTo("other\n");
    assertThat(Files.readString(top.resolve("bystander"))).isEqualTo("stays\n");
  }

  @Test
  void patternsChooseAPart() {
    JsonNode restored =
        salvor.json("restore", "latest", "--to", target.toString(), "--include", "*.conf");

    assertThat(ReadingCommandsTest.texts(restored.get("entries"), "key"))
        .contains("etc/app.conf")
        .doesNotContain("notes");
    assertThat(Files.exists(target.resolve("notes"))).isFalse();
  }

  @Test
  void anEarlierStateIsNamedByItsTime() throws Exception {
    Files.writeString(source.resolve("notes"), "later\n");
    salvor.json("backup", source.toString());

    JsonNode at =
        salvor.json("restore", "latest", "--at", "2026-01-30T15:02:30Z", "--to", target.toString());
    assertThat(at.get("backup").asString()).isEqualTo(backup);
    Result tooEarly =
        salvor.run("restore", "latest", "--hours-ago", "9", "--to", target.toString());

    assertThat(tooEarly.exit()).isEqualTo(1);
    assertThat(tooEarly.err()).contains("SLV-1203", "the first was complete at 2026-01-30T15:02");
  }

  @Test
  void whatFilesDoNotHaveIsAUsageError() {
    for (List<String> words :
        List.of(
            List.of("--on-conflict", "merge"),
            List.of("--mode", "differences"),
            List.of("--mode", "swap"))) {
      Result result =
          salvor.run("restore", "latest", "--to", target.toString(), words.get(0), words.get(1));
      assertThat(result.exit()).as("%s", words).isEqualTo(2);
      assertThat(result.err()).hasLineCount(3);
    }
  }
}
