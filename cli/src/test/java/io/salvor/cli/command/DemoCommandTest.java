package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The demonstration, as it is. */
class DemoCommandTest {
  @TempDir private Path top;

  @Test
  void itProvesWhatItShowsAndItsDocumentIsAsPublished() {
    JsonNode shown = new CommandLineHarness(top).json("demo", "--exit");

    Schemas.check("demo", shown.toString());
    assertThat(shown.get("entries").asInt()).isGreaterThan(2000);
    assertThat(ReadingCommandsTest.texts(shown.get("steps"), "name"))
        .contains("first backup", "restore in place", "independent comparison");
  }
}
