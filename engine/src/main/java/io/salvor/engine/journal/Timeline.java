package io.salvor.engine.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What there is of one timeline, as it was read. */
public final class Timeline {
  private static final Comparator<Piece> ORDER =
      Comparator.comparingLong(Piece::from).thenComparingLong(Piece::to);

  private final long number;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Stretch> parts = new ArrayList<>();
  private final Map<String, byte[]> files = new TreeMap<>();
  private List<Stretch> stretches = List.of();
  private long longest;

  Timeline(long number) {
    this.number = number;
  }

  void add(Piece piece) {
    pieces.add(piece);
  }

  void add(Stretch part) {
    parts.add(part);
  }

  void file(String name, byte[] bytes) {
    files.put(name, bytes);
  }

  /** Everything was added. */
  void close() {
    pieces.sort(ORDER);
    longest = pieces.stream().mapToLong(piece -> piece.to() - piece.from()).max().orElse(0);
    stretches = Collections.unmodifiableList(Stretch.union(parts));
  }

  /** Its number. */
  public long number() {
    return number;
  }

  /** What there is of it, ascending; between two of them there is a gap. */
  public List<Stretch> stretches() {
    return stretches;
  }

  /** Files that belong to it, by name. */
  public Map<String, byte[]> files() {
    return Collections.unmodifiableMap(files);
  }

  /** Those that have something of these positions, by their first. */
  List<Piece> pieces(long from, long to) {
    // Those that begin further before than the longest is long have ended.
    int first = firstFrom(from - longest);
    int behind = firstFrom(to);
    return pieces.subList(first, Math.max(first, behind)).stream()
        .filter(piece -> from < piece.to())
        .toList();
  }

  /** The index of the first piece that begins there or later. */
  private int firstFrom(long position) {
    int low = 0;
    int high = pieces.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pieces.get(middle).from() < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Positions that a tail says were there before it, and that nobody has: from, and behind. */
  SortedMap<Long, Long> lost() {
    Set<String> known = new HashSet<>();
    for (Piece piece : pieces) {
      if (piece instanceof Piece.InTail tail) {
        known.add(tail.hash());
      }
    }
    SortedMap<Long, Long> lost = new TreeMap<>();
    for (Piece piece : pieces) {
      if (piece instanceof Piece.InTail tail
          && !tail.predecessor().isEmpty()
          && !known.contains(tail.predecessor())) {
        for (int i = 0; i < stretches.size(); i++) {
          if (stretches.get(i).from() == tail.from()) {
            lost.put(i == 0 ? tail.from() : stretches.get(i - 1).to(), tail.from());
          }
        }
      }
    }
    return lost;
  }
}
