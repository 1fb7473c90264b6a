package io.salvor.engine.restore;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalErrors;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32;

/**
 * The append-only log of one restore: {@code u32 length, u32 CRC-32, CBOR array} per record. An
 * intent covers the steps below a number and is durable before the first of them is begun; results
 * follow, durable with the next intent and at the end. A torn end is what a crash leaves, and is
 * passed over. Writing fails with LOCAL_STATE, for the log lies on this machine's own disk. Safe
 * for several threads.
 */
final class RestoreLog implements AutoCloseable {
  private static final int BEGIN = 0;
  private static final int INTENT = 1;
  private static final int DONE = 2;
  private static final int REMOVED = 3;
  private static final int MOVED = 4;
  private static final int FAILED = 5;
  private static final int HEADER = 8;
  private static final int BUFFER = 64 << 10;
  private static final int MAX_RECORD = 1 << 20;
  private static final int FIRST_BATCH = 64;
  private static final int LARGEST_BATCH = 16 << 10;

  private final FileChannel channel;
  private final Path path;
  private final CborWriter record = new CborWriter();
  private byte[] buffer = new byte[BUFFER];
  private int filled;
  private long intent;
  private int batch = FIRST_BATCH;

  RestoreLog(FileChannel channel, Path path) {
    this.channel = channel;
    this.path = path;
  }

  static RestoreLog create(Path path, Instant started, String undo) {
    RestoreLog log;
    try {
      log = new RestoreLog(PrivateFiles.create(path), path);
    } catch (IOException e) {
      throw LocalErrors.failed("make", path, e);
    }
    log.record.array().uint(BEGIN).time(started).text(undo).end();
    log.append();
    return log;
  }

  /** Called before each step; makes it and some that follow known, durably. */
  synchronized void intend(long number) {
    if (number < intent) {
      return;
    }
    intent = number + batch;
    batch = Math.min(LARGEST_BATCH, 2 * batch);
    record.array().uint(INTENT).uint(intent).end();
    append();
    flush();
    try {
      channel.force(false);
    } catch (IOException e) {
      throw notWritten(e);
    }
  }

  synchronized void done(long number, long digest) {
    record.array().uint(DONE).uint(number).integer(digest).end();
    append();
  }

  synchronized void removed(long number) {
    record.array().uint(REMOVED).uint(number).end();
    append();
  }

  synchronized void moved(long number) {
    record.array().uint(MOVED).uint(number).end();
    append();
  }

  synchronized void failed(long number) {
    record.array().uint(FAILED).uint(number).end();
    append();
  }

  private void append() {
    int length = record.size();
    if (buffer.length - filled < HEADER + length) {
      flush();
    }
    CRC32 crc = new CRC32();
    crc.update(record.buffer(), 0, length);
    ByteBuffer.wrap(buffer, filled, HEADER).putInt(length).putInt((int) crc.getValue());
    System.arraycopy(record.buffer(), 0, buffer, filled + HEADER, length);
    filled += HEADER + length;
    record.reset();
  }

  private void flush() {
    try {
      PrivateFiles.writeFully(channel, ByteBuffer.wrap(buffer, 0, filled));
    } catch (IOException e) {
      throw notWritten(e);
    }
    filled = 0;
  }

  private SalvorException notWritten(IOException failure) {
    return LocalErrors.failed("write the restore's log", path, failure);
  }

  /** Writes what is left and makes it durable. */
  @Override
  public synchronized void close() throws IOException {
    try (channel) {
      if (channel.isOpen()) {
        flush();
        channel.force(true);
      }
    }
  }

  /**
   * What a log says of its steps.
   *
   * @param undo id of the undo backup; empty if there is none
   */
  record Results(Instant started, String undo, long intent, StepOutcomes steps) {
    /** Of a restore that was never begun. */
    static final Results NONE = new Results(Instant.EPOCH, "", 0, new StepOutcomes());

    /** Whether the step may have been applied. */
    boolean wasBegun(long number) {
      return number < intent && !steps.hadMoved(number);
    }

    /** Whether it is known to have been applied. */
    boolean wasDone(long number) {
      return steps.isFinished(number);
    }

    /** Digest of the entry's fingerprint after the step; 0 if not known. */
    long digest(long number) {
      return steps.digest(number);
    }
  }

  /** Reads a log up to its end, or to where a crash has torn it. */
  static Results read(Path path) throws IOException {
    Instant started = Instant.EPOCH;
    String undo = "";
    long intent = 0;
    StepOutcomes steps = new StepOutcomes();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(path), BUFFER))) {
      for (byte[] bytes = record(in); bytes.length > 0; bytes = record(in)) {
        CborReader record = new CborReader(bytes);
        int items = record.array();
        check(items >= 2);
        int kind = record.uint(Integer.MAX_VALUE);
        check(items >= (kind == BEGIN || kind == DONE ? 3 : 2));
        switch (kind) {
          case BEGIN -> {
            started = record.time();
            undo = record.text();
          }
          case INTENT -> intent = record.uint();
          case DONE -> steps.finish(number(record, intent), record.integer());
          case REMOVED -> steps.finish(number(record, intent), 0);
          case MOVED -> steps.move(number(record, intent));
          default -> {
            // A failure: the entry is as it was, or somewhere between.
          }
        }
      }
    } catch (EOFException | MalformedException e) {
      // The torn end.
    }
    return new Results(started, undo, intent, steps);
  }

  /** The number of a step; nothing happens to one that was not intended. */
  private static long number(CborReader record, long intent) {
    long number = record.uint();
    check(number < intent);
    return number;
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw new MalformedException("no record of a restore");
    }
  }

  private static byte[] record(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length <= 0 || length > MAX_RECORD) {
      return new byte[0];
    }
    int expected = in.readInt();
    byte[] bytes = in.readNBytes(length);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return bytes.length == length && (int) crc.getValue() == expected ? bytes : new byte[0];
  }
}
