package io.salvor.engine.crypto;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.Pool;
import io.salvor.engine.codec.SipHash;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of an opened repository (docs/format.md §4 and §5): makes and opens object keys,
 * signs and verifies messages, gives blobs their ids. Safe for several threads. Closing it destroys
 * the secrets; what it has given out lives on.
 *
 * <p>Errors: {@link SalvorException} OBJECT_DAMAGED, naming the object, for any bytes that are not
 * what the format says; FORMAT_NEWER for a newer version of an object.
 */
public final class KeyRing implements AutoCloseable {
  private static final byte[] OBJECT = ascii("salvor/1 object");

  private final SigningKey signer;
  private final ObjectId epoch;
  private final Map<ObjectId, SealingKey> epochs;
  private final SecureRandom random;
  private final byte[] indexKey;
  private final RawKey dataKey;
  private final RawKey treeKey;
  private final Pool<Mac> dataMacs;
  private final Pool<Mac> treeMacs;
  private final long[] gear;
  private final SipHash boundary;

  /** An object about to be written: its id, its first bytes, and its key. */
  public record NewObject(ObjectId id, byte[] header, ObjectKey key) {}

  /**
   * A ring of these secrets; takes the keys over and copies the root secret.
   *
   * @param epochs every epoch that can be opened, {@code epoch} among them
   */
  public KeyRing(
      byte[] rootSecret,
      SigningKey signer,
      Map<ObjectId, SealingKey> epochs,
      ObjectId epoch,
      SecureRandom random) {
    if (!epochs.containsKey(epoch)) {
      throw new IllegalArgumentException("the current epoch is not among the epochs");
    }
    this.signer = signer;
    this.epochs = Map.copyOf(epochs);
    this.epoch = epoch;
    this.random = random;
    this.indexKey = Hmac.expand(rootSecret, ascii("salvor/1 index"), 32);
    this.dataKey = RawKey.mac(Hmac.expand(rootSecret, ascii("salvor/1 blob id data"), 32));
    this.treeKey = RawKey.mac(Hmac.expand(rootSecret, ascii("salvor/1 blob id tree"), 32));
    this.dataMacs = Hmac.keyed(dataKey);
    this.treeMacs = Hmac.keyed(treeKey);
    this.gear = new long[256];
    ByteBuffer.wrap(Hmac.expand(rootSecret, ascii("salvor/1 chunker"), 2048))
        .asLongBuffer()
        .get(gear);
    this.boundary =
        new SipHash(Hmac.expand(rootSecret, ascii("salvor/1 tree boundary"), SipHash.KEY_SIZE));
  }

  /** Begins an object under a new id. */
  public NewObject newObject(ObjectKind kind) {
    return newObject(kind, ObjectId.random(random));
  }

  /** Begins an object with a key of its own; each call makes another key. */
  public NewObject newObject(ObjectKind kind, ObjectId id) {
    return switch (kind.keyClass()) {
      case INDEX -> {
        ByteBuffer header = ObjectHeader.begin(kind, id, ObjectId.ZERO);
        byte[] salt = new byte[ObjectHeader.SECRET_SIZE];
        random.nextBytes(salt);
        header.put(salt);
        yield new NewObject(id, header.array(), indexed(kind, id, header.array()));
      }
      case EPOCH -> {
        ByteBuffer header = ObjectHeader.begin(kind, id, epoch);
        byte[] bound = ObjectHeader.bound(header.array());
        byte[] key = new byte[32];
        random.nextBytes(key);
        Hpke.Sealed sealed = Hpke.seal(key(epoch).publicHalf(), OBJECT, bound, key, random);
        header.put(sealed.enc()).put(sealed.ciphertext());
        yield new NewObject(id, header.array(), new ObjectKey(kind, id, key));
      }
      case PLAIN -> throw new IllegalArgumentException(kind + " is not a sealed object");
    };
  }

