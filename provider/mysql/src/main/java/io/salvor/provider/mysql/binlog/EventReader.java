package io.salvor.provider.mysql.binlog;

import io.salvor.engine.progress.Progress;
import io.salvor.provider.mysql.binlog.BinlogEvent.Malformed;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the events of a captured log, file after file, one at a time. */
public final class EventReader {
  private static final int BLOCK = 4 << 20;

  private final CapturedLog log;
  private final BinlogPlace to;
  private final Progress progress;
  private BinlogPlace at;
  private byte[] block = new byte[0];
  private long blockFrom;
  private long blockFile = -1;

  /** An event and where it begins. */
  public record Placed(BinlogPlace at, BinlogEvent event) {
    /** Where it ends. */
    public BinlogPlace end() {
      return new BinlogPlace(at.file(), at.offset() + event.bytes().length);
    }
  }

  /**
   * From one place to another, both the beginnings of events.
   *
   * @param from behind the magic, if it is less
   */
  public EventReader(CapturedLog log, BinlogPlace from, BinlogPlace to, Progress progress) {
    this.log = log;
    this.at = behindMagic(from);
    this.to = to;
    this.progress = progress;
  }

  private static BinlogPlace behindMagic(BinlogPlace place) {
    return new BinlogPlace(place.file(), Math.max(place.offset(), BinlogFormat.MAGIC.length));
  }

  /** The next event; null behind the last. */
  public @Nullable Placed next() throws IOException {
    while (true) {
      CapturedLog.Captured file = log.files().get(at.file());
      if (file == null || !at.isBefore(to)) {
        return null;
      }
      if (at.offset() < file.to()) {
        break;
      }
      at = new BinlogPlace(at.file() + 1, BinlogFormat.MAGIC.length);
    }
    byte[] header = take(BinlogEvent.HEADER);
    long length = BinlogEvent.lengthAt(header, 0);
    if (length < BinlogEvent.HEADER || length > Integer.MAX_VALUE - 16) {
      throw new Malformed("an event of " + length + " bytes at " + log.text(at));
    }
    Placed placed = new Placed(at, new BinlogEvent(take((int) length)));
    at = placed.end();
    return placed;
  }

  private byte[] take(int length) throws IOException {
    long from = at.offset();
    CapturedLog.Captured file = log.files().get(at.file());
    long end = file == null ? 0 : file.to();
    if (from + length > end) {
      throw new Malformed("an event that is cut off at " + log.text(at));
    }
    boolean there =
        blockFile == at.file() && blockFrom <= from && from + length <= blockFrom + block.length;
    if (!there) {
      block = log.bytes(at.file(), from, Math.min(end, from + Math.max(BLOCK, length)), progress);
      blockFrom = from;
      blockFile = at.file();
    }
    int offset = (int) (from - blockFrom);
    return Arrays.copyOfRange(block, offset, offset + length);
  }
}
