package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Varint;
import java.util.Arrays;

/** The bytes of extents and of list nodes' items. */
final class ExtentCodec {
  private ExtentCodec() {}

  /** An array that grows. */
  static final class Output {
    private byte[] bytes = new byte[256];
    private int end;

    void extent(Extent extent) {
      switch (extent) {
        case Extent.Data(long length, BlobId id, BlobKind _) -> {
          varint(length << 1);
          id(id);
        }
        case Extent.Hole(long length) -> varint(length << 1 | 1);
      }
    }

    void id(BlobId id) {
      room(BlobId.SIZE);
      System.arraycopy(id.bytes(), 0, bytes, end, BlobId.SIZE);
      end += BlobId.SIZE;
    }

    void varint(long value) {
      room(Varint.MAX_SIZE);
      end = Varint.put(bytes, end, value);
    }

    void octet(int value) {
      room(1);
      bytes[end++] = (byte) value;
    }

    void append(Output other) {
      room(other.end);
      System.arraycopy(other.bytes, 0, bytes, end, other.end);
      end += other.end;
    }

    void clear() {
      end = 0;
    }

    byte[] array() {
      return bytes;
    }

    int length() {
      return end;
    }

    byte[] toByteArray() {
      return Arrays.copyOf(bytes, end);
    }

    private void room(int more) {
      if (bytes.length - end < more) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + more));
      }
    }
  }

  /** Bytes that may be anything; fails with {@link MalformedException}. */
  static final class Input {
    private final byte[] bytes;
    private final BlobKind kind;
    private int at;

    /** The kind of the blobs is told by the entry alone. */
    Input(byte[] bytes, int from, BlobKind kind) {
      this.bytes = bytes;
      this.at = from;
      this.kind = kind;
    }

    int remaining() {
      return bytes.length - at;
    }

    Extent extent() {
      long head = varint();
      long length = head >>> 1;
      boolean hole = (head & 1) != 0;
      if (length < 1 || (!hole && length > Extent.MAX_DATA)) {
        throw new MalformedException("an extent of " + length + " bytes");
      }
      return hole ? new Extent.Hole(length) : new Extent.Data(length, id(), kind);
    }

    BlobId id() {
      if (remaining() < BlobId.SIZE) {
        throw new MalformedException("a list ends too early");
      }
      at += BlobId.SIZE;
      return BlobId.from(bytes, at - BlobId.SIZE);
    }

    long varint() {
      long value = Varint.get(bytes, at, bytes.length);
      at += Varint.size(value);
      return value;
    }
  }
}
