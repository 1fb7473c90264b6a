package io.salvor.cli.console;

import io.salvor.cli.console.ProgressReporter.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.function.Consumer;

/** Progress for programs: one JSON object a line. */
final class ProgressEvents implements ProgressReporter.View {
  @Override
  public long everyMillis() {
    return 500;
  }

  @Override
  public void phase(PrintStream to, String name) {
    write(
        to,
        json -> {
          json.field("event", "phase");
          json.field("phase", name);
        });
  }

  @Override
  public void show(PrintStream to, Snapshot now) {
    write(
        to,
        json -> {
          json.field("event", "progress");
          json.field("phase", now.phase());
          json.field("items", now.items());
          json.field("bytes", now.bytes());
          json.field("totalItems", now.allItems());
          json.field("totalBytes", now.allBytes());
          json.field("bytesPerSecond", now.rate());
          json.field("elapsedMs", now.nanos() / 1_000_000);
          if (now.fraction() >= 0) {
            json.field("percent", Math.floor(now.fraction() * 1000) / 10);
          } else {
            json.none("percent");
          }
          if (now.rest() >= 0) {
            json.field("restMs", now.rest() / 1_000_000);
          } else {
            json.none("restMs");
          }
          json.field("current", now.current());
        });
  }

  @Override
  public void warn(PrintStream to, String code, String key, String message) {
    write(
        to,
        json -> {
          json.field("event", "warning");
          json.field("code", code);
          json.field("key", key);
          json.field("message", message);
        });
  }

  @Override
  public void clear(PrintStream to, Snapshot last) {
    show(to, last);
  }

  /** A line goes out in one piece. */
  private static void write(PrintStream to, Consumer<JsonDocument> content) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    JsonDocument json = new JsonDocument(line);
    content.accept(json);
    json.end();
    to.write(line.toByteArray(), 0, line.size());
    to.flush();
  }
}
