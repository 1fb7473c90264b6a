package io.salvor.provider.mysql.follow;

import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.binlog.BinlogEvent;
import io.salvor.provider.mysql.binlog.BinlogEvent.Malformed;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.binlog.BinlogName;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts the files together again of which a stream of events tells, and looks at each event: whether
 * its checksum is right, and whether it stands where the one before it has ended. What the server
 * has made up for the stream is left out.
 */
final class Receiver implements Session.PacketTaker {
  private static final long OFFSETS = 1L << 32;
  private static final int ROTATE_NAME = BinlogEvent.HEADER + 8;

  private final Inbox inbox;
  private final InstantSource clock;
  private final @Nullable BinlogFormat known;
  private BinlogName name;
  private BinlogPlace at;
  private @Nullable BinlogFormat format;
  private boolean begun;

  /** The server has another log than the one that was followed. */
  static final class AnotherLog extends IOException {
    private static final long serialVersionUID = 1L;

    AnotherLog(String message) {
      super(message);
    }
  }

  /**
   * From a place on.
   *
   * @param known the format of the file that goes on, as it was captured; null where one begins
   */
  Receiver(
      Inbox inbox,
      InstantSource clock,
      BinlogName name,
      BinlogPlace from,
      @Nullable BinlogFormat known) {
    this.inbox = inbox;
    this.clock = clock;
    this.name = name;
    this.at = from;
    this.known = known;
  }

  @Override
  public void packet(byte[] packet) throws IOException, InterruptedException {
    if (packet.length < 1 + BinlogEvent.HEADER || packet[0] != 0) {
      throw new Malformed("a packet of a binary log that is none");
    }
    BinlogEvent event = new BinlogEvent(Arrays.copyOfRange(packet, 1, packet.length));
    if (event.length() != event.bytes().length) {
      throw new Malformed("an event whose length is wrong, at " + at.text(name));
    }
    switch (event.type()) {
      case BinlogEvent.HEARTBEAT, BinlogEvent.HEARTBEAT_V2 -> {}
      case BinlogEvent.FORMAT -> format(event);
      case BinlogEvent.ROTATE -> {
        if (event.isArtificial()) {
          rotated(event);
        } else {
          append(event);
        }
      }
      case BinlogEvent.START_ENCRYPTION ->
          throw new Malformed("the binary log is encrypted, which is not supported");
      default -> append(event);
    }
  }

  /** Which file comes next; said at the beginning as well. */
  private void rotated(BinlogEvent event) throws IOException {
    int end = event.bytes().length;
    // Whether it has a checksum tells only the format, which may not have come: names are digits
    // at their end, and a checksum behind them is cut off by the name's own form.
    String text = event.text(ROTATE_NAME, end - ROTATE_NAME);
    BinlogName.Numbered next = named(text, event);
    if (begun && next.number() == at.file()) {
      return;
    }
    if (begun || next.number() != at.file()) {
      if (next.number() != at.file() + 1) {
        throw new AnotherLog(
            "behind "
                + name.at(at.file())
                + " the server has "
                + next.name().at(next.number())
                + " next");
      }
      if (begun) {
        inbox.complete();
      }
      at = new BinlogPlace(next.number(), 0);
    }
    name = next.name();
    format = null;
    begun = false;
  }

  private BinlogName.Numbered named(String text, BinlogEvent event) throws Malformed {
    try {
      return BinlogName.parse(text);
    } catch (Malformed e) {
      int length = event.bytes().length - ROTATE_NAME - BinlogEvent.CHECKSUM;
      if (length <= 0) {
        throw e;
      }
      return BinlogName.parse(event.text(ROTATE_NAME, length));
    }
  }

  private void format(BinlogEvent event) throws IOException, InterruptedException {
    BinlogFormat now = BinlogFormat.read(event);
    format = now;
    if (at.offset() == 0) {
      inbox.begin(name, at, now);
      begun = true;
      inbox.put(BinlogFormat.MAGIC, 0, BinlogFormat.MAGIC.length, clock.instant());
      at = new BinlogPlace(at.file(), BinlogFormat.MAGIC.length);
      append(event);
    } else if (!begun) {
      if (known != null
          && (known.created() != now.created() || !known.version().equals(now.version()))) {
        throw new AnotherLog(
            "the server's file " + name.at(at.file()) + " is not the one that was captured");
      }
      inbox.begin(name, at, null);
      begun = true;
    }
  }

  private void append(BinlogEvent event) throws IOException, InterruptedException {
    BinlogFormat now = format;
    if (now == null || !begun) {
      throw new Malformed("an event before the format of its file, at " + at.text(name));
    }
    now.check(event);
    long end = at.offset() + event.bytes().length;
    if (event.end() != end % OFFSETS) {
      throw new Malformed(
          "an event that ends at " + event.end() + " of its file, and not at " + end);
    }
    inbox.put(event.bytes(), 0, event.bytes().length, clock.instant());
    at = new BinlogPlace(at.file(), end);
  }
}
