package io.salvor.engine.journal;

import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys of a consolidation's entries: system, timeline, and what belongs to it. */
final class LogKeys {
  /** Timelines have 32 bits. */
  static final long MAX_TIMELINE = 0xffffffffL;

  private static final String RANGES = "ranges";
  private static final String FILE = "file.";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
  private static final Pattern TIMELINE = Pattern.compile("[0-9A-F]{8}");
  private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{16}");

  private LogKeys() {}

  /** What an entry of a timeline is. */
  sealed interface Item {}

  /** A segment, by its number. */
  record Segment(long number) implements Item {}

  /** A file. */
  record Named(String name) implements Item {}

  /** What there is of the timeline. */
  record Ranges() implements Item {}

  /** A key taken apart. */
  record Place(String system, long timeline, Item item) {}

  /** Whether a file may have the name. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  static Key system(String system) {
    return Key.of(system);
  }

  static Key timeline(String system, long timeline) {
    return Key.of(system, hex8(timeline));
  }

  static Key segment(String system, long timeline, long number) {
    return Key.of(system, hex8(timeline), String.format("%016X", number));
  }

  static Key file(String system, long timeline, String name) {
    return Key.of(system, hex8(timeline), FILE + name);
  }

  static Key ranges(String system, long timeline) {
    return Key.of(system, hex8(timeline), RANGES);
  }

  /** What the key names; empty for directories and what this version does not know. */
  static Optional<Place> place(Key key) {
    List<byte[]> parts = key.parts();
    if (parts.size() != 3) {
      return Optional.empty();
    }
    String line = text(parts.get(1));
    String name = text(parts.get(2));
    if (!TIMELINE.matcher(line).matches()) {
      return Optional.empty();
    }
    Item item;
    if (SEGMENT.matcher(name).matches()) {
      item = new Segment(Long.parseUnsignedLong(name, 16));
    } else if (name.startsWith(FILE) && isName(name.substring(FILE.length()))) {
      item = new Named(name.substring(FILE.length()));
    } else if (name.equals(RANGES)) {
      item = new Ranges();
    } else {
      return Optional.empty();
    }
    return Optional.of(new Place(text(parts.get(0)), Long.parseLong(line, 16), item));
  }

  private static String hex8(long timeline) {
    return String.format("%08X", timeline);
  }

  private static String text(byte[] part) {
    return new String(part, StandardCharsets.UTF_8);
  }
}
