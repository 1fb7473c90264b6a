package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.progress.Progress;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchive;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** WAL that was captured, one segment at a time and up to a position. */
public final class ArchiveSupply implements WalSupply {
  private static final Pattern SEGMENT = Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");

  private final WalArchive archive;
  private final WalArchive.Reach reach;
  private final Lsn baseEnd;
  private final Path spool;
  private final HistorySupply histories;
  private boolean spent;

  /**
   * A supply.
   *
   * @param reach on which timeline it ends, and where
   * @param baseEnd where the backup's own WAL ends
   * @param spool an empty directory for what is on its way
   */
  public ArchiveSupply(WalArchive archive, WalArchive.Reach reach, Lsn baseEnd, Path spool) {
    this.archive = archive;
    this.reach = reach;
    this.baseEnd = baseEnd;
    this.spool = spool;
    // Of other timelines as well: a new one must not get the number of one that is known.
    this.histories = new HistorySupply(archive, spool);
  }

  @Override
  public boolean write(String name, Path to) throws IOException {
    Matcher segment = SEGMENT.matcher(name);
    if (!segment.matches()) {
      return histories.write(name, to);
    }
    Lsn start = start(segment);
    Path file = spool.resolve(name);
    if (Files.notExists(file)) {
      fetch(start);
    }
    if (Files.notExists(file)) {
      return false;
    }
    spent |= start.plus(archive.segmentSize()).compareTo(reach.to()) >= 0;
    Files.move(file, to);
    return true;
  }

  @Override
  public boolean isSpent() {
    return spent || !baseEnd.isBefore(reach.to());
  }

  private void fetch(Lsn from) throws IOException {
    Lsn end = from.plus(archive.segmentSize());
    Lsn to = reach.to().isBefore(end) ? reach.to() : end;
    if (!from.isBefore(to) || (from.isBefore(baseEnd) && !isCaptured(from, to))) {
      return;
    }
    discardSegments();
    try {
      var _ = archive.write(spool, reach.timeline(), from, to, Progress.NONE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private Lsn start(Matcher segment) {
    long perFile = (1L << 32) / archive.segmentSize();
    long number =
        Long.parseLong(segment.group(2), 16) * perFile + Long.parseLong(segment.group(3), 16);
    return new Lsn(number * archive.segmentSize());
  }

  /** What was written before somebody began to capture lies in the backup itself. */
  private boolean isCaptured(Lsn from, Lsn to) {
    return archive.stretches().stream()
        .anyMatch(one -> !from.isBefore(one.from()) && !one.to().isBefore(to));
  }

  /** Those of other timelines than the server has asked for stay behind. */
  private void discardSegments() throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file : files.toList()) {
        if (SEGMENT.matcher(String.valueOf(file.getFileName())).matches()) {
          Files.delete(file);
        }
      }
    }
  }
}
