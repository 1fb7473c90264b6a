package io.salvor.provider.postgresql.follow;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Consolidation;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.journal.LogArchiver.Outcome;
import io.salvor.engine.journal.LogOrigin;
import io.salvor.engine.journal.Tail;
import io.salvor.engine.journal.Timeline;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.wal.TimelineHistory;
import io.salvor.provider.postgresql.wal.WalArchives;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes the files that a server's {@code archive_command} hands over. */
final class WalArchiver {
  private static final Pattern HISTORY = Pattern.compile("([0-9A-F]{8})\\.history");
  private static final Pattern UNNEEDED =
      Pattern.compile("[0-9A-F]{24}\\.([0-9A-F]{8}\\.backup|partial)");
  private static final int MOST_HISTORY = 1 << 20;

  /** What a cluster has unless it was made with another one. */
  private static final long DEFAULT_SEGMENT = 16L << 20;

  /** So many tails are read again for each file at most, before they are put into segments. */
  private static final int MOST_TAILS = 16;

  /** A commit takes its time before its place in the log. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  private final Repository repository;
  private final String source;
  private final FollowOptions options;
  private final Progress progress;

  WalArchiver(Repository repository, String source, FollowOptions options, Progress progress) {
    this.repository = repository;
    this.source = source;
    this.options = options;
    this.progress = progress;
  }

  Outcome archive(Path file) throws IOException, InterruptedException {
    JournalWriter.requireUsable(repository);
    String name = String.valueOf(file.getFileName());
    if (UNNEEDED.matcher(name).matches()) {
      return Outcome.UNNEEDED;
    }
    Journals journals = Journals.read(repository, source::equals);
    Matcher history = HISTORY.matcher(name);
    Outcome outcome =
        history.matches()
            ? history(file, Long.parseLong(history.group(1), 16), journals)
            : segment(SegmentFile.read(file), journals);
    if (journals.tails().size() >= MOST_TAILS) {
      consolidate();
    }
    return outcome;
  }

  private Outcome history(Path file, long timeline, Journals journals) throws IOException {
    if (Files.size(file) > MOST_HISTORY) {
      throw SegmentFile.refused(file, "it is too long for a history");
    }
    byte[] bytes = Files.readAllBytes(file);
    try {
      TimelineHistory _ = TimelineHistory.parse(timeline, bytes);
    } catch (IllegalArgumentException e) {
      throw SegmentFile.refused(file, String.valueOf(e.getMessage()));
    }
    Set<String> systems = new TreeSet<>();
    journals.logs().forEach(log -> systems.add(log.origin().system()));
    Optional<String> around = SegmentFile.systemAround(file);
    if (around.isEmpty() && systems.size() != 1) {
      throw SegmentFile.refused(file, "nothing tells which cluster it is of");
    }
    String system = around.orElseGet(() -> systems.iterator().next());
    Optional<Journal> log = log(journals, system);
    Optional<byte[]> known =
        log.flatMap(l -> Optional.ofNullable(l.timelines().get(timeline)))
            .flatMap(line -> Optional.ofNullable(line.files().get(TimelineHistory.FILE)));
    if (known.isPresent()) {
      if (!Arrays.equals(known.get(), bytes)) {
        throw SegmentFile.refused(file, "the journal has another history of this timeline");
      }
      return Outcome.PRESENT;
    }
    long segmentSize =
        log.isPresent()
            ? log.get().origin().segmentSize()
            : SegmentFile.sizeBeside(file).orElse(DEFAULT_SEGMENT);
    JournalWriter writer =
        new JournalWriter(
            repository, new LogOrigin(source, WalArchives.PROVIDER, system, segmentSize));
    writer.store(writer.file(timeline, TimelineHistory.FILE, bytes));
    return Outcome.STORED;
  }

  private Outcome segment(SegmentFile segment, Journals journals) throws IOException {
    LogOrigin origin =
        new LogOrigin(source, WalArchives.PROVIDER, segment.system(), segment.size());
    Optional<Journal> log = log(journals, segment.system());
    segment.requireOwnPages();
    if (log.isPresent() && log.get().origin().segmentSize() != segment.size()) {
      throw SegmentFile.refused(
          segment.file(),
          "the journal has segments of " + log.get().origin().segmentSize() + " bytes");
    }
    long from = segment.start().value();
    long to = from + segment.size();
    if (log.isPresent() && has(log.get(), segment.timeline(), from, to)) {
      requireSame(log.get(), segment);
      return Outcome.PRESENT;
    }
    // Only there it is the time of the last write to the log, and not of some copy.
    Instant until =
        SegmentFile.systemAround(segment.file()).isPresent()
            ? Files.getLastModifiedTime(segment.file()).toInstant().minus(MARGIN)
            : Instant.EPOCH;
    JournalWriter writer = new JournalWriter(repository, origin);
    try (InputStream in = Files.newInputStream(segment.file())) {
      for (long at = from; at < to; ) {
        progress.checkCancelled();
        byte[] bytes = in.readNBytes((int) Math.min(Tail.MAX_BYTES, to - at));
        if (bytes.length == 0) {
          throw SegmentFile.refused(segment.file(), "it was cut off while it was read");
        }
        Instant known = at + bytes.length == to ? until : Instant.EPOCH;
        writer.store(writer.log(segment.timeline(), at, bytes, Instant.EPOCH, known));
        at += bytes.length;
      }
    }
    return Outcome.STORED;
  }

  private static Optional<Journal> log(Journals journals, String system) {
    return journals.logs().stream().filter(l -> l.origin().system().equals(system)).findFirst();
  }

  private static boolean has(Journal log, long timeline, long from, long to) {
    Timeline line = log.timelines().get(timeline);
    return line != null
        && line.stretches().stream().anyMatch(s -> s.from() <= from && to <= s.to());
  }

  /** Two servers that archive under one address would make the journal worthless. */
  private void requireSame(Journal log, SegmentFile segment) throws IOException {
    long from = segment.start().value();
    try (InputStream in = Files.newInputStream(segment.file())) {
      log.read(
          segment.timeline(),
          from,
          from + segment.size(),
          (bytes, offset, length) -> {
            byte[] own = in.readNBytes(length);
            if (!Arrays.equals(own, 0, own.length, bytes, offset, offset + length)) {
              throw SegmentFile.refused(
                  segment.file(), "the journal has other bytes for this segment");
            }
          },
          progress);
    }
  }

  /** The file is durable, whatever becomes of this. */
  private void consolidate() throws IOException, InterruptedException {
    try {
      var _ =
          Consolidation.run(
              repository,
              source,
              WalArchives.PROVIDER,
              options.host(),
              options.author(),
              new Bases(repository).horizon(),
              progress);
    } catch (SalvorException e) {
      progress.warn(e.code().code(), source, "tails were not put into segments: " + e.getMessage());
    }
  }
}
