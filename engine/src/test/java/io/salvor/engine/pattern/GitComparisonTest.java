package io.salvor.engine.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.tree.Key;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random patterns over a real tree, judged by git as well. */
class GitComparisonTest {
  private static final List<String> PIECES =
      List.of(
          "a",
          "a",
          "b",
          "ab",
          "x",
          "*",
          "*",
          "?",
          "/",
          "/",
          "/",
          "**",
          "/**/",
          "**/",
          "/**",
          "[ab]",
          "[!a]",
          "[^b]",
          "[a-x]",
          "[]a]",
          "[a\\]]",
          "[[:alpha:]]",
          "[[:punct:]]",
          "[a-",
          "[",
          "]",
          "\\a",
          "\\*",
          "\\",
          "!",
          "#",
          " ",
          ".",
          "é",
          "[é]",
          "[[:no:]]",
          "-",
          "[-a]");

  /**
   * Git's program takes the letters before the first wildcard off, and then the stars in {@code
   * b**&#47;x} for stars that stand alone. Its manual, and JGit, have them as plain ones.
   */
  private static final Pattern GITS_OWN_WAY =
      Pattern.compile("!?/?[^*?\\[\\\\]*[^/*?\\[\\\\!]\\*\\*");

  @TempDir Path directory;

  /** Paths of the tree and whether each is a directory. */
  private final Map<String, Boolean> tree = new TreeMap<>();

  @BeforeEach
  void makeTree() throws Exception {
    try {
      git("", "init", "-q");
    } catch (IOException e) {
      Assumptions.abort("git is needed to compare with: " + e.getMessage());
    }
    directories("", 3);
  }

  private void directories(String in, int levels) throws IOException {
    for (String file : List.of("x", "a.b", "aab", "*", "[a]", "é", "-", "!x", "#x", "x ")) {
      Files.createFile(directory.resolve(in + file));
      tree.put(in + file, false);
    }
    for (String name : List.of("a", "b", "ab", "abxb", "a b")) {
      Files.createDirectory(directory.resolve(in + name));
      tree.put(in + name, true);
      if (levels > 1 && name.length() < 3) {
        directories(in + name + "/", levels - 1);
      }
    }
  }

  @Test
  void randomPatternsIgnoreWhatGitIgnores() throws Exception {
    Random random = new Random(20_260_101);
    int refused = 0;
    int effective = 0;
    for (int round = 0; round < 250; round++) {
      List<String> patterns = new ArrayList<>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        patterns.add(pattern(random));
      }
      List<String> valid = new ArrayList<>();
      List<String> invalid = new ArrayList<>();
      for (String pattern : patterns) {
        (isValid(pattern) ? valid : invalid).add(pattern);
      }
      TreeSet<String> expected = ignoredByGit(valid);
      assertThat(ignoredHere(valid)).as("%s", valid).isEqualTo(expected);
      assertThat(ignoredByGit(invalid)).as("refused %s", invalid).isEmpty();
      refused += invalid.size();
      effective += expected.isEmpty() ? 0 : 1;
    }
    assertThat(refused).isGreaterThan(20);
    assertThat(effective).isGreaterThan(80);
  }

  @Test
  void whatPeopleWriteMeansWhatItMeansToGit() throws Exception {
    for (List<String> patterns :
        List.of(
            List.of("*.b"),
            List.of("/a"),
            List.of("a/"),
            List.of("/a/b/"),
            List.of("a/**"),
            List.of("**/b"),
            List.of("a/**/x"),
            List.of("**"),
            List.of("/**"),
            List.of("**/"),
            List.of("*", "!a"),
            List.of("*", "!*/", "!x"),
            List.of("/*", "!/a", "/a/*", "!/a/b"),
            List.of("a", "!a/x"),
            List.of("\\!x"),
            List.of("\\#x"),
            List.of("x\\ "),
            List.of("x "),
            List.of("[[]a]"),
            List.of("\\*"),
            List.of("?"),
            List.of("??"),
            List.of("a?b"),
            List.of("a/?/x"),
            List.of("[!a-z]"))) {
      TreeSet<String> expected = ignoredByGit(patterns);
      assertThat(expected).as("%s does something", patterns).isNotEmpty();
      assertThat(ignoredHere(patterns)).as("%s", patterns).isEqualTo(expected);
    }
  }

  private static String pattern(Random random) {
    StringBuilder text = new StringBuilder(random.nextInt(6) == 0 ? "!" : "");
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return GITS_OWN_WAY.matcher(text).lookingAt() ? pattern(random) : text.toString();
  }

  private static boolean isValid(String pattern) {
    try {
      IgnorePattern.parse(pattern);
      return true;
    } catch (SalvorException _) {
      return false;
    }
  }

  private TreeSet<String> ignoredHere(List<String> patterns) {
    Selection selection = Selection.of(List.of(), patterns);
    TreeSet<String> ignored = new TreeSet<>();
    tree.forEach(
        (path, isDirectory) -> {
          Key key = Key.of(path.split("/"));
          if (selection.of(key, isDirectory) == Selection.Verdict.LEFT_OUT) {
            ignored.add(path);
          }
        });
    return ignored;
  }

  private TreeSet<String> ignoredByGit(List<String> patterns) throws Exception {
    Files.writeString(directory.resolve(".gitignore"), String.join("\n", patterns) + "\n");
    String paths = String.join("\0", tree.keySet()) + "\0";
    String ignored = git(paths, "check-ignore", "--stdin", "-z", "--no-index");
    return new TreeSet<>(
        Arrays.stream(ignored.split("\0")).filter(path -> !path.isEmpty()).toList());
  }

  private String git(String input, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-c", "core.quotePath=false"));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try (var out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
              } catch (IOException _) {
                // It has ended early, which its status tells.
              }
            });
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    process.getInputStream().transferTo(out);
    writer.join();
    int status = process.waitFor();
    assertThat(status).as("status of git").isLessThan(2);
    return out.toString(StandardCharsets.UTF_8);
  }
}
