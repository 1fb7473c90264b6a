package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Four backups, one a day, of which some go. */
class ForgetCommandsTest {
  @TempDir Path top;
  private CommandLineHarness salvor;
  private Path source;
  private final List<String> ids = new ArrayList<>();

  @BeforeEach
  void backUpForFourDays() throws Exception {
    salvor = new CommandLineHarness(top);
    source = Files.createDirectories(top.resolve("data"));
    Files.writeString(source.resolve("a"), "a");
    salvor.json("init");
    for (int day = 0; day < 4; day++) {
      ids.add(salvor.json("backup", source.toString()).get("id").asString());
      salvor.clock.advance(Duration.ofDays(1));
    }
  }

  @Test
  void withoutARuleItRefuses() {
    assertThat(salvor.run("forget").exit()).isEqualTo(2);
    assertThat(salvor.run("forget", "--source", source.toString()).exit()).isEqualTo(2);
    assertThat(salvor.run("forget", "--keep-last", "0").exit()).isEqualTo(2);
    assertThat(salvor.run("forget", "--keep-last", "-1").exit()).isEqualTo(2);
    assertThat(salvor.run("forget", "--older-than", "90").exit()).isEqualTo(2);
    assertThat(salvor.run("forget", ids.getFirst(), "--keep-last", "1").exit()).isEqualTo(2);
    assertThat(listed()).isEqualTo(ids);
  }

  @Test
  void aDryRunSaysOfEachWhyAndChangesNothing() {
    JsonNode plan = salvor.json("forget", "--keep-daily", "2", "--dry-run");
    Schemas.check("forget", plan.toString());
    assertThat(plan.get("dryRun").asBoolean()).isTrue();
    assertThat(plan.get("timezone").asString()).isEqualTo("UTC");
    assertThat(plan.get("rules").asString()).isEqualTo("--keep-daily 2");
    assertThat(plan.get("forgotten").asInt()).isEqualTo(2);
    assertThat(plan.get("backups").get(0).get("reasons").toString())
        .isEqualTo("[\"no rule keeps it\"]");
    assertThat(plan.get("backups").get(3).get("reasons").toString())
        .isEqualTo("[\"newest of its source\",\"daily 2026-02-02\"]");
    assertThat(listed()).isEqualTo(ids);
    String out = salvor.run("forget", "--keep-daily", "2", "--dry-run").out();
    assertThat(out).contains("2 backups would be forgotten, 2 kept; days are those of UTC");
    assertThat(out.lines().filter(l -> l.startsWith("forget "))).hasSize(2);
  }

  @Test
  void whatNoRuleKeepsIsGone() {
    JsonNode done = salvor.json("forget", "--keep-last", "2", "--older-than", "12h");
    Schemas.check("forget", done.toString());
    assertThat(done.get("dryRun").asBoolean()).isFalse();
    assertThat(listed()).isEqualTo(ids.subList(2, 4));
    assertThat(salvor.run("show", ids.getFirst()).err()).contains("SLV-1201");
    assertThat(salvor.json("verify", "--depth", "full").get("status").asString())
        .isEqualTo("intact");
    assertThat(salvor.json("forget", "--keep-last", "2").get("forgotten").asInt()).isZero();
  }

  @Test
  void aNamedOneGoesAndTheNewestDoesNot() {
    assertThat(salvor.run("forget", ids.get(1)).exit()).isZero();
    assertThat(listed()).containsExactly(ids.get(0), ids.get(2), ids.get(3));
    Result refused = salvor.run("forget", ids.get(0), "latest");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1206", "newest of its source");
    assertThat(listed()).hasSize(3);
  }

  @Test
  void oneOnHoldStaysUntilItIsReleased() {
    JsonNode held = salvor.json("hold", ids.getFirst(), "--reason", "audit");
    Schemas.check("backup", held.toString());
    assertThat(held.get("lifecycle").asString()).isEqualTo("held");
    assertThat(held.get("holds").get(0).get("reason").asString()).isEqualTo("audit");
    assertThat(held.get("holds").get(0).get("by").asString()).isEqualTo("tester");
    assertThat(salvor.run("list").out()).contains("[held]");
    assertThat(salvor.run("show", ids.getFirst()).out()).contains(" by tester: audit");
    Result refused = salvor.run("forget", ids.getFirst());
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("SLV-1206", "held by tester: audit", "salvor unhold");
    assertThat(salvor.run("forget", "--keep-last", "1").exit()).isZero();
    assertThat(listed()).containsExactly(ids.getFirst(), ids.getLast());
    JsonNode released = salvor.json("unhold", ids.getFirst());
    assertThat(released.get("lifecycle").asString()).isEqualTo("retained");
    assertThat(released.get("holds")).isEmpty();
    assertThat(salvor.run("unhold", ids.getFirst()).out()).contains("was not on hold");
    assertThat(salvor.run("forget", "--keep-last", "1").exit()).isZero();
    assertThat(listed()).containsExactly(ids.getLast());
  }

  @Test
  void aTypeAloneIsCountedByItself() {
    assertThat(salvor.run("forget", "--type", "incremental", "--keep-last", "1").exit()).isZero();
    assertThat(listed()).containsExactly(ids.get(0), ids.get(3));
  }

  @Test
  void aPersonIsAsked() {
    Result no = salvor.typing("n\n", "forget", "--keep-last", "1");
    assertThat(no.exit()).isEqualTo(5);
    assertThat(no.err()).contains("forget 3 backups? [y/N]");
    assertThat(listed()).isEqualTo(ids);
    assertThat(salvor.typing("y\n", "forget", "--keep-last", "1").exit()).isZero();
    assertThat(listed()).containsExactly(ids.getLast());
  }

  @Test
  void anotherSourceIsNotTouched() throws Exception {
    Path other = Files.createDirectories(top.resolve("other"));
    String id = salvor.json("backup", other.toString()).get("id").asString();
    assertThat(salvor.run("forget", "--source", source.toString(), "--keep-last", "1").exit())
        .isZero();
    assertThat(listed()).containsExactly(ids.getLast(), id);
  }

  private List<String> listed() {
    List<String> listed = new ArrayList<>();
    salvor.json("list").get("backups").forEach(b -> listed.add(b.get("id").asString()));
    return listed;
  }
}
