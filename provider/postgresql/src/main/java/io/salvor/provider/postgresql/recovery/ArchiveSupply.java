package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.progress.Progress;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchive;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** WAL that was captured, one segment at a time and up to a position. */
public final class ArchiveSupply implements WalSupply {
  private static final Pattern SEGMENT = Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");

  private final WalArchive archive;
  private final WalArchive.Reach reach;
  private final Path spool;

  /**
   * A supply.
   *
   * @param reach on which timeline it ends, and where
   * @param spool an empty directory for what is on its way
   */
  public ArchiveSupply(WalArchive archive, WalArchive.Reach reach, Path spool) {
    this.archive = archive;
    this.reach = reach;
    this.spool = spool;
  }

  @Override
  public boolean write(String name, Path to) throws IOException {
    Path file = spool.resolve(name);
    if (Files.notExists(file)) {
      fetch(name);
    }
    if (Files.notExists(file)) {
      return false;
    }
    if (SEGMENT.matcher(name).matches()) {
      Files.move(file, to);
    } else {
      Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
    }
    return true;
  }

  private void fetch(String name) throws IOException {
    Matcher segment = SEGMENT.matcher(name);
    Lsn from = Lsn.NONE;
    Lsn to = Lsn.NONE;
    if (segment.matches()) {
      long perFile = (1L << 32) / archive.segmentSize();
      long number =
          Long.parseLong(segment.group(2), 16) * perFile + Long.parseLong(segment.group(3), 16);
      from = new Lsn(number * archive.segmentSize());
      to = from.plus(archive.segmentSize());
      to = reach.to().isBefore(to) ? reach.to() : to;
      if (!from.isBefore(to)) {
        return;
      }
      discardSegments();
    }
    try {
      var _ = archive.write(spool, reach.timeline(), from, to, Progress.NONE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
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
