package io.salvor.engine.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** A message with its signer before it (docs/format.md §5.3). */
public final class SignedMessage {
  /** What the signature adds, in bytes. */
  public static final int OVERHEAD = SigningKey.SIZE + SigningKey.SIGNATURE_SIZE;

  private static final byte[] DOMAIN = "salvor/1 signed".getBytes(StandardCharsets.US_ASCII);

  private SignedMessage() {}

  /** Signer, signature, message. */
  public static byte[] sign(SigningKey signer, ObjectKind kind, ObjectId id, byte[] message) {
    byte[] signature = signer.sign(covered(kind, id, message, 0, message.length));
    return ByteBuffer.allocate(OVERHEAD + message.length)
        .put(signer.publicKey())
        .put(signature)
        .put(message)
        .array();
  }

  /** The message, or empty if it is not {@code signer}'s, or not about this object. */
  public static Optional<byte[]> verify(
      byte[] signer, ObjectKind kind, ObjectId id, byte[] signed) {
    if (signed.length < OVERHEAD
        || !Arrays.equals(signed, 0, SigningKey.SIZE, signer, 0, signer.length)) {
      return Optional.empty();
    }
    byte[] signature = Arrays.copyOfRange(signed, SigningKey.SIZE, OVERHEAD);
    byte[] covered = covered(kind, id, signed, OVERHEAD, signed.length - OVERHEAD);
    return SigningKey.verify(signer, covered, signature)
        ? Optional.of(Arrays.copyOfRange(signed, OVERHEAD, signed.length))
        : Optional.empty();
  }

  private static byte[] covered(
      ObjectKind kind, ObjectId id, byte[] message, int offset, int length) {
    ByteBuffer out = ByteBuffer.allocate(DOMAIN.length + 1 + ObjectId.SIZE + Sha256.SIZE);
    out.put(DOMAIN).put((byte) kind.number());
    id.to(out);
    return out.put(Sha256.of(message, offset, length)).array();
  }
}
