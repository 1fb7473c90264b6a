package io.salvor.engine.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.KeyText;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {
  private static Verdict verdict(List<String> include, List<String> exclude, String path) {
    boolean directory = path.endsWith("/");
    return Selection.of(include, exclude).of(KeyText.parse(path), directory);
  }

  @Test
  void withoutPatternsEverythingIsTaken() {
    assertThat(Selection.ALL.isEverything()).isTrue();
    assertThat(verdict(List.of(), List.of(), "a/b")).isEqualTo(Verdict.TAKEN);
    assertThat(verdict(List.of(), List.of(), "")).isEqualTo(Verdict.TAKEN);
  }

  @Test
  void anIncludedDirectoryIsTakenWithAllThatLiesBelow() {
    List<String> include = List.of("/src/main/");
    assertThat(verdict(include, List.of(), "src/main/")).isEqualTo(Verdict.TAKEN);
    assertThat(verdict(include, List.of(), "src/main/a/b.c")).isEqualTo(Verdict.TAKEN);
    assertThat(verdict(include, List.of(), "src/main")).isEqualTo(Verdict.LEFT_OUT);
  }

  @Test
  void whatLeadsToAnIncludeIsSearchedAndNothingElse() {
    List<String> include = List.of("/src/*/java", "!/src/x/java");
    assertThat(verdict(include, List.of(), "src/")).isEqualTo(Verdict.SEARCHED);
    assertThat(verdict(include, List.of(), "src/main/")).isEqualTo(Verdict.SEARCHED);
    assertThat(verdict(include, List.of(), "src/main/java/")).isEqualTo(Verdict.TAKEN);
    assertThat(verdict(include, List.of(), "src/main/resources/")).isEqualTo(Verdict.LEFT_OUT);
    assertThat(verdict(include, List.of(), "src/x/java")).isEqualTo(Verdict.LEFT_OUT);
    assertThat(verdict(include, List.of(), "other/")).isEqualTo(Verdict.LEFT_OUT);
    assertThat(verdict(include, List.of(), "src")).isEqualTo(Verdict.LEFT_OUT);
  }

  @Test
  void excludesWinOverIncludes() {
    List<String> include = List.of("*.java", "docs");
    List<String> exclude = List.of("gen/", "Old*");
    assertThat(verdict(include, exclude, "a/A.java")).isEqualTo(Verdict.TAKEN);
    assertThat(verdict(include, exclude, "a/gen/A.java")).isEqualTo(Verdict.LEFT_OUT);
    assertThat(verdict(include, exclude, "a/Old.java")).isEqualTo(Verdict.LEFT_OUT);
    assertThat(verdict(include, exclude, "docs/Old/x")).isEqualTo(Verdict.LEFT_OUT);
    assertThat(verdict(include, exclude, "docs/x")).isEqualTo(Verdict.TAKEN);
  }

  @Test
  void bytesThatAreNotUtf8AreMatchedOneByOne() {
    byte[] name = {'a', (byte) 0xff, 'b'};
    Key key = Key.of(name);
    assertThat(PatternList.parse(List.of("a?b")).matches(key, false)).isTrue();
    assertThat(PatternList.parse(List.of("a[!x]b")).matches(key, false)).isTrue();
    assertThat(PatternList.parse(List.of("a??b")).matches(key, false)).isFalse();
    assertThat(PatternList.of(List.of(IgnorePattern.parse(name))).matches(key, false)).isTrue();
    byte[] range = {'a', '[', (byte) 0xf0, '-', (byte) 0xff, ']', 'b'};
    assertThat(PatternList.of(List.of(IgnorePattern.parse(range))).matches(key, false)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "a[b, 2",
        "[, 1",
        "[!, 1",
        "[], 1",
        "a\\, 2",
        "!, 2",
        "/, 1",
        "!/, 2",
        "é[, 2",
        "#x, 1",
        "[[:no:]], 4",
        "\"   \", 1",
        "x/[a-, 3",
        "[[:alpha:], 1"
      })
  void aPatternThatCouldNeverMatchIsRefusedWithItsPosition(String pattern, int position) {
    assertThatThrownBy(() -> IgnorePattern.parse(pattern))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_PATTERN);
              assertThat(e).hasMessageContaining("'" + pattern + "'");
              assertThat(e.why()).startsWith("At position " + position + ":");
            });
  }

  @Test
  void whateverIsMatchedIsReachedThroughDirectoriesThatAreSearched() {
    Random random = new Random(7);
    String[] pieces = {"a", "b", "*", "?", "/", "/", "**", "/**/", "[ab]", "ab"};
    int matched = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder pattern = new StringBuilder();
      for (int i = 1 + random.nextInt(6); i > 0; i--) {
        pattern.append(pieces[random.nextInt(pieces.length)]);
      }
      if (pattern.toString().replace("/", "").isEmpty()) {
        continue;
      }
      StringBuilder path = new StringBuilder("a");
      for (int i = random.nextInt(8); i > 0; i--) {
        boolean slash = path.charAt(path.length() - 1) != '/' && i > 1;
        path.append("ab/".charAt(random.nextInt(slash ? 3 : 2)));
      }
      List<String> include = List.of(pattern.toString());
      Key key = KeyText.parse(path.toString());
      if (PatternList.parse(include).matches(key, false)) {
        matched++;
        assertThat(Selection.of(include, List.of()).of(key, false))
            .as("%s in %s", key, include)
            .isEqualTo(Verdict.TAKEN);
      }
    }
    assertThat(matched).isGreaterThan(1000);
  }

  @Test
  void noPatternTakesForEver() {
    String pattern = "/" + "**/*a*a*/".repeat(12) + "b";
    Key key = KeyText.parse(("a".repeat(60) + "/").repeat(40) + "c");
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThat(Selection.of(List.of(), List.of(pattern)).of(key, false))
                .isEqualTo(Verdict.TAKEN));
  }
}
