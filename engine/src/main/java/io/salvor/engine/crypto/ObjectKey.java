package io.salvor.engine.crypto;

import java.nio.ByteBuffer;
import javax.crypto.AEADBadTagException;

/**
 * The key of one object (docs/format.md §5.1). It seals each pair of stream and number once; the
 * caller sees to that. Safe for several threads; closing it destroys its bytes.
 */
public final class ObjectKey implements AutoCloseable {
  /** What sealing adds, in bytes. */
  public static final int TAG_SIZE = Gcm.TAG_SIZE;

  /** Stream of bodies and frames. */
  public static final int BODY = 0;

  /** Stream of a pack's directory. */
  public static final int DIRECTORY = 1;

  /** Stream of a pack's trailer. */
  public static final int TRAILER = 2;

  private static final int ASSOCIATED = 1 + 2 + ObjectId.SIZE + Gcm.NONCE_SIZE;

  private final ObjectKind kind;
  private final ObjectId id;
  private final RawKey key;

  /** Takes the array over. */
  ObjectKey(ObjectKind kind, ObjectId id, byte[] key) {
    this.kind = kind;
    this.id = id;
    this.key = RawKey.aes(key);
  }

  /**
   * Encrypts {@code length} bytes into {@code out}, which must not overlap them.
   *
   * @return bytes written: {@code length} and {@link #TAG_SIZE}
   */
  public int seal(
      int stream, long number, byte[] plain, int offset, int length, byte[] out, int outOffset) {
    byte[] nonce = nonce(stream, number);
    return Gcm.seal(key, nonce, associated(nonce), plain, offset, length, out, outOffset);
  }

  /**
   * Decrypts {@code length} bytes, tag included, into {@code out}, which must not overlap them.
   *
   * @return bytes written: {@code length} less {@link #TAG_SIZE}
   * @throws io.salvor.engine.error.SalvorException OBJECT_DAMAGED if the tag does not fit
   */
  public int open(
      int stream, long number, byte[] sealed, int offset, int length, byte[] out, int outOffset) {
    byte[] nonce = nonce(stream, number);
    try {
      return Gcm.open(key, nonce, associated(nonce), sealed, offset, length, out, outOffset);
    } catch (AEADBadTagException e) {
      String part =
          switch (stream) {
            case DIRECTORY -> "its directory";
            case TRAILER -> "its trailer";
            default -> "part " + number;
          };
      throw Damage.of(kind.place(id), part + " does not decrypt: the bytes were changed", e);
    }
  }

  @Override
  public void close() {
    key.destroy();
  }

  private static byte[] nonce(int stream, long number) {
    return ByteBuffer.allocate(Gcm.NONCE_SIZE).putInt(stream).putLong(number).array();
  }

  private byte[] associated(byte[] nonce) {
    ByteBuffer out = ByteBuffer.allocate(ASSOCIATED);
    out.put((byte) kind.number()).putShort((short) ObjectHeader.SUITE);
    id.to(out);
    return out.put(nonce).array();
  }
}
