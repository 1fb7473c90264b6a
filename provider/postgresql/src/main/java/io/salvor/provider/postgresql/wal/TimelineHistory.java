package io.salvor.provider.postgresql.wal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a timeline comes from.
 *
 * @param timeline whose history it is
 * @param before the timelines that lead to it, oldest first
 */
public record TimelineHistory(long timeline, List<Ancestor> before) {
  /** What the file with it is called in a journal. */
  public static final String FILE = "history";

  public TimelineHistory {
    before = List.copyOf(before);
  }

  /** A timeline, and where the next one leaves it. */
  public record Ancestor(long timeline, Lsn end) {}

  /** A timeline that no other one leads to. */
  static TimelineHistory first(long timeline) {
    return new TimelineHistory(timeline, List.of());
  }

  /**
   * Reads a history file: lines of timeline, position and words, with comments after {@code #}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static TimelineHistory parse(long timeline, byte[] file) {
    List<Ancestor> before = new ArrayList<>();
    for (String line : new String(file, StandardCharsets.UTF_8).split("\n", -1)) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      String[] words = text.split("\\s+", 3);
      if (words.length < 2) {
        throw new IllegalArgumentException("a line of a history that is none: " + text);
      }
      before.add(new Ancestor(Long.parseLong(words[0]), Lsn.parse(words[1])));
    }
    return new TimelineHistory(timeline, before);
  }

  /** Where the timeline was left on the way to this one. */
  public Optional<Lsn> endOf(long ancestor) {
    return before.stream().filter(a -> a.timeline() == ancestor).map(Ancestor::end).findFirst();
  }

  /** The timeline that comes after an ancestor on the way to this one. */
  public long after(long ancestor) {
    for (int i = 0; i + 1 < before.size(); i++) {
      if (before.get(i).timeline() == ancestor) {
        return before.get(i + 1).timeline();
      }
    }
    return timeline;
  }
}
