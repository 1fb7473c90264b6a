package io.salvor.provider.postgresql.wal;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.journal.Timeline;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** WAL out of a journal. */
final class CapturedWal implements WalArchive {
  private static final int MOST_READINGS = 3;

  private final Repository repository;
  private final Map<Long, TimelineHistory> histories = new TreeMap<>();
  private Journal journal;

  CapturedWal(Repository repository, Journal journal) {
    this.repository = repository;
    this.journal = journal;
    journal.timelines().values().forEach(line -> histories.put(line.number(), history(line)));
  }

  private static TimelineHistory history(Timeline line) {
    byte @Nullable [] file = line.files().get(TimelineHistory.FILE);
    if (file == null) {
      return TimelineHistory.first(line.number());
    }
    try {
      return TimelineHistory.parse(line.number(), file);
    } catch (IllegalArgumentException e) {
      throw new SalvorException(
          ErrorCode.JOURNAL_DAMAGED,
          "The history of timeline " + line.number() + " cannot be read",
          String.valueOf(e.getMessage()),
          "Recover on another timeline",
          e);
    }
  }

  @Override
  public String source() {
    return journal.origin().source();
  }

  @Override
  public String system() {
    return journal.origin().system();
  }

  @Override
  public long segmentSize() {
    return journal.origin().segmentSize();
  }

  @Override
  public List<Stretch> stretches() {
    List<Stretch> all = new ArrayList<>();
    journal.timelines().keySet().forEach(line -> all.addAll(stretches(line)));
    return all;
  }

  private List<Stretch> stretches(long timeline) {
    Timeline line = journal.timelines().get(timeline);
    if (line == null) {
      return List.of();
    }
    return line.stretches().stream()
        .map(
            one ->
                new Stretch(
                    timeline, new Lsn(one.from()), new Lsn(one.to()), one.since(), one.until()))
        .toList();
  }

  @Override
  public List<Gap> gaps() {
    List<Gap> gaps = new ArrayList<>();
    for (long timeline : journal.timelines().keySet()) {
      List<Stretch> all = stretches(timeline);
      for (int i = 1; i < all.size(); i++) {
        Stretch one = all.get(i - 1);
        Stretch next = all.get(i);
        gaps.add(new Gap(timeline, one.to(), next.from(), one.until(), next.since()));
      }
      Optional<Gap> last = gapAtTheEnd(timeline, all);
      last.ifPresent(gaps::add);
    }
    return gaps;
  }

  /** What is missing between the last stretch of a timeline and where the next one leaves it. */
  private Optional<Gap> gapAtTheEnd(long timeline, List<Stretch> all) {
    for (TimelineHistory history : histories.values()) {
      Optional<Lsn> end = history.endOf(timeline);
      List<Stretch> child = stretches(history.timeline());
      boolean next =
          !history.before().isEmpty() && history.before().getLast().timeline() == timeline;
      if (next && !all.isEmpty() && end.isPresent() && all.getLast().to().isBefore(end.get())) {
        Stretch last = all.getLast();
        Instant since = child.isEmpty() ? last.until() : child.getFirst().since();
        return Optional.of(new Gap(timeline, last.to(), end.get(), last.until(), since));
      }
    }
    return Optional.empty();
  }

  @Override
  public List<Long> timelines() {
    return List.copyOf(journal.timelines().keySet());
  }

  @Override
  public Optional<Reach> reach(long timeline, Lsn start, Optional<Long> wanted) {
    if (wanted.isPresent()) {
      return walk(timeline, start, wanted.get());
    }
    // Not simply the newest: it may be of a server that was restored, and not go on; or have been
    // followed for a moment only, so that nothing is known of it to be complete.
    Optional<Reach> best = Optional.empty();
    for (Reach reach : reaches(timeline, start)) {
      best =
          best.isEmpty() || reach.until().isAfter(best.get().until()) ? Optional.of(reach) : best;
    }
    return best;
  }

