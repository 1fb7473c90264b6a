package io.salvor.engine.crypto;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Opens sealed objects to the fuzzer: a ring whose secrets never change, and what seals by it. */
public final class FuzzedSealed {
  /** The id of every object here. */
  public static final ObjectId ID = new ObjectId(0x0102030405060708L, 0x090a0b0c0d0e0f10L);

  /** The kinds of small object. */
  public static final List<ObjectKind> KINDS =
      List.of(
          ObjectKind.INDEX_SEGMENT,
          ObjectKind.MANIFEST,
          ObjectKind.SESSION_OPEN,
          ObjectKind.CHECKPOINT,
          ObjectKind.SESSION_END,
          ObjectKind.REVOCATION,
          ObjectKind.CONDEMNATION,
          ObjectKind.LEDGER_ENTRY,
          ObjectKind.FACT,
          ObjectKind.JOURNAL_TAIL);

  private static final ObjectId EPOCH = new ObjectId(1, 2);
  private static final KeyRing RING = ring();
  private static final SigningKey SIGNER = SigningKey.of(secret(3));

  private FuzzedSealed() {}

  private static byte[] secret(int fill) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) fill);
    return secret;
  }

  private static KeyRing ring() {
    return new KeyRing(
        secret(1),
        SigningKey.of(secret(3)),
        Map.of(EPOCH, SealingKey.of(secret(2))),
        EPOCH,
        new SecureRandom());
  }

  /** The ring. */
  public static KeyRing keys() {
    return RING;
  }

  /** A whole object; its sixth byte says of which kind it is taken to be. */
  public static Object open(byte[] object) {
    return RING.openSmall(kind(object.length > 5 ? object[5] : 0), ID, object);
  }

  private static ObjectKind kind(byte number) {
    return KINDS.stream()
        .filter(kind -> kind.number() == (number & 0xff))
        .findFirst()
        .orElse(ObjectKind.MANIFEST);
  }

  /** What lies behind the encryption: {@code u8 kind ‖ u8 codec ‖ content}, sealed and opened. */
  public static Object content(byte[] input) {
    if (input.length < 2) {
      return "";
    }
    ObjectKind kind = kind(input[0]);
    KeyRing.NewObject object = RING.newObject(kind, ID);
    byte[] header = object.header();
    int end = header.length + input.length - 1 + ObjectKey.TAG_SIZE;
    byte[] sealed = Arrays.copyOf(header, end + Sha256.SIZE);
    try (ObjectKey key = object.key()) {
      key.seal(ObjectKey.BODY, 0, input, 1, input.length - 1, sealed, header.length);
    }
    System.arraycopy(Sha256.of(sealed, 0, end), 0, sealed, end, Sha256.SIZE);
    return RING.openSmall(kind, ID, sealed);
  }

  /** A seed of {@link #content}. */
  public static byte[] signed(ObjectKind kind, byte[] message) {
    byte[] signed = SignedMessage.sign(SIGNER, kind, ID, message);
    return ByteBuffer.allocate(2 + signed.length)
        .put((byte) kind.number())
        .put((byte) 0)
        .put(signed)
        .array();
  }
}
