package io.salvor.engine.repository;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.pack.BlobReader;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.tree.NodeCache;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An opened repository. Reading is safe for several threads; each run of a backup has a writer of
 * its own. Closing it destroys its keys and closes its storage.
 */
public final class Repository implements AutoCloseable {
  private final Storage storage;
  private final RepositoryDescription description;
  private final KeyRing keys;
  private final Surroundings surroundings;
  private final BlobIndex index;
  private final BlobReader blobs;
  private final NodeCache nodes;
  private final Ledger ledger;

  private Repository(
      Storage storage,
      RepositoryDescription description,
      KeyRing keys,
      Surroundings surroundings,
      BlobIndex index,
      Ledger ledger) {
    this.storage = storage;
    this.description = description;
    this.keys = keys;
    this.surroundings = surroundings;
    this.index = index;
    this.blobs = new BlobReader(storage, keys, index);
    this.nodes = new NodeCache(blobs);
    this.ledger = ledger;
  }

  /**
   * Makes a repository in an empty storage.
   *
   * @param label a name for the credential
   * @throws SalvorException REPOSITORY_EXISTS
   */
  public static RepositoryDescription create(
      Storage storage,
      Passphrase passphrase,
      String label,
      Argon2id cost,
      Surroundings surroundings)
      throws IOException {
    SecureRandom random = surroundings.random();
    Keys.create(storage, passphrase, label, cost, random, surroundings.clock()).close();
    return Keys.describe(storage);
  }

  /**
   * Opens the repository in {@code storage}, which it closes in the end.
   *
   * @throws SalvorException REPOSITORY_MISSING, REPOSITORY_DAMAGED, FORMAT_NEWER, KEY_DAMAGED or
   *     WRONG_CREDENTIAL
   */
  public static Repository open(
      Storage storage, Passphrase passphrase, Surroundings surroundings, Progress progress)
      throws IOException {
    RepositoryDescription description = Keys.describe(storage);
    KeyRing keys = Keys.open(storage, passphrase, surroundings.random());
    try {
      LocalPlaces local = new LocalPlaces(surroundings.local(), description.id());
      Ledger ledger = Ledger.read(storage, keys, local);
      BlobIndex index = BlobIndex.open(storage, keys, local.indexView(), progress);
      return new Repository(storage, description, keys, surroundings, index, ledger);
    } catch (IOException | RuntimeException e) {
      keys.close();
      throw e;
    }
  }

  /** The repository's id. */
  public ObjectId id() {
    return description.id();
  }

  /** What the object {@code salvor} says. */
  public RepositoryDescription description() {
    return description;
  }

  /** Where the objects lie. */
  public Storage storage() {
    return storage;
  }

  /** The keys. */
  public KeyRing keys() {
    return keys;
  }

  /** Which pack has which blob. */
  public BlobIndex index() {
    return index;
  }

  /** The blobs. */
  public BlobReader blobs() {
    return blobs;
  }

  /** Tree nodes that were read lately. */
  public NodeCache nodes() {
    return nodes;
  }

  /** What exists by the ledger. */
  public Ledger ledger() {
    return ledger;
  }

  /** The tree below a root. */
  public Tree tree(TreeRoot root) {
    return new Tree(nodes, root);
  }

  /** The time. */
  public Instant now() {
    return surroundings.clock().instant();
  }

  /** The source of ids. */
  public SecureRandom random() {
    return surroundings.random();
  }

  /** The product's local state. */
  public LocalState local() {
    return surroundings.local();
  }

  /** Name and version of the software. */
  public String software() {
    return surroundings.software();
  }

  /** Begins to write blobs; for one run of a backup. */
  public BlobWriter newWriter() {
    return new BlobWriter(storage, keys, index);
  }

  /**
   * Looks which of the index's packs are not there, or not of their length, and has the index leave
   * them out: who writes must not rely on them. One list of packs.
   *
   * @return how many there are
   */
  public int leaveOutLostPacks() throws IOException {
    Map<ObjectId, Long> expected = new HashMap<>();
    index.packs(pack -> expected.put(pack.id(), pack.size()));
    storage.list(
        ObjectKind.DATA_PACK.prefix(),
        info ->
            ObjectKind.DATA_PACK
                .idIn(info.name())
                .ifPresent(id -> expected.remove(id, info.size())));
    index.leaveOut(expected.keySet());
    return expected.size();
  }

  /**
   * Stops where somebody prunes: this version would not know what must not be used any more.
   *
   * @throws SalvorException FORMAT_NEWER
   */
  public void requireNoCondemnations() throws IOException {
    AtomicBoolean any = new AtomicBoolean();
    storage.list(ObjectKind.CONDEMNATION.prefix(), info -> any.set(true));
    if (any.get()) {
      throw new SalvorException(
          ErrorCode.FORMAT_NEWER,
          "The repository in " + storage.address() + " is being pruned by a newer version",
          "there are objects below prune/, which this version cannot read",
          "use the newer version of Salvor");
    }
  }

  @Override
  public void close() throws IOException {
    try (storage;
        keys) {
      index.close();
    }
  }
}