  @Override
  public List<Reach> reaches(long timeline, Lsn start) {
    List<Reach> reaches = new ArrayList<>();
    for (long candidate : List.copyOf(histories.keySet()).reversed()) {
      walk(timeline, start, candidate)
          .filter(reach -> reaches.stream().noneMatch(r -> r.timeline() == reach.timeline()))
          .ifPresent(reaches::add);
    }
    return reaches;
  }

  /** The parts of the timelines that lead from one to another, from a position on. */
  private List<Part> way(long timeline, Lsn start, long wanted) {
    TimelineHistory history = histories.getOrDefault(wanted, TimelineHistory.first(wanted));
    List<Part> way = new ArrayList<>();
    Lsn from = start;
    boolean begun = false;
    for (TimelineHistory.Ancestor ancestor : history.before()) {
      begun |= ancestor.timeline() == timeline;
      if (begun) {
        if (ancestor.end().isBefore(from)) {
          return List.of();
        }
        way.add(new Part(ancestor.timeline(), from, ancestor.end()));
        from = ancestor.end();
      }
    }
    if (begun || wanted == timeline) {
      way.add(new Part(wanted, from, null));
    }
    return way;
  }

  /** Of a timeline, up to where the next one leaves it; null for the last one. */
  private record Part(long timeline, Lsn from, @Nullable Lsn end) {}

  private Optional<Reach> walk(long timeline, Lsn start, long wanted) {
    Optional<Reach> reached = Optional.empty();
    for (Part part : way(timeline, start, wanted)) {
      Optional<Stretch> found =
          stretches(part.timeline()).stream()
              .filter(one -> !part.from().isBefore(one.from()) && !one.to().isBefore(part.from()))
              .findFirst();
      if (found.isEmpty()) {
        return reached;
      }
      Stretch one = found.get();
      Lsn end = part.end();
      Lsn to = end == null || one.to().isBefore(end) ? one.to() : end;
      boolean whole = to.equals(end) || end != null && isInChild(to, end, wanted);
      List<Gap> gaps =
          gaps().stream()
              .filter(gap -> gap.timeline() == part.timeline() && !gap.from().isBefore(to))
              .toList();
      reached = Optional.of(new Reach(part.timeline(), to, one.until(), whole ? List.of() : gaps));
      if (!whole) {
        return reached;
      }
    }
    return reached;
  }

  /**
   * Whether a timeline that was left lacks nothing but the beginning of the segment in which it was
   * left, which its successor begins with: a server that archives hands over only whole ones.
   */
  private boolean isInChild(Lsn to, Lsn end, long wanted) {
    Lsn start = end.segmentStart(segmentSize());
    return to.equals(start)
        && stretches(wanted).stream()
            .anyMatch(one -> !start.isBefore(one.from()) && !one.to().isBefore(end));
  }

  @Override
  public Written write(Path directory, long timeline, Lsn from, Lsn to, Progress progress)
      throws IOException, InterruptedException {
    return again(() -> new Writing(directory, progress).run(timeline, from, to));
  }

  /** Something that reads the journal. */
  private interface Read<T> {
    T run() throws IOException;
  }

  /** What was consolidated since it was read is found where it is now. */
  private <T> T again(Read<T> read) throws IOException {
    for (int reading = 1; ; reading++) {
      try {
        return read.run();
      } catch (NoSuchFileException e) {
        if (reading == MOST_READINGS) {
          throw e;
        }
      } catch (SalvorException e) {
        if (reading == MOST_READINGS || !e.code().isDamage()) {
          throw e;
        }
      }
      journal =
          Journals.read(repository, source()::equals).logs().stream()
              .filter(log -> log.origin().system().equals(system()))
              .findFirst()
              .orElse(journal);
    }
  }

  /** Writes files into a directory. */
  private final class Writing {
    private final Path directory;
    private final Progress progress;
    private final Set<String> files = new TreeSet<>();
    private long bytes;

