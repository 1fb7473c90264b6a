package io.salvor.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProgressEventsTest {
  private static final long SECOND = 1_000_000_000;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong(5);

  private ProgressReporter reporter() {
    Console console =
        new Console(
            new ByteArrayInputStream(new byte[0]),
            new ByteArrayOutputStream(),
            err,
            Console.Terminals.NONE);
    return new ProgressReporter(ProgressMode.JSON, console, 80, nanos::get, () -> {});
  }

  private List<JsonNode> events(String event, String phase) {
    return err.toString(StandardCharsets.UTF_8)
        .lines()
        .map(line -> JsonMapper.shared().readTree(line))
        .filter(e -> e.get("event").asString().equals(event))
        .filter(e -> e.get("phase").asString().equals(phase))
        .toList();
  }

  @Test
  void anEventTellsHowMuchHowFastAndHowLongStill() {
    try (ProgressReporter progress = reporter()) {
      progress.phase("capture");
      progress.expect(40, 8000);
      progress.current("etc/app.conf");
      progress.advance(10, 500);
      progress.advance(0, 1500);
      nanos.addAndGet(2 * SECOND);
      progress.phase("seal");
    }
    assertThat(events("phase", "capture")).hasSize(1);
    JsonNode last = events("progress", "capture").getLast();
    assertThat(last.get("items").asLong()).isEqualTo(10);
    assertThat(last.get("bytes").asLong()).isEqualTo(2000);
    assertThat(last.get("totalItems").asLong()).isEqualTo(40);
    assertThat(last.get("totalBytes").asLong()).isEqualTo(8000);
    assertThat(last.get("bytesPerSecond").asLong()).isEqualTo(1000);
    assertThat(last.get("elapsedMs").asLong()).isEqualTo(2000);
    assertThat(last.get("percent").asDouble()).isEqualTo(25);
    assertThat(last.get("restMs").asLong()).as("6000 bytes at 1000 a second").isEqualTo(6000);
    assertThat(last.get("current").asString()).isEqualTo("etc/app.conf");
  }

  @Test
  void whatIsNotKnownIsNull() {
    try (ProgressReporter progress = reporter()) {
      progress.phase("scan");
      progress.advance(3, 0);
      nanos.addAndGet(SECOND);
    }
    JsonNode last = events("progress", "scan").getLast();
    assertThat(last.get("items").asLong()).isEqualTo(3);
    assertThat(last.get("percent").isNull()).isTrue();
    assertThat(last.get("restMs").isNull()).isTrue();
  }
}
