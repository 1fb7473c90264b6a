package io.salvor.provider.mysql.binlog;

import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.journal.Stretch;
import io.salvor.engine.journal.Timeline;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.mysql.binlog.BinlogEvent.Malformed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a repository has of one binary log, as it was read. Each file is a timeline, by its number;
 * beside its bytes there are files that tell what it is called ({@link #NAME}), how long it is when
 * all of it was captured ({@link #END}), and where events lie that are in several tails ({@link
 * #LARGE}). For one thread.
 */
public final class CapturedLog {
  /** Whose journals have binary logs in them. */
  public static final String PROVIDER = "mysql-binlog";

  /** What is kept as one entry. */
  public static final long SEGMENT = 16L << 20;

  /** A file's name. */
  public static final String NAME = "name";

  /** A file's length, decimal, when it grows no more. */
  public static final String END = "end";

  /** With the offset behind it, as 16 hex digits: where an event ends that is in several tails. */
  public static final String LARGE = "large.";

  private static final int ATTEMPTS = 3;

  private final Repository repository;
  private final SortedMap<Long, Captured> files = new TreeMap<>();
  private Journal journal;

  /**
   * What there is of one file, from its beginning.
   *
   * @param to where it ends
   * @param complete whether that is all of it
   * @param since when the first of it came; EPOCH if it is not known
   * @param until everything up to then is in here or in files before; EPOCH if it is not known
   */
  public record Captured(
      long number, long to, boolean complete, Instant since, Instant until, BinlogName name) {}

  /**
   * How far one gets from a place without a gap.
   *
   * @param until everything that was acknowledged up to then lies before {@code to}
   * @param next where it begins anew behind a gap; null if nothing does
   */
  public record Reach(BinlogPlace to, Instant until, @Nullable Captured next) {}

  private CapturedLog(Repository repository, Journal journal) throws Malformed {
    this.repository = repository;
    this.journal = journal;
    for (Timeline line : journal.timelines().values()) {
      Captured file = captured(line);
      if (file != null) {
        files.put(line.number(), file);
      }
    }
  }

  private static @Nullable Captured captured(Timeline line) throws Malformed {
    byte[] name = line.files().get(NAME);
    if (name == null || line.stretches().isEmpty() || line.stretches().getFirst().from() > 0) {
      return null;
    }
    Stretch first = line.stretches().getFirst();
    byte[] end = line.files().get(END);
    long length =
        end == null
            ? Long.MAX_VALUE
            : Long.parseLong(new String(end, StandardCharsets.US_ASCII), 10);
    return new Captured(
        line.number(),
        Math.min(first.to(), length),
        first.to() >= length,
        first.since(),
        first.until(),
        BinlogName.parse(new String(name, StandardCharsets.UTF_8)).name());
  }

  /**
   * What a repository has of some sources.
   *
   * @param sources by address in its normal form
   */
  public static List<CapturedLog> read(Repository repository, Predicate<String> sources)
      throws IOException {
    List<CapturedLog> logs = new ArrayList<>();
    for (Journal one : Journals.read(repository, sources).logs()) {
      if (one.origin().provider().equals(PROVIDER)) {
        logs.add(new CapturedLog(repository, one));
      }
    }
    return logs;
  }

  /** The address of the server, in its normal form. */
  public String source() {
    return journal.origin().source();
  }

  /** What tells this log from others of the same server. */
  public String system() {
    return journal.origin().system();
  }

  /** When its first file was begun; logs of one server follow one another by that. */
  public Instant begun() {
    return LogSystem.begun(system());
  }

  /** By number. */
  public SortedMap<Long, Captured> files() {
    return Collections.unmodifiableSortedMap(files);
  }

  /** A place with the name that its file has. */
  public String text(BinlogPlace place) {
    Captured file = files.get(place.file());
    BinlogName name =
        file != null
            ? file.name()
            : files.isEmpty() ? new BinlogName("") : files.lastEntry().getValue().name();
    return place.text(name);
  }

  /**
   * Where an event begins, or a file has ended, from which all behind this place can be had: the
   * place itself unless it lies in an event of which only a part was captured.
   */
  public BinlogPlace boundary(BinlogPlace place) {
    Timeline line = journal.timelines().get(place.file());
    if (line != null) {
      for (Map.Entry<String, byte[]> file : line.files().entrySet()) {
        if (file.getKey().startsWith(LARGE)) {
          long from = Long.parseLong(file.getKey().substring(LARGE.length()), 16);
          long to = Long.parseLong(new String(file.getValue(), StandardCharsets.US_ASCII), 10);
          if (from < place.offset() && place.offset() < to) {
            return new BinlogPlace(place.file(), from);
          }
        }
      }
    }
    return place;
  }

  /** How far one gets from a place; empty if it was not captured. */
  public Optional<Reach> reach(BinlogPlace from) {
    Captured file = files.get(from.file());
    if (file == null || file.to() < from.offset()) {
      return Optional.empty();
    }
    Instant until = file.until();
    for (Captured next = files.get(file.number() + 1);
        file.complete() && next != null;
        next = files.get(file.number() + 1)) {
      file = next;
      until = until.isBefore(next.until()) ? next.until() : until;
    }
    SortedMap<Long, Captured> later = files.tailMap(file.number() + 1);
    return Optional.of(
        new Reach(
            boundary(new BinlogPlace(file.number(), file.to())),
            until,
            later.isEmpty() ? null : later.firstEntry().getValue()));
  }

  /** The format of a file. */
  public BinlogFormat format(long file) throws IOException {
    EventReader events = new EventReader(this, new BinlogPlace(file, 0), end(file), Progress.NONE);
    EventReader.Placed first = events.next();
    if (first == null) {
      throw new Malformed("a file of a binary log without its format");
    }
    return BinlogFormat.read(first.event());
  }

  private BinlogPlace end(long number) {
    Captured file = files.get(number);
    return new BinlogPlace(number, file == null ? 0 : file.to());
  }

  /** Gives bytes of a file; what was consolidated meanwhile is looked for anew. */
  byte[] bytes(long file, long from, long to, Progress progress) throws IOException {
    for (int attempt = 1; ; attempt++) {
      byte[] bytes = new byte[(int) (to - from)];
      int[] filled = new int[1];
      try {
        journal.read(
            file,
            from,
            to,
            (source, offset, length) -> {
              System.arraycopy(source, offset, bytes, filled[0], length);
              filled[0] += length;
            },
            progress);
        return bytes;
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        for (Journal one : Journals.read(repository, source()::equals).logs()) {
          if (one.origin().system().equals(system())) {
            journal = one;
          }
        }
      }
    }
  }
}
