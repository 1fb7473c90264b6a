package io.salvor.engine.journal;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import java.time.Instant;

/**
 * What a tail says (docs/format.md §14): bytes of a log, or a file that belongs to a timeline, or
 * only until when there was nothing more. Arrays are not to be changed.
 *
 * @param from the position of the first byte; of a file 0
 * @param name of a file; empty for bytes of the log
 * @param since the source's time when the first of the bytes came; EPOCH if it is not known
 * @param until the source's time up to which everything is in here or before; EPOCH if not known
 * @param received the writer's time
 * @param predecessor SHA-256 of the message of the writer's tail before this one that has bytes of
 *     the log; empty for the first
 */
public record Tail(
    LogOrigin origin,
    long timeline,
    long from,
    String name,
    byte[] bytes,
    Instant since,
    Instant until,
    Instant received,
    byte[] predecessor) {
  /** The most bytes that a writer puts into one. */
  public static final int MAX_BYTES = 8 << 20;

  private static final int HASH = 32;

  /** Whether it has bytes of the log. */
  public boolean hasLog() {
    return name.isEmpty() && bytes.length > 0;
  }

  /** The position behind the last byte. */
  public long to() {
    return name.isEmpty() ? from + bytes.length : from;
  }

  /** The message. */
  public byte[] encode() {
    CborWriter out = new CborWriter(bytes.length + 256).map();
    out.key(0).text(origin.source());
    out.key(1).text(origin.provider());
    out.key(2).text(origin.system());
    out.key(3).uint(origin.segmentSize());
    out.key(4).uint(timeline);
    out.key(5).uint(from);
    if (bytes.length > 0) {
      out.key(6).bytes(bytes);
    }
    time(out, 7, since);
    time(out, 8, until);
    out.key(9).time(received);
    if (predecessor.length > 0) {
      out.key(10).bytes(predecessor);
    }
    if (!name.isEmpty()) {
      out.key(11).text(name);
    }
    return out.end().toByteArray();
  }

  private static void time(CborWriter out, int key, Instant time) {
    if (!time.equals(Instant.EPOCH)) {
      out.key(key).time(time);
    }
  }

  /**
   * Reads a message.
   *
   * @throws MalformedException if it is none
   */
  public static Tail decode(byte[] message) {
    String source = "";
    String provider = "";
    String system = "";
    long segmentSize = 0;
    long timeline = -1;
    long from = -1;
    String name = "";
    byte[] bytes = new byte[0];
    Instant since = Instant.EPOCH;
    Instant until = Instant.EPOCH;
    Instant received = Instant.EPOCH;
    byte[] predecessor = new byte[0];
    CborReader in = new CborReader(message);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      switch (key) {
        case 0 -> source = in.text();
        case 1 -> provider = in.text();
        case 2 -> system = in.text();
        case 3 -> segmentSize = in.uint();
        case 4 -> timeline = in.uint();
        case 5 -> from = in.uint();
        case 6 -> bytes = in.bytes();
        case 7 -> since = in.time();
        case 8 -> until = in.time();
        case 9 -> received = in.time();
        case 10 -> predecessor = in.bytes(HASH);
        case 11 -> name = in.text();
        default -> in.skip();
      }
    }
    in.end();
    if (timeline < 0 || timeline > LogKeys.MAX_TIMELINE || from < 0 || from + bytes.length < 0) {
      throw new MalformedException("a tail without a place");
    }
    if (!name.isEmpty() && !LogKeys.isName(name)) {
      throw new MalformedException("a tail with a file of the name " + name);
    }
    try {
      LogOrigin origin = new LogOrigin(source, provider, system, segmentSize);
      return new Tail(origin, timeline, from, name, bytes, since, until, received, predecessor);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("a tail of " + e.getMessage(), e);
    }
  }
}
