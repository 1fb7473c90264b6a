package io.salvor.engine.crypto;

import static java.util.Objects.requireNonNull;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.SipHash;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final String NO_EPOCH = "It is sealed to an epoch that this credential has not";

  private final SigningKey signer;
  private final Authority authority;
  private final Epochs epochs;
  private final Newcomers newcomers = new Newcomers();
  private final @Nullable SensitiveKeys sensitive;
  private final Writers writers;
  private final @Nullable Writer self;
  private final SecureRandom random;
  private final byte[] indexKey;
  private final BlobIds dataIds;
  private final BlobIds treeIds;
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
        Authority.of(signer.publicKey()),
        signer,
        epochs,
        new Recipient(epoch, requireNonNull(epochs.get(epoch), "the epoch").publicHalf()),
        null,
        List.of(),
        random);
  }

  /**
   * A ring of these secrets; takes the keys over.
   *
   * @param authority whose signatures are taken
   * @param signer what signs
   * @param epochs every epoch that can be opened
   * @param current what new objects are sealed to; null if nothing can be written
   * @param sensitive for sensitive content; null if that was not granted
   * @param writers write-only clients, withdrawn ones too; one of them if {@code signer} is its key
   */
  public KeyRing(
      DerivedKeys derived,
      Authority authority,
      SigningKey signer,
      Map<ObjectId, SealingKey> epochs,
      @Nullable Recipient current,
      @Nullable SensitiveKeys sensitive,
      List<Writer> writers,
      SecureRandom random) {
    this.signer = signer;
    this.writers = new Writers(writers);
    byte[] own = signer.publicKey();
    this.self = Arrays.equals(own, authority.publicKey()) ? null : this.writers.with(own);
    this.authority = authority;
    this.epochs = new Epochs(epochs, current);
    this.sensitive = sensitive;
    this.random = random;
    this.indexKey = derived.index();
    this.dataIds = new BlobIds(derived.dataId());
    this.treeIds = new BlobIds(derived.treeId());
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
    return Optional.ofNullable(writers.of(id));
  }

  /** Whether the id has the mark of a write-only client other than the holder of this ring. */
  public boolean isForeign(ObjectId id) {
    @Nullable Writer writer = writers.of(id);
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
      case EPOCH -> epochs.seal(kind, id, random);
      case SENSITIVE -> sensitive().epochs.seal(kind, id, random);
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
    boolean secret = kind.keyClass() == ObjectKind.KeyClass.SENSITIVE;
    Epochs chain = secret ? sensitive().epochs : epochs;
    return chain
        .open(kind, id, sealedTo, header)
        .or(
            () ->
                learns(chain, secret, sealedTo, kind.place(id))
                    ? chain.open(kind, id, sealedTo, header)
                    : Optional.empty())
        .orElseThrow(() -> notGranted(kind, id, sealedTo));
  }

  /**
   * What has come since a ring was made.
   *
   * @param content epochs, but for those of sensitive content
   * @param sensitive those of sensitive content
   * @param writers write-only clients
   */
  public record News(Chain content, Chain sensitive, List<Writer> writers) {}

  /**
   * What is there of one chain of epochs.
   *
   * @param granted those that the credential opens
   * @param there those that were made by somebody who may, granted or not
   */
  public record Chain(Map<ObjectId, SealingKey> granted, Set<ObjectId> there) {}

  /** Reads the key objects again. */
  public interface Source {
    News news() throws IOException;
  }

  /**
   * From now on epochs and write-only clients that are not known are looked for: they may have come
   * since.
   */
  public void learnFrom(Source source) {
    newcomers.from(source);
  }

  /**
   * Seals to another epoch from now on.
   *
   * @param keyClass of sensitive content, or of the rest
   * @param granted what can be opened
   * @param newest null if it was not granted, so that nothing can be written any more
   */
  public void follow(
      ObjectKind.KeyClass keyClass, Map<ObjectId, SealingKey> granted, @Nullable Recipient newest) {
    Epochs chain = keyClass == ObjectKind.KeyClass.SENSITIVE ? sensitive().epochs : epochs;
    chain.follow(granted, newest);
  }

  private boolean learns(Epochs chain, boolean secret, ObjectId epoch, String place) {
    if (self == null) {
      newcomers.epoch(chain, secret, epoch, place);
    }
    return chain.ids().contains(epoch);
  }

  /** An epoch that nobody knows of is a turned bit, or somebody's invention. */
  private SalvorException notGranted(ObjectKind kind, ObjectId id, ObjectId epoch) {
    if (newcomers.isWithheld(epoch)) {
      return Newcomers.notGranted(kind.place(id));
    }
    return self == null
        ? Damage.of(kind.place(id), NO_EPOCH)
        : new SalvorException(
            ErrorCode.WRITE_ONLY,
            "This credential can write backups and not read them",
            kind.place(id) + " is sealed to those who hold keys",
            "Use a credential that `salvor key list` shows on a machine that may read");
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
    return authority
        .verify(kind, id, content, object)
        .or(() -> writers.verify(kind, id, content))
        .or(() -> ofNewcomer(kind, id, content))
        .orElseThrow(() -> Damage.of(kind.place(id), "Its signature is not the repository's"));
  }

  /** The message, if a write-only client has signed it that was admitted since. */
  private Optional<byte[]> ofNewcomer(ObjectKind kind, ObjectId id, byte[] content) {
    if (!Writers.isSigned(kind) || writers.of(id) != null) {
      return Optional.empty();
    }
    newcomers.writer(writers, id, kind.place(id));
    return writers.verify(kind, id, content);
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

  /**
   * The id of a blob.
   *
   * @throws SalvorException SENSITIVE_NOT_GRANTED
   */
  public BlobId blobId(BlobKind kind, byte[] bytes, int offset, int length) {
    return switch (kind) {
      case DATA -> dataIds.of(bytes, offset, length);
      case TREE -> treeIds.of(bytes, offset, length);
      case SENSITIVE -> sensitive().ids.of(bytes, offset, length);
    };
  }

  /** A copy of the chunker's table of 256 words. */
  public long[] gearTable() {
    return gearTable(BlobKind.DATA);
  }

  /** The same for a kind of blobs: is another one for sensitive content. */
  public long[] gearTable(BlobKind kind) {
    return kind == BlobKind.SENSITIVE ? sensitive().gearTable() : gear.clone();
  }

  /** The hash that draws the boundaries of trees. */
  public SipHash boundary() {
    return boundary;
  }

  /** The epoch that new objects of a class are sealed to. */
  public ObjectId epoch(ObjectKind.KeyClass keyClass) {
    Epochs chain = keyClass == ObjectKind.KeyClass.SENSITIVE ? sensitive().epochs : epochs;
    return chain.recipient().epoch();
  }

  /** The epoch that new objects are sealed to, but for those with sensitive content. */
  public ObjectId epoch() {
    return epoch(ObjectKind.KeyClass.EPOCH);
  }

  /** Whether new objects can be sealed: the newest epoch was granted. */
  public boolean canSeal() {
    return epochs.canSeal();
  }

  /** Whether sensitive content can be read, as far as its epochs were granted. */
  public boolean opensSensitive() {
    return sensitive != null;
  }

  /**
   * The epoch that an object is sealed to; needs no key.
   *
   * @param header the object's first bytes, as many as its kind's header has, or more
   */
  public static ObjectId epochOf(ObjectKind kind, ObjectId id, byte[] header) {
    return ObjectHeader.check(kind, id, header);
  }

  /** Every epoch that can be opened, but for those of sensitive content. */
  public Set<ObjectId> epochs() {
    return epochs.ids();
  }

  /**
   * Whether all of these epochs can be opened; those that are not known are looked for.
   *
   * @param kind of sensitive content, or of the rest
   */
  public boolean opens(BlobKind kind, Set<ObjectId> ids) {
    boolean secret = kind == BlobKind.SENSITIVE;
    Epochs chain = secret ? sensitive().epochs : epochs;
    return ids.stream()
        .allMatch(
            id ->
                chain.ids().contains(id)
                    || learns(chain, secret, id, ObjectKind.EPOCH.name(id).value()));
  }

  /** The epochs of sensitive content that can be opened. */
  public Set<ObjectId> sensitiveEpochs() {
    return sensitive == null ? Set.of() : sensitive.epochs.ids();
  }

  /**
   * A key under which a write-only client keeps what is its own, on its own machine.
   *
   * @param salt random, so that each file has another
   */
  public byte[] clientKey(byte[] salt) {
    byte[] seed = signer.seed();
    byte[] prk = Hmac.extract(salt, seed);
    Arrays.fill(seed, (byte) 0);
    byte[] key = Hmac.expand(prk, ascii("salvor/1 client state"), SecretBox.KEY_SIZE);
    Arrays.fill(prk, (byte) 0);
    return key;
  }

  /** Whether another authority has signed for the repository before this one. */
  public boolean hasAncestry() {
    return !authority.earlier().isEmpty();
  }

  /** Whose signatures are taken, with those before it. */
  public Authority authorities() {
    return authority;
  }

  /** The public key that signs for the repository. */
  public byte[] authority() {
    return authority.publicKey();
  }

  @Override
  public void close() {
    signer.close();
    epochs.close();
    if (sensitive != null) {
      sensitive.close();
    }
    Arrays.fill(indexKey, (byte) 0);
    dataIds.close();
    treeIds.close();
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

  private SensitiveKeys sensitive() {
    if (sensitive == null) {
      throw new SalvorException(
          ErrorCode.SENSITIVE_NOT_GRANTED,
          "This credential does not open sensitive content",
          "It was granted everything but the keys for that",
          "Use a credential that `salvor key list` shows as one that opens it");
    }
    return sensitive;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
