package io.salvor.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupExamples;
import io.salvor.engine.chunk.ChunkExamples;
import io.salvor.engine.crypto.SealedExamples;
import io.salvor.engine.keys.KeyExamples;
import io.salvor.engine.pack.PackExamples;
import io.salvor.engine.tree.TreeExamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds docs/format-examples.md against the code; -Dgolden.update=true writes it anew. */
class FormatExamplesTest {
  private static final Path PAGE = Path.of("..", "docs", "format-examples.md");

  // In the order of docs/format.md.
  private static final List<FormatExamples.Section> SECTIONS =
      List.of(
          new KeyExamples(),
          new SealedExamples(),
          new PackExamples(),
          new ChunkExamples(),
          new TreeExamples(),
          new BackupExamples());

  @Test
  void the_page_of_examples_is_what_the_code_writes() throws IOException {
    FormatExamples out = new FormatExamples();
    out.say(
        """
        # The repository format: worked examples

        Written by a test from fixed secrets; see [format.md](format.md) for what they mean. All
        values are hexadecimal. What a repository draws at random is given as it is here: an
        implementation is right if it opens these objects, and, given the same random values,
        writes the same bytes.
        """);
    SECTIONS.forEach(section -> section.write(out));
    String page = out.page().replaceAll("\n{3,}", "\n\n");
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).content().isEqualTo(page);
  }
}
