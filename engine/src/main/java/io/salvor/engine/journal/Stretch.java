package io.salvor.engine.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a log without a gap.
 *
 * @param from the position of its first byte
 * @param to the position behind its last
 * @param since the source's time when the first of it came; EPOCH if it is not known
 * @param until the source's time up to which everything is in here or before; EPOCH if not known
 */
public record Stretch(long from, long to, Instant since, Instant until) {
  private static final Comparator<Stretch> ORDER =
      Comparator.comparingLong(Stretch::from).thenComparingLong(Stretch::to);

  /** Whether it has all of these positions. */
  public boolean covers(long first, long behind) {
    return from <= first && behind <= to;
  }

  /** The fewest stretches that have the same positions, ascending; an empty one only adds time. */
  static List<Stretch> union(List<Stretch> parts) {
    List<Stretch> sorted = new ArrayList<>(parts);
    sorted.sort(ORDER);
    List<Stretch> union = new ArrayList<>();
    for (Stretch part : sorted) {
      Stretch last = union.isEmpty() ? null : union.getLast();
      if (last != null && part.from <= last.to) {
        union.set(union.size() - 1, last.with(part));
      } else if (part.from < part.to) {
        union.add(part);
      }
    }
    return union;
  }

  private Stretch with(Stretch other) {
    return new Stretch(
        from,
        Math.max(to, other.to),
        earlier(since, other.since),
        until.isAfter(other.until) ? until : other.until);
  }

  private static Instant earlier(Instant one, Instant other) {
    if (one.equals(Instant.EPOCH) || other.equals(Instant.EPOCH)) {
      return one.equals(Instant.EPOCH) ? other : one;
    }
    return one.isBefore(other) ? one : other;
  }
}
