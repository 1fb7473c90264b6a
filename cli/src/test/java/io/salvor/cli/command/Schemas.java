package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The published schemas, docs/schemas, as what is printed is held against them. */
final class Schemas {
  static final Path DIRECTORY = Path.of("../docs/schemas");
  private static final String PREFIX = "urn:salvor:schema:";
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Schemas::text));

  private Schemas() {}

  static void check(String name, String document) {
    Schema schema = REGISTRY.getSchema(SchemaLocation.of(PREFIX + name));
    assertThat(schema.validate(document, InputFormat.JSON)).as(document).isEmpty();
  }

  private static String text(String id) {
    if (!id.startsWith(PREFIX)) {
      return null;
    }
    try {
      return Files.readString(DIRECTORY.resolve(id.substring(PREFIX.length()) + ".schema.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
