package io.salvor.engine.crypto;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * The epochs of one chain that a credential was granted (docs/format.md §4): what was sealed to
 * them is opened, what is new is sealed to the newest of the chain. Closing destroys them.
 */
final class Epochs implements AutoCloseable {
  private static final byte[] OBJECT = "salvor/1 object".getBytes(StandardCharsets.US_ASCII);

  private final Map<ObjectId, SealingKey> keys;
  private volatile KeyRing.@Nullable Recipient current;

  /**
   * @param keys every epoch that can be opened
   * @param current what new objects are sealed to; null if nothing can be written
   */
  Epochs(Map<ObjectId, SealingKey> keys, KeyRing.@Nullable Recipient current) {
    this.keys = new ConcurrentHashMap<>(keys);
    this.current = current;
  }

  Set<ObjectId> ids() {
    return Set.copyOf(keys.keySet());
  }

  /** Takes in epochs that were made since; what is known stays as it is. */
  void learn(Map<ObjectId, SealingKey> more) {
    more.forEach(keys::putIfAbsent);
  }

  /**
   * Seals to another epoch from now on.
   *
   * @param newest null if it was not granted, so that nothing can be written any more
   */
  void follow(Map<ObjectId, SealingKey> granted, KeyRing.@Nullable Recipient newest) {
    learn(granted);
    current = newest;
  }

  boolean canSeal() {
    return current != null;
  }

  /** What new objects are sealed to. */
  KeyRing.Recipient recipient() {
    KeyRing.@Nullable Recipient to = current;
    if (to == null) {
      throw new SalvorException(
          ErrorCode.EPOCH_NOT_GRANTED,
          "This credential cannot write to the repository",
          "The newest epoch of its keys was not granted to it",
          "Have somebody with another credential run `salvor key rotate`");
    }
    return to;
  }

  KeyRing.NewObject seal(ObjectKind kind, ObjectId id, SecureRandom random) {
    KeyRing.Recipient to = recipient();
    ByteBuffer header = ObjectHeader.begin(kind, id, to.epoch());
    byte[] bound = ObjectHeader.bound(header.array());
    byte[] key = new byte[32];
    random.nextBytes(key);
    Hpke.Sealed sealed = Hpke.seal(to.publicHalf(), OBJECT, bound, key, random);
    header.put(sealed.enc()).put(sealed.ciphertext());
    return new KeyRing.NewObject(id, header.array(), new ObjectKey(kind, id, key));
  }

  /** The key of an object; empty if the epoch that it is sealed to is none of these. */
  Optional<ObjectKey> open(ObjectKind kind, ObjectId id, ObjectId sealedTo, byte[] header) {
    @Nullable SealingKey key = keys.get(sealedTo);
    if (key == null) {
      return Optional.empty();
    }
    byte[] enc =
        Arrays.copyOfRange(
            header, ObjectHeader.SECRET_OFFSET, ObjectHeader.SECRET_OFFSET + Hpke.ENC_SIZE);
    byte[] sealed =
        Arrays.copyOfRange(header, ObjectHeader.SEALED_KEY_OFFSET, ObjectHeader.EPOCH_SIZE);
    try {
      byte[] opened = Hpke.open(key, enc, OBJECT, ObjectHeader.bound(header), sealed);
      return Optional.of(new ObjectKey(kind, id, opened));
    } catch (AEADBadTagException e) {
      throw Damage.of(kind.place(id), "Its key does not decrypt: the header was changed", e);
    }
  }

  @Override
  public void close() {
    keys.values().forEach(SealingKey::close);
  }
}
