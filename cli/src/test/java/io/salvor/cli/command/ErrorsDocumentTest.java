package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/errors.md against the codes that there are. */
class ErrorsDocumentTest {
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| (SLV-\\d{4} [A-Z_]+ \\| \\d+ \\| (?:yes )?\\|) [^|]+ \\| [^|]+ \\|$");

  @Test
  void everyCodeStandsInItWithExitCodeAndRetry() throws IOException {
    List<String> documented =
        ROW.matcher(Files.readString(Path.of("../docs/errors.md")))
            .results()
            .map((MatchResult row) -> row.group(1))
            .toList();

    assertThat(documented)
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values()).map(ErrorsDocumentTest::row).toList());
  }

  private static String row(ErrorCode code) {
    return code.code()
        + " "
        + code.name()
        + " | "
        + code.exit().code()
        + " | "
        + (code.retry() ? "yes " : "")
        + "|";
  }
}
