package io.salvor.engine.restore;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.Varint;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.durable.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Writes a plan file: a magic word; blocks of steps, each {@code u32 plain length, u32 stored
 * length, Zstandard frame} of records with a varint length each; {@code u32 0}; the header {@code
 * u32 length, CBOR}; SHA-256 of all that. For one thread; the caller closes the channel.
 */
final class PlanWriter {
  static final byte[] MAGIC = "salvor plan 1\n".getBytes(StandardCharsets.US_ASCII);
  static final int BLOCK = 128 << 10;
  private static final int LEVEL = 1;

  private final FileChannel out;
  private final MessageDigest digest;
  private final CborWriter record = new CborWriter();
  private byte[] block = new byte[2 * BLOCK];
  private int filled;

  PlanWriter(FileChannel out) throws IOException {
    this.out = out;
    this.digest = sha256();
    write(MAGIC, 0, MAGIC.length);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void add(Step step) throws IOException {
    StepCodec.encode(record.reset(), step);
    int room = Varint.MAX_SIZE + record.size();
    if (block.length - filled < room) {
      block = Arrays.copyOf(block, filled + room);
    }
    filled = Varint.put(block, filled, record.size());
    System.arraycopy(record.buffer(), 0, block, filled, record.size());
    filled += record.size();
    if (filled >= BLOCK) {
      flush();
    }
  }

  /** Ends the file; it is not forced. */
  void finish(RestorePlan plan) throws IOException {
    flush();
    number(0);
    byte[] header = PlanCodec.encode(plan);
    number(header.length);
    write(header, 0, header.length);
    PrivateFiles.writeFully(out, ByteBuffer.wrap(digest.digest()));
  }

  private void flush() throws IOException {
    if (filled == 0) {
      return;
    }
    byte[] stored = new byte[Zstd.bound(filled)];
    int length = Zstd.compress(LEVEL, block, 0, filled, stored, 0, stored.length);
    number(filled);
    number(length);
    write(stored, 0, length);
    filled = 0;
  }

  private void number(int value) throws IOException {
    write(ByteBuffer.allocate(4).putInt(value).array(), 0, 4);
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    digest.update(bytes, offset, length);
    PrivateFiles.writeFully(out, ByteBuffer.wrap(bytes, offset, length));
  }
}
