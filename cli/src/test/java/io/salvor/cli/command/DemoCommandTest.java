package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.provider.postgresql.server.Installation;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The demonstration, as it is. */
class DemoCommandTest {
  @TempDir private Path top;

  @Test
  void itProvesWhatItShowsAndItsDocumentIsAsPublished() throws Exception {
    JsonNode shown = new CommandLineHarness(top).inRealTime().json("demo", "--exit");

    Schemas.check("demo", shown.toString());
    assertThat(shown.get("entries").asInt()).isGreaterThan(2000);
    assertThat(ReadingCommandsTest.texts(shown.get("steps"), "name"))
        .contains("first backup", "restore in place", "independent comparison");
    if (!Installation.all().isEmpty()) {
      assertThat(ReadingCommandsTest.texts(shown.get("steps"), "name"))
          .contains("commit to repository", "restore to the second");
    }
  }
}
