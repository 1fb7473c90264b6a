package io.salvor.cli.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.architecture.Documents.NamedTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documents say of the tree is so. */
class DocumentsTest {
  private final Path top = Documents.top();

  @Test
  void theTableOfPackagesIsTheTree() {
    List<String> rows = Documents.rows(Documents.text(top.resolve("ARCHITECTURE.md")));
    assertThat(rows).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(rows))
        .as("the packages in ARCHITECTURE.md's table, and those that hold a type")
        .isEqualTo(Documents.packages());
  }

  @Test
  void everyLinkLeadsSomewhere() {
    List<String> broken = new ArrayList<>();
    int seen = 0;
    for (Path page : Documents.pages()) {
      for (String link : Documents.links(Documents.text(page))) {
        seen++;
        if (!Files.exists(page.resolveSibling(link))) {
          broken.add(top.relativize(page) + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(seen).isGreaterThan(10);
  }

  @Test
  void everyDecisionIsInTheIndex() {
    Path decisions = top.resolve("docs/decisions");
    String index = Documents.text(decisions.resolve("README.md"));
    List<String> pages =
        Documents.sourceFiles(n -> n.matches("\\d{4}-.*\\.md")).stream()
            .filter(p -> p.startsWith(decisions))
            .map(p -> p.getFileName().toString())
            .filter(n -> !n.startsWith("0000"))
            .toList();
    assertThat(Documents.links(index)).containsExactlyElementsOf(pages);
  }

  @Test
  void everyTestThatAPageNamesIsThere() {
    Map<String, String> sources =
        Documents.sourceFiles(n -> n.matches(".*(Test|Contract)\\.java")).stream()
            .collect(
                Collectors.toMap(
                    p -> p.getFileName().toString().replace(".java", ""),
                    Documents::text,
                    (a, b) -> a + b));
    List<String> missing = new ArrayList<>();
    for (Path page : Documents.pages()) {
      for (NamedTest test : Documents.tests(Documents.text(page))) {
        String source = sources.get(test.type());
        if (source == null || !source.contains(" " + test.method())) {
          missing.add(top.relativize(page) + ": " + test.type() + " " + test.method());
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void whatIsWrongIsSeen() {
    assertThat(Documents.rows("| `engine.nowhere` | nothing |\n| text | `a` |"))
        .containsExactly("engine.nowhere");
    assertThat(Documents.links("[a](b.md#c) and [d](https://example.org/) and ![e](f/g.svg)"))
        .containsExactly("b.md", "f/g.svg");
    assertThat(Documents.tests("`FooTest.does` and BarContract"))
        .containsExactly(new NamedTest("FooTest", "does"), new NamedTest("BarContract", ""));
    assertThat(Documents.packages()).contains("engine.error", "testkit.storage");
  }
}
