package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts that complete words, as the shell itself runs them. */
class CompletionCommandTest {
  @TempDir private Path top;

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    CommandLineHarness salvor = new CommandLineHarness(top);
    Path script = Files.writeString(top.resolve("salvor.bash"), salvor.run("completion").out());

    assertThat(complete(script, "salvor", "rest")).contains("restore", "restores");
    assertThat(complete(script, "salvor", "restore", "--on")).containsExactly("--on-conflict");
    assertThat(complete(script, "salvor", "backup", "--pre")).containsExactly("--preset");
    assertThat(salvor.run("generate-completion").out())
        .isEqualTo(salvor.run("completion", "zsh").out());
  }

  @Test
  void bashCompletesPathsWhereTheyAreMeant() throws Exception {
    CommandLineHarness salvor = new CommandLineHarness(top);
    Path script = Files.writeString(top.resolve("salvor.bash"), salvor.run("completion").out());
    Files.createDirectory(top.resolve("data set"));
    Files.createFile(top.resolve("data.txt"));
    Files.createFile(top.resolve("evil$(touch owned)"));

    assertThat(complete(script, "salvor", "backup", "da"))
        .containsExactlyInAnyOrder("data set", "data.txt");
    assertThat(complete(script, "salvor", "backup", "one", "data\\ ")).containsExactly("data set");
    assertThat(complete(script, "salvor", "restore", "latest", "--to", "da")).hasSize(2);
    assertThat(complete(script, "salvor", "list", "--repo", "=", "da")).hasSize(2);
    assertThat(complete(script, "salvor", "copy", "--to", "=")).contains("data set", "data.txt");
    assertThat(complete(script, "salvor", "backup", "ev")).containsExactly("evil$(touch owned)");
    assertThat(top.resolve("owned")).doesNotExist();
    assertThat(complete(script, "salvor", "show", "da")).containsExactly("");
    assertThat(complete(script, "salvor", "list", "--source", "da")).containsExactly("");
    assertThat(complete(script, "salvor", "restore", "--mode", "in")).containsExactly("inplace");
    assertThat(complete(script, "salvor", "help", "rest")).contains("restore", "restores");
  }

  private static List<String> complete(Path script, String... words) throws Exception {
    String line =
        // The builtin works in a real completion only.
        "compopt() { :; }; source '"
            + script
            + "'; COMP_WORDS=("
            + String.join(" ", words)
            + "); COMP_CWORD="
            + (words.length - 1)
            + "; _complete_salvor; printf '%s\\n' \"${COMPREPLY[@]}\"";
    Process bash =
        new ProcessBuilder("bash", "-c", line)
            .directory(script.getParent().toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
    return said.lines().map(String::strip).toList();
  }

  @Test
  void fishIsToldEveryCommandAndOption() {
    String script = new CommandLineHarness(top).run("completion", "fish").out();

    assertThat(script)
        .contains("-a restore -d ", "__fish_seen_subcommand_from backup' -l one-file-system -d ")
        .contains("__fish_seen_subcommand_from backup' -l preset -r -d ")
        .doesNotContain("--map", "-l map-file");
    assertThat(script.lines()).allMatch(line -> line.startsWith("#") || line.endsWith("'"));
  }

  @Test
  void anotherShellIsAUsageError() {
    CommandLineHarness salvor = new CommandLineHarness(top);
    assertThat(salvor.run("completion", "tcsh").exit()).isEqualTo(2);
    Schemas.check("completion", salvor.json("completion", "bash").toString());
  }
}
