package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.progress.Progress;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchive;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;

/**
 * Histories of timelines, and no WAL: what a server needs to see that the number of a timeline is
 * taken, when it is recovered from what lies in its data directory.
 */
public final class HistorySupply implements WalSupply {
  private static final Pattern HISTORY = Pattern.compile("([0-9A-F]{8})\\.history");

  private final WalArchive archive;
  private final Path spool;

  /**
   * A supply.
   *
   * @param spool an empty directory for what is on its way
   */
  public HistorySupply(WalArchive archive, Path spool) {
    this.archive = archive;
    this.spool = spool;
  }

  @Override
  public boolean write(String name, Path to) throws IOException {
    var history = HISTORY.matcher(name);
    if (!history.matches()) {
      return false;
    }
    long timeline = Long.parseLong(history.group(1), 16);
    if (!archive.timelines().contains(timeline)) {
      return false;
    }
    try {
      var _ = archive.write(spool, timeline, Lsn.NONE, Lsn.NONE, Progress.NONE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
    if (Files.notExists(spool.resolve(name))) {
      return false;
    }
    Files.copy(spool.resolve(name), to, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }
}