    Writing(Path directory, Progress progress) {
      this.directory = directory;
      this.progress = progress;
    }

    Written run(long timeline, Lsn from, Lsn to) throws IOException {
      TimelineHistory history = histories.getOrDefault(timeline, TimelineHistory.first(timeline));
      Lsn begin = from;
      for (TimelineHistory.Ancestor ancestor : history.before()) {
        if (begin.isBefore(ancestor.end())) {
          Lsn end = to.isBefore(ancestor.end()) ? to : ancestor.end();
          Lsn start = ancestor.end().segmentStart(segmentSize());
          boolean inChild =
              stretches(ancestor.timeline()).stream().anyMatch(one -> one.to().equals(start))
                  && isInChild(start, ancestor.end(), timeline);
          segments(ancestor.timeline(), begin, inChild && start.isBefore(end) ? start : end);
          begin = ancestor.end();
        }
        file(ancestor.timeline());
      }
      segments(timeline, begin, to);
      file(timeline);
      return new Written(List.copyOf(files), bytes);
    }

    private void file(long timeline) throws IOException {
      Timeline line = journal.timelines().get(timeline);
      byte @Nullable [] content = line == null ? null : line.files().get(TimelineHistory.FILE);
      if (content != null) {
        whole(WalNames.history(timeline), out -> out.write(content, 0, content.length));
      }
    }

    private void segments(long timeline, Lsn from, Lsn to) throws IOException {
      long size = segmentSize();
      for (Lsn start = from.segmentStart(size); start.isBefore(to); start = start.plus(size)) {
        Lsn needed = start.isBefore(from) ? from : start;
        Lsn behind = to.isBefore(start.plus(size)) ? to : start.plus(size);
        segment(timeline, start, needed, behind);
      }
    }

    /** All of a segment that is in one stretch with what is needed of it. */
    private void segment(long timeline, Lsn start, Lsn needed, Lsn behind) throws IOException {
      long size = segmentSize();
      Stretch stretch =
          stretches(timeline).stream()
              .filter(one -> !needed.isBefore(one.from()) && !one.to().isBefore(behind))
              .findFirst()
              .orElseThrow(() -> missing(timeline, needed, behind));
      Lsn from = stretch.from().isBefore(start) ? start : stretch.from();
      Lsn to = stretch.to().isBefore(start.plus(size)) ? stretch.to() : start.plus(size);
      whole(
          WalNames.segment(timeline, start.value() / size, size),
          out -> {
            zeros(out, from.minus(start));
            journal.read(timeline, from.value(), to.value(), out, progress);
            zeros(out, start.plus(size).minus(to));
          });
      bytes += to.minus(from);
      progress.advance(1, to.minus(from));
    }

    private void zeros(Journal.Sink out, long count) throws IOException {
      byte[] zeros = new byte[(int) Math.min(count, 1 << 16)];
      for (long left = count; left > 0; left -= zeros.length) {
        out.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
    }

    private void whole(String name, Content content) throws IOException {
      progress.current(name);
      Path temporary = directory.resolve("." + name + ".part");
      try (SeekableByteChannel channel =
          Files.newByteChannel(
              temporary,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        content.write(
            (array, offset, length) -> {
              ByteBuffer buffer = ByteBuffer.wrap(array, offset, length);
              while (buffer.hasRemaining()) {
                int _ = channel.write(buffer);
              }
            });
      }
      Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      files.add(name);
    }

    private SalvorException missing(long timeline, Lsn from, Lsn to) {
      return new SalvorException(
          ErrorCode.JOURNAL_DAMAGED,
          "WAL of " + source() + " is missing",
          "on timeline " + timeline + " not all was captured from " + from + " to " + to,
          "See `salvor windows` for what can be recovered");
    }
  }

  /** What a file consists of. */
  @FunctionalInterface
  private interface Content {
    void write(Journal.Sink out) throws IOException;
  }
}