  /**
   * Opens an object's key.
   *
   * @param header the object's first bytes, as many as its kind's header has, or more
   */
  public ObjectKey open(ObjectKind kind, ObjectId id, byte[] header) {
    ObjectId sealedTo = ObjectHeader.check(kind, id, header);
    if (kind.keyClass() == ObjectKind.KeyClass.INDEX) {
      return indexed(kind, id, header);
    }
    SealingKey key = epochs.get(sealedTo);
    if (key == null) {
      throw Damage.of(kind.place(id), "It is sealed to an epoch that this credential has not");
    }
    byte[] enc =
        Arrays.copyOfRange(
            header, ObjectHeader.SECRET_OFFSET, ObjectHeader.SECRET_OFFSET + Hpke.ENC_SIZE);
    byte[] sealed =
        Arrays.copyOfRange(header, ObjectHeader.SEALED_KEY_OFFSET, ObjectHeader.EPOCH_SIZE);
    try {
      byte[] opened = Hpke.open(key, enc, OBJECT, ObjectHeader.bound(header), sealed);
      return new ObjectKey(kind, id, opened);
    } catch (AEADBadTagException e) {
      throw Damage.of(kind.place(id), "Its key does not decrypt: the header was changed", e);
    }
  }

  /** Length of the header of a kind in bytes. */
  public static int headerSize(ObjectKind kind) {
    return ObjectHeader.size(kind);
  }

  /** Signs a message, compresses it if that helps, encrypts it, and adds the checksum. */
  public byte[] sealSmall(ObjectKind kind, ObjectId id, byte[] message) {
    return SmallObject.seal(newObject(kind, id), SignedMessage.sign(signer, kind, id, message));
  }

  /** The message of a small object, its checksum, tag and signature checked. */
  public byte[] openSmall(ObjectKind kind, ObjectId id, byte[] object) {
    byte[] content = SmallObject.open(this, kind, id, object);
    return SignedMessage.verify(authority(), kind, id, content)
        .orElseThrow(() -> Damage.of(kind.place(id), "Its signature is not the repository's"));
  }

  /** Whether an object's checksum fits; needs no key and serves packs and key objects too. */
  public static boolean isIntact(byte[] object) {
    return SmallObject.isIntact(object);
  }

  /**
   * Checks an object's checksum without any key.
   *
   * @throws SalvorException OBJECT_DAMAGED if it does not fit
   */
  public static void checkPlain(ObjectName name, byte[] object) {
    if (!isIntact(object)) {
      throw Damage.of(name.value(), "Its checksum does not fit: bytes were changed or lost");
    }
  }

  /** The id of a blob. */
  public BlobId blobId(BlobKind kind, byte[] bytes, int offset, int length) {
    Pool<Mac> macs = kind == BlobKind.DATA ? dataMacs : treeMacs;
    Mac mac = macs.take();
    // Small pieces, so that the JDK's code is compiled early.
    for (int at = 0; at < length; at += 1 << 14) {
      mac.update(bytes, offset + at, Math.min(1 << 14, length - at));
    }
    byte[] id = mac.doFinal();
    macs.give(mac);
    return BlobId.from(id, 0);
  }

  /** A copy of the chunker's table of 256 words. */
  public long[] gearTable() {
    return gear.clone();
  }

  /** The hash that draws the boundaries of trees. */
  public SipHash boundary() {
    return boundary;
  }

  /** The epoch that new objects are sealed to. */
  public ObjectId epoch() {
    return epoch;
  }

  /** Every epoch that can be opened. */
  public Set<ObjectId> epochs() {
    return epochs.keySet();
  }

  /** The public key that signs for the repository. */
  public byte[] authority() {
    return signer.publicKey();
  }

  @Override
  public void close() {
    signer.close();
    epochs.values().forEach(SealingKey::close);
    Arrays.fill(indexKey, (byte) 0);
    dataKey.destroy();
    treeKey.destroy();
    Arrays.fill(gear, 0);
  }

  private ObjectKey indexed(ObjectKind kind, ObjectId id, byte[] header) {
    int from = ObjectHeader.SECRET_OFFSET;
    byte[] salt = Arrays.copyOfRange(header, from, from + ObjectHeader.SECRET_SIZE);
    byte[] prk = Hmac.extract(salt, indexKey);
    ByteBuffer info = ByteBuffer.allocate(OBJECT.length + ObjectHeader.BOUND);
    info.put(OBJECT).put(header, 0, ObjectHeader.BOUND);
    byte[] key = Hmac.expand(prk, info.array(), 32);
    Arrays.fill(prk, (byte) 0);
    return new ObjectKey(kind, id, key);
  }

  private SealingKey key(ObjectId id) {
    @Nullable SealingKey key = epochs.get(id);
    if (key == null) {
      throw new IllegalStateException("no epoch " + id);
    }
    return key;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
