package io.salvor.engine.journal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * From when to when a source can be recovered to any moment.
 *
 * @param source its address
 * @param captured what was captured continuously, whether anything can be recovered by it or not;
 *     positions are as the source writes them
 * @param span empty without a backup to begin from
 */
public record Window(String source, List<Captured> captured, Optional<Span> span) {
  public Window {
    captured = List.copyOf(captured);
  }

  /** A time span. */
  public record Gap(Instant from, Instant to) {}

  /**
   * What can be reached.
   *
   * @param from the end of the first backup to begin from
   * @param to every moment up to then
   * @param gaps between, that cannot be reached, in their order
   */
  public record Span(Instant from, Instant to, List<Gap> gaps) {
    public Span {
      gaps = List.copyOf(gaps);
    }
  }

  /** A part of the log without a gap. */
  public record Captured(
      String system, long timeline, String from, String to, Instant since, Instant until) {}
}
