package io.salvor.engine.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a credential with a grant for sensitive content holds (docs/format.md §4): a root secret and
 * epochs of their own. Closing it destroys them.
 */
public final class SensitiveKeys implements AutoCloseable {
  /** Length of the proof that an epoch's object carries, in bytes. */
  public static final int PROOF_SIZE = 32;

  final Epochs epochs;
  final BlobIds ids;
  private final long[] gear = new long[256];

  /**
   * The keys that follow from a root secret, which is copied; takes the epochs over.
   *
   * @param current the newest epoch that the secret's holders have made; null if it was not granted
   */
  public SensitiveKeys(
      byte[] root, Map<ObjectId, SealingKey> epochs, KeyRing.@Nullable Recipient current) {
    this.epochs = new Epochs(epochs, current);
    this.ids = new BlobIds(expand(root, "salvor/1 blob id sensitive data", DerivedKeys.SIZE));
    byte[] table = expand(root, "salvor/1 chunker sensitive", DerivedKeys.GEAR_SIZE);
    ByteBuffer.wrap(table).asLongBuffer().get(gear);
    Arrays.fill(table, (byte) 0);
  }

  /**
   * What proves that somebody who holds the root secret has made an epoch: the authority's seed,
   * which proves the rest, is held by those, too, who may not open what is sensitive.
   */
  public static byte[] proof(byte[] root, ObjectId epoch, byte[] publicHalf) {
    byte[] key = expand(root, "salvor/1 sensitive epoch", DerivedKeys.SIZE);
    ByteBuffer message = ByteBuffer.allocate(ObjectId.SIZE + publicHalf.length);
    epoch.to(message);
    byte[] proof = Hmac.extract(key, message.put(publicHalf).array());
    Arrays.fill(key, (byte) 0);
    return proof;
  }

  long[] gearTable() {
    return gear.clone();
  }

  private static byte[] expand(byte[] root, String label, int length) {
    return Hmac.expand(root, label.getBytes(StandardCharsets.US_ASCII), length);
  }

  @Override
  public void close() {
    epochs.close();
    ids.close();
    Arrays.fill(gear, 0);
  }
}
