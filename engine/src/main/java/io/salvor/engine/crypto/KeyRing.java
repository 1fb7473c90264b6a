package io.salvor.engine.crypto;

import static java.util.Objects.requireNonNull;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.Pool;
import io.salvor.engine.codec.SipHash;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final byte[] authority;
  private final @Nullable Recipient current;
  private final Map<ObjectId, SealingKey> epochs;
  private final Map<Long, Writer> writers = new HashMap<>();
  private final @Nullable Writer self;
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
   * A write-only client that the authority has admitted.
   *
   * @param id whose first 8 bytes every object of the client's has in its id
   * @param host the only one that it backs up
   */
  public record Writer(ObjectId id, String host, byte[] publicKey) {}

  /** The kinds that a write-only client signs. */
  private static final Set<ObjectKind> WRITTEN_BY_WRITERS =
      Set.of(
          ObjectKind.INDEX_SEGMENT,
          ObjectKind.MANIFEST,
          ObjectKind.SESSION_OPEN,
          ObjectKind.CHECKPOINT,
          ObjectKind.SESSION_END,
          ObjectKind.LEDGER_ENTRY);

  /** The epoch that new objects are sealed to: its id and its public half. */
  public record Recipient(ObjectId epoch, byte[] publicHalf) {}

  /**
   * A ring of the authority's; takes the keys over and copies the root secret.
   *
   * @param epochs every epoch that can be opened, {@code epoch} among them
   */
  public KeyRing(
      byte[] rootSecret,
      SigningKey signer,
      Map<ObjectId, SealingKey> epochs,
      ObjectId epoch,
      SecureRandom random) {
    this(
        DerivedKeys.of(rootSecret),
        signer.publicKey(),
        signer,
        epochs,
        new Recipient(epoch, requireNonNull(epochs.get(epoch), "the epoch").publicHalf()),
        List.of(),
        random);
  }

  /**
   * A ring of these secrets; takes the keys over.
   *
   * @param authority the public key whose signatures are taken
   * @param signer what signs
   * @param epochs every epoch that can be opened
   * @param current what new objects are sealed to; null if nothing can be written
   * @param writers write-only clients, withdrawn ones too; one of them if {@code signer} is its key
   */
  public KeyRing(
      DerivedKeys derived,
      byte[] authority,
      SigningKey signer,
      Map<ObjectId, SealingKey> epochs,
      @Nullable Recipient current,
      List<Writer> writers,
      SecureRandom random) {
    this.signer = signer;
    writers.forEach(w -> this.writers.put(w.id().high(), w));
    byte[] own = signer.publicKey();
    this.self =
        Arrays.equals(own, authority)
            ? null
            : writers.stream()
                .filter(w -> Arrays.equals(w.publicKey(), own))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the signer is not admitted"));
    this.authority = authority.clone();
    this.epochs = Map.copyOf(epochs);
    this.current = current;
    this.random = random;
    this.indexKey = derived.index();
    this.dataKey = RawKey.mac(derived.dataId());
    this.treeKey = RawKey.mac(derived.treeId());
    this.dataMacs = Hmac.keyed(dataKey);
    this.treeMacs = Hmac.keyed(treeKey);
    this.gear = new long[256];
    ByteBuffer.wrap(derived.gear()).asLongBuffer().get(gear);
    this.boundary = new SipHash(derived.boundary());
  }

  /** Begins an object under a new id. */
  public NewObject newObject(ObjectKind kind) {
    return newObject(kind, newId());
  }

  /** The id of a new object; a write-only client's has its mark. */
  public ObjectId newId() {
    return marked(ObjectId.random(random));
  }

  /** The id of an object of the holder's: itself, or with a write-only client's mark. */
  public ObjectId marked(ObjectId id) {
    return self == null ? id : new ObjectId(self.id().high(), id.low());
  }

  /** The write-only client that has this ring, or null if it is a key holder's. */
  public @Nullable Writer self() {
    return self;
  }

  /** The write-only client whose mark the id has, withdrawn or not; empty if it is nobody's. */
  public Optional<Writer> writerOf(ObjectId id) {
    return Optional.ofNullable(writers.get(id.high()));
  }

  /** Whether the id has the mark of a write-only client other than the holder of this ring. */
  public boolean isForeign(ObjectId id) {
    @Nullable Writer writer = writers.get(id.high());
    return writer != null && (self == null || !writer.id().equals(self.id()));
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
        Recipient to = recipient();
        ByteBuffer header = ObjectHeader.begin(kind, id, to.epoch());
        byte[] bound = ObjectHeader.bound(header.array());
        byte[] key = new byte[32];
        random.nextBytes(key);
        Hpke.Sealed sealed = Hpke.seal(to.publicHalf(), OBJECT, bound, key, random);
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
    if (key == null && self != null) {
      throw new SalvorException(
          ErrorCode.WRITE_ONLY,
          "This credential can write backups and not read them",
          kind.place(id) + " is sealed to those who hold keys",
          "Use a credential that `salvor key list` shows on a machine that may read");
    }
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
    return SignedMessage.verify(authority, kind, id, content)
        .or(() -> byWriter(kind, id, content))
        .orElseThrow(() -> Damage.of(kind.place(id), "Its signature is not the repository's"));
  }

  /** A writer signs a few kinds, and only under ids that have its mark. */
  private Optional<byte[]> byWriter(ObjectKind kind, ObjectId id, byte[] content) {
    return WRITTEN_BY_WRITERS.contains(kind)
        ? writerOf(id).flatMap(w -> SignedMessage.verify(w.publicKey(), kind, id, content))
        : Optional.empty();
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
    return recipient().epoch();
  }

  /** Whether new objects can be sealed: the newest epoch was granted. */
  public boolean canSeal() {
    return current != null;
  }

  /** Whether what is sealed to this epoch can be opened. */
  public boolean canOpen(ObjectId epoch) {
    return epochs.containsKey(epoch);
  }

  /**
   * The epoch that an object is sealed to; needs no key.
   *
   * @param header the object's first bytes, as many as its kind's header has, or more
   */
  public static ObjectId epochOf(ObjectKind kind, ObjectId id, byte[] header) {
    return ObjectHeader.check(kind, id, header);
  }

  /** Every epoch that can be opened. */
  public Set<ObjectId> epochs() {
    return epochs.keySet();
  }

  /** The public key that signs for the repository. */
  public byte[] authority() {
    return authority.clone();
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

  private Recipient recipient() {
    if (current == null) {
      throw new SalvorException(
          ErrorCode.EPOCH_NOT_GRANTED,
          "This credential cannot write to the repository",
          "The newest epoch of its keys was not granted to it",
          "Have somebody with another credential run `salvor key rotate`");
    }
    return current;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
