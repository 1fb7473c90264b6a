package io.salvor.engine.backup;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.SecretBox;
import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.tree.TreeDamage;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A local file of sealed records: {@code SLVM}, version, salt (32); of each record the length of
 * its box (4) and the box, bound to its number; in the end where the last one begins (8) and its
 * number (8). What is in a box: kind (1), of a value its blob id (32), the bytes.
 */
final class SealedRecords {
  private static final int MAGIC = 0x534c564d;
  private static final int VERSION = 1;
  private static final int SALT = 32;
  private static final int HEADER = 5 + SALT;
  private static final int TRAILER = 16;
  private static final int LARGEST = 32 << 20;
  private static final byte NODE = 0;
  private static final byte VALUE = 1;
  private static final byte LAST = 2;
  private static final BlobId FILE = new BlobId(0, 0, 0, 0);

  private SealedRecords() {}

  /**
   * A record.
   *
   * @param id of a value; null for a node
   */
  record Found(Place place, @Nullable BlobId id, byte[] bytes) {}

  /** Where a record is. */
  record Place(long offset, long number) {}

  /** Writes one record after the other. For one thread. */
  static final class Writer {
    private final DataOutputStream out;
    private final SecureRandom random;
    private final byte[] key;
    private long offset = HEADER;
    private long number;
    private boolean begun;
    private final byte[] salt = new byte[SALT];

    Writer(FileChannel channel, KeyRing keys, SecureRandom random) {
      this.out =
          new DataOutputStream(
              new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
      this.random = random;
      random.nextBytes(salt);
      this.key = keys.clientKey(salt);
    }

    void add(@Nullable BlobId id, byte[] bytes, int from, int length) throws IOException {
      byte[] content = Arrays.copyOfRange(bytes, from, from + length);
      if (id == null) {
        write(NODE, new byte[0], content);
      } else {
        write(VALUE, id.bytes(), content);
      }
    }

    /** Ends the file with a record of its own. */
    void finish(byte[] last) throws IOException {
      Place place = new Place(offset, number);
      write(LAST, new byte[0], last);
      out.writeLong(place.offset);
      out.writeLong(place.number);
      out.flush();
      Arrays.fill(key, (byte) 0);
    }

    private void write(byte kind, byte[] id, byte[] bytes) throws IOException {
      if (!begun) {
        out.writeInt(MAGIC);
        out.writeByte(VERSION);
        out.write(salt);
        begun = true;
      }
      ByteBuffer plain = ByteBuffer.allocate(1 + id.length + bytes.length);
      plain.put(kind).put(id).put(bytes);
      byte[] box = SecretBox.seal(key, associated(number), plain.array(), random);
      out.writeInt(box.length);
      out.write(box);
      offset += 4 + box.length;
      number++;
    }
  }

  private static byte[] associated(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  /** A file that begins as one of these; empty for any other, and for one that is gone. */
  static Optional<Reader> open(Path path, KeyRing keys) {
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        byte[] header = new byte[HEADER];
        if (channel.size() >= HEADER + TRAILER) {
          PrivateFiles.readFully(channel, 0, header);
          ByteBuffer in = ByteBuffer.wrap(header);
          if (in.getInt() == MAGIC && in.get() == VERSION) {
            byte[] key = keys.clientKey(Arrays.copyOfRange(header, 5, HEADER));
            return Optional.of(new Reader(channel, key));
          }
        }
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reads them. What is not what was written fails with {@code TREE_DAMAGED}. For one thread. */
  static final class Reader implements AutoCloseable {
    private final FileChannel channel;
    private final byte[] key;
    private Place next = new Place(HEADER, 0);

    private Reader(FileChannel channel, byte[] key) {
      this.channel = channel;
      this.key = key;
    }

    /** The next node or value; null at the end. */
    @Nullable Found next() throws IOException {
      Place place = next;
      ByteBuffer plain = read(place);
      byte kind = plain.get();
      if (kind == LAST) {
        return null;
      }
      BlobId id = null;
      if (kind == VALUE) {
        id = BlobId.from(take(plain, BlobId.SIZE), 0);
      }
      return new Found(place, id, take(plain, plain.remaining()));
    }

    /** The bytes of a value that was found. */
    byte[] get(Place place) throws IOException {
      Place after = next;
      ByteBuffer plain = read(place);
      next = after;
      plain.position(1 + BlobId.SIZE);
      return take(plain, plain.remaining());
    }

    /** The last record. */
    byte[] last() throws IOException {
      byte[] trailer = new byte[TRAILER];
      fill(channel.size() - TRAILER, trailer);
      ByteBuffer in = ByteBuffer.wrap(trailer);
      Place after = next;
      ByteBuffer plain = read(new Place(in.getLong(), in.getLong()));
      next = after;
      if (plain.get() != LAST) {
        throw damaged();
      }
      return take(plain, plain.remaining());
    }

    private ByteBuffer read(Place place) throws IOException {
      long room = channel.size() - TRAILER - 4 - place.offset;
      if (place.offset < HEADER || room < 0) {
        throw damaged();
      }
      byte[] length = new byte[4];
      fill(place.offset, length);
      int size = ByteBuffer.wrap(length).getInt();
      if (size <= SecretBox.OVERHEAD || size > LARGEST || size > room) {
        throw damaged();
      }
      byte[] box = new byte[size];
      fill(place.offset + 4, box);
      next = new Place(place.offset + 4 + size, place.number + 1);
      return SecretBox.open(key, associated(place.number), box)
          .map(ByteBuffer::wrap)
          .orElseThrow(Reader::damaged);
    }

    private void fill(long offset, byte[] bytes) throws IOException {
      try {
        PrivateFiles.readFully(channel, offset, bytes);
      } catch (EOFException e) {
        throw damaged();
      }
    }

    private static byte[] take(ByteBuffer from, int length) {
      if (from.remaining() < length) {
        throw damaged();
      }
      byte[] bytes = new byte[length];
      from.get(bytes);
      return bytes;
    }

    private static RuntimeException damaged() {
      return TreeDamage.of(FILE, "What this machine remembers of it is damaged");
    }

    @Override
    public void close() {
      Arrays.fill(key, (byte) 0);
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
