package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.provider.postgresql.logical.RowCounts;
import java.util.List;

/** How many rows of which table a restore of differences changes. */
record RowsText(List<RowCounts> counts) implements RestoreSteps.Outcome {

  @Override
  public void print(TextOutput out) {
    for (RowCounts of : counts) {
      out.line(
          "  rows     "
              + PlainText.of(of.key())
              + ": %,d added, %,d changed, %,d deleted"
                  .formatted(of.added(), of.changed(), of.deleted()));
    }
  }

  @Override
  public void write(JsonDocument json) {
    json.array(
        "rows",
        () -> {
          for (RowCounts of : counts) {
            json.object(
                () -> {
                  json.field("key", of.key());
                  json.field("added", of.added());
                  json.field("changed", of.changed());
                  json.field("deleted", of.deleted());
                });
          }
        });
  }
}
