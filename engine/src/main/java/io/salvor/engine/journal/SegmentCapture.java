package io.salvor.engine.journal;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Hands the segments of logs over: those that have grown are written, others handed on. */
final class SegmentCapture {
  private static final int DIRECTORY_MODE = 0700;
  private static final int FILE_MODE = 0600;

  private final Capture capture;
  private final Horizon horizon;
  private final PosixTime now;

  SegmentCapture(Repository repository, Capture capture, Horizon horizon) {
    this.capture = capture;
    this.horizon = horizon;
    this.now = PosixTime.of(repository.now());
  }

  void run(List<Journal> logs) throws IOException {
    capture.put(Key.ROOT, directory());
    // By system, which is how they are read.
    for (Journal log : logs) {
      String system = log.origin().system();
      capture.put(LogKeys.system(system), directory());
      for (Timeline line : log.timelines().values()) {
        boolean last = line.number() == log.timelines().lastKey();
        if (!last && horizon.from(system, line.number()) == Long.MAX_VALUE) {
          // Else each would leave its name behind for good, and some sources begin many.
          continue;
        }
        capture.put(LogKeys.timeline(system, line.number()), directory());
        timeline(log, line);
      }
    }
  }

  private void timeline(Journal log, Timeline line) throws IOException {
    String system = log.origin().system();
    long size = log.origin().segmentSize();
    long first = horizon.from(system, line.number());
    List<Stretch> wanted = wanted(line.stretches(), first - first % size);
    TreeSet<Long> numbers = new TreeSet<>();
    for (Stretch one : wanted) {
      for (long number = one.from() / size; number * size < one.to(); number++) {
        numbers.add(number);
      }
    }
    for (long number : numbers) {
      segment(log, line, wanted, number);
    }
    for (Map.Entry<String, byte[]> file : line.files().entrySet()) {
      put(LogKeys.file(system, line.number(), file.getKey()), file.getValue());
    }
    put(LogKeys.ranges(system, line.number()), new Ranges(size, wanted).encode());
  }

  private static List<Stretch> wanted(List<Stretch> all, long first) {
    List<Stretch> wanted = new ArrayList<>();
    for (Stretch one : all) {
      if (one.to() > first) {
        wanted.add(new Stretch(Math.max(one.from(), first), one.to(), one.since(), one.until()));
      }
    }
    return wanted;
  }

  private void segment(Journal log, Timeline line, List<Stretch> wanted, long number)
      throws IOException {
    Key key = LogKeys.segment(log.origin().system(), line.number(), number);
    long start = number * log.origin().segmentSize();
    long end = start + log.origin().segmentSize();
    List<Stretch> parts = new ArrayList<>();
    for (Stretch one : wanted) {
      if (one.from() < end && start < one.to()) {
        parts.add(
            new Stretch(
                Math.max(start, one.from()), Math.min(end, one.to()), one.since(), one.until()));
      }
    }
    Entry before = capture.previous(key);
    if (before != null && isWhole(line, parts, start, before)) {
      capture.put(key, before);
      return;
    }
    try {
      capture.put(key, written(log, line, parts, start));
    } catch (SalvorException e) {
      // What is lost of one segment must not keep the others from being consolidated.
      Optional<Entry> damaged = e.code().isDamage() ? kept(line, parts, start) : Optional.empty();
      capture.put(key, damaged.orElseThrow(() -> e));
    }
  }

  private Entry written(Journal log, Timeline line, List<Stretch> parts, long start)
      throws IOException {
    ContentSink sink = capture.content();
    long at = start;
    for (Stretch part : parts) {
      if (part.from() > at) {
        sink.hole(part.from() - at);
      }
      log.read(line.number(), part.from(), part.to(), sink::write, capture.progress());
      at = part.to();
    }
    return own(Entry.builder(EntryKind.FILE)).content(at - start, sink.finish()).build();
  }

  /** The segment as an earlier consolidation has it, if that has all of it and no tail has more. */
  private static Optional<Entry> kept(Timeline line, List<Stretch> parts, long start) {
    for (Piece piece : line.pieces(parts.getFirst().from(), parts.getLast().to())) {
      if (piece instanceof Piece.InSegment one && isWhole(line, parts, start, one.entry())) {
        return Optional.of(one.entry());
      }
    }
    return Optional.empty();
  }

  /** Whether the consolidation before this one has all of a segment that there is, and no other. */
  private static boolean isWhole(Timeline line, List<Stretch> parts, long start, Entry before) {
    long end = parts.getLast().to();
    if (before.size() != end - start) {
      return false;
    }
    for (Stretch part : parts) {
      long covered = part.from();
      for (Piece piece : line.pieces(part.from(), part.to())) {
        if (!(piece instanceof Piece.InSegment kept)) {
          // What a tail has as well is compared before the tail goes.
          return false;
        }
        boolean same =
            kept.entry().size() == before.size() && kept.entry().content().equals(before.content());
        if (same && kept.from() <= covered) {
          covered = Math.max(covered, kept.to());
        } else if (!same) {
          return false;
        }
      }
      if (covered < part.to()) {
        return false;
      }
    }
    return true;
  }

  private void put(Key key, byte[] bytes) throws IOException {
    ContentSink sink = capture.content();
    sink.write(bytes, 0, bytes.length);
    capture.put(
        key, own(Entry.builder(EntryKind.FILE)).content(bytes.length, sink.finish()).build());
  }

  private Entry directory() {
    return Entry.builder(EntryKind.DIRECTORY).mode(DIRECTORY_MODE).build();
  }

  private EntryBuilder own(EntryBuilder builder) {
    return builder.mode(FILE_MODE).mtime(now);
  }
}
