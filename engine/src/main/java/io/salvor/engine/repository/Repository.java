package io.salvor.engine.repository;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.durable.ProcessMark;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.keys.AuthorityWatch;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.keys.OpenedKeys;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.keys.Succession;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.pack.BlobReader;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Condemnations;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import io.salvor.engine.tree.NodeCache;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * An opened repository. Reading is safe for several threads; each run of a backup has a writer of
 * its own. Closing it destroys its keys and closes its storage.
 */
public final class Repository implements AutoCloseable {
  private final AuthorityWatch storage;
  private final RepositoryDescription description;
  private final OpenedKeys opened;
  private final KeyRing keys;
  private final Surroundings surroundings;
  private final BlobIndex index;
  private final BlobReader blobs;
  private final NodeCache nodes;
  private final Ledger ledger;
  private final LocalPlaces places;
  private final Condemnations condemnations;
  private final PackDoubts doubts;

  private Repository(
      AuthorityWatch storage,
      RepositoryDescription description,
      OpenedKeys opened,
      Surroundings surroundings,
      BlobIndex index,
      Ledger ledger,
      LocalPlaces places) {
    this.storage = storage;
    this.description = description;
    this.opened = opened;
    this.keys = opened.ring();
    opened.learnFrom(storage);
    this.surroundings = surroundings;
    this.index = index;
    this.blobs = new BlobReader(storage, keys, index);
    this.nodes = new NodeCache(new WatchedBlobs());
    this.ledger = ledger;
    this.places = places;
    this.doubts = new PackDoubts(index, places, surroundings.clock());
    this.condemnations = new Condemnations(storage, keys);
  }

  /**
   * Makes a repository in an empty storage.
   *
   * @param label a name for the credential
   * @throws SalvorException REPOSITORY_EXISTS
   */
  public static RepositoryDescription create(
      Storage storage, Opener opener, String label, Argon2id cost, Surroundings surroundings)
      throws IOException {
    return create(storage, opener, label, cost, false, surroundings);
  }

  /**
   * The same.
   *
   * @param erasable whether no credential may be behind a passphrase, so that backups can be erased
   * @throws SalvorException NOT_ERASABLE if this one is
   */
  public static RepositoryDescription create(
      Storage storage,
      Opener opener,
      String label,
      Argon2id cost,
      boolean erasable,
      Surroundings surroundings)
      throws IOException {
    SecureRandom random = surroundings.random();
    Keys.create(storage, opener, label, cost, erasable, random, surroundings.clock()).close();
    RepositoryDescription made = Keys.describe(storage);
    LocalPlaces places = new LocalPlaces(surroundings.local(), made.id(), storage.place());
    Unlocking.keepLocally("where it is", Progress.NONE, () -> places.settle(Progress.NONE));
    return made;
  }

  /**
   * Whether this machine has worked on a repository in a storage of this {@link Storage#place}: if
   * nothing is there now, it is more likely out of reach than missing.
   */
  public static boolean wasSeenIn(LocalState local, String place) {
    return LocalPlaces.isKnown(local, place);
  }

  /**
   * Opens the repository in {@code storage}, which it closes in the end, or at once if it cannot be
   * opened. The heads of the ledger are remembered where the local state can be written.
   *
   * @throws SalvorException REPOSITORY_MISSING, REPOSITORY_DAMAGED, FORMAT_NEWER, KEY_DAMAGED or
   *     WRONG_CREDENTIAL
   */
  public static Repository open(
      Storage storage, Opener opener, Surroundings surroundings, Progress progress)
      throws IOException {
    try {
      RepositoryDescription description = Keys.describe(storage);
      LocalPlaces places = new LocalPlaces(surroundings.local(), description.id(), storage.place());
      Unlocking.Unlocked unlocked =
          Unlocking.unlock(storage, opener, surroundings, places, progress);
      OpenedKeys keys = unlocked.keys();
      try {
        Unlocking.keepLocally("what was seen of the ledger", progress, unlocked.ledger()::remember);
        AuthorityWatch watch = unlocked.watch();
        BlobIndex index = BlobIndex.open(watch, keys.ring(), places.indexView(), progress);
        return new Repository(
            watch, description, keys, surroundings, index, unlocked.ledger(), places);
      } catch (IOException | RuntimeException e) {
        keys.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      try (storage) {
        throw e;
      }
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

  /** The other places in which this machine has seen this repository, or copies of it. */
  public List<String> otherPlaces() {
    return places.others();
  }

  /** The storage as it was given. */
  public Storage place() {
    return storage.unwatched();
  }

  /** The keys. */
  public KeyRing keys() {
    return keys;
  }

  /**
   * Who may open the repository.
   *
   * @param author who makes changes to it, for the ledger
   */
  public KeyRegister keyRegister(String author) {
    return new KeyRegister(
        storage,
        opened,
        ledger,
        description.erasable(),
        author,
        surroundings.clock(),
        surroundings.random());
  }

  /**
   * Gives the repository another authority, and a credential that is the only one afterwards. What
   * is open goes on reading, and changes nothing any more.
   *
   * @param opener opens the new credential, and none that is there
   * @param author who asks for it, for the ledger
   * @throws SalvorException CREDENTIAL_NEEDED, EPOCH_NOT_GRANTED, NOT_ERASABLE
   */
  public ObjectId succeedAuthority(
      Opener opener, String label, Argon2id cost, String author, Progress progress)
      throws IOException, InterruptedException {
    return Succession.run(
        storage.unwatched(),
        opened,
        places,
        new Succession.Request(opener, label, cost, description.erasable(), author),
        surroundings.clock(),
        surroundings.random(),
        surroundings.sleeper()::sleep,
        progress);
  }

  /**
   * Has what is stored from now on sealed to the newest epoch, in a repository whose backups can be
   * erased: there the one before may soon be closed to everybody. Who opens a session calls this
   * afterwards, so that an erasure sees the session, or this the erasure's epoch.
   *
   * @throws SalvorException CREDENTIAL_WITHDRAWN; KEY_DAMAGED
   */
  public void followEpochs() throws IOException {
    if (description.erasable()) {
      followNewestEpoch();
    }
  }

  /**
   * Has what is stored from now on sealed to the newest epoch: who writes for very long calls it
   * now and then, so that a rotation protects what comes after it.
   *
   * @throws SalvorException CREDENTIAL_WITHDRAWN; KEY_DAMAGED
   */
  public void followNewestEpoch() throws IOException {
    ledger.refresh();
    opened.follow(storage, ledger);
  }

  /** What is wrong with the key objects as they lie there now. */
  public List<SalvorException> keyFaults() throws IOException {
    return opened.faults(storage, ledger);
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

  /** The process that has opened it. */
  public ProcessMark process() {
    return surroundings.process();
  }

  /** Begins to write blobs; for one run of a backup. */
  public BlobWriter newWriter() {
    return new BlobWriter(storage, keys, index);
  }

  /**
   * Reads what is damaged or lost here from somewhere else from now on, and counts the packs that
   * it should have been in as lost.
   */
  public void fallBackTo(BlobReader.Fallback other) {
    blobs.fallBackTo(
        (kind, id, damage) -> {
          byte[] blob = other.get(kind, id, damage);
          doubts.leaveOut(kind, id);
          return blob;
        });
  }

  /**
   * Waits until lists show everything that was stored before: on a storage whose lists lag, who has
   * written and then lists must wait in between. Not at all where the lag is unknown: there, nobody
   * deletes.
   */
  public void awaitListings() throws InterruptedException {
    StorageTraits traits = storage.traits();
    if (traits.knowsLag() && !traits.listingLag().isZero()) {
      surroundings.sleeper().sleep(traits.listingLag());
    }
  }

  /** Waits so long. */
  public void sleep(Duration time) throws InterruptedException {
    surroundings.sleeper().sleep(time);
  }

  /** What was condemned in this repository, as it was read last. */
  public Condemnations condemnations() {
    return condemnations;
  }

  /**
   * Reads the condemnations, and has the index leave out what they name: who writes must not rely
   * on it. Where one cannot be read, nothing is relied on.
   *
   * @return condemnations that cannot be read
   * @throws SalvorException FORMAT_NEWER if a newer version has written one
   */
  public Set<ObjectName> leaveOutCondemnedPacks() throws IOException {
    return doubts.leaveOutCondemned(condemnations);
  }

  /**
   * Remembers on this machine which packs are damaged, for the next backup to store again what it
   * has of them.
   *
   * @param all whether every pack was looked at, so that no other is
   * @throws SalvorException LOCAL_STATE
   */
  public void rememberDamage(Set<ObjectId> packs, boolean all) {
    doubts.remember(packs, all);
  }

  /** Packs of which this machine has read every byte in this place since then, and found sound. */
  public Set<ObjectId> verifiedSince(Instant time) {
    return doubts.verifiedSince(time);
  }

  /**
   * Remembers that these packs were read back just now and found sound.
   *
   * @throws SalvorException LOCAL_STATE
   */
  public void rememberVerified(Set<ObjectId> packs) {
    doubts.rememberVerified(packs);
  }

  /** Packs that a verification on this machine has found damaged. */
  public Set<ObjectId> knownDamage() {
    return doubts.known();
  }

  /**
   * Forgets that these packs are damaged, for they were put back.
   *
   * @throws SalvorException LOCAL_STATE
   */
  public void forgetDamage(Set<ObjectId> packs) {
    doubts.forget(packs);
  }

  /**
   * Looks which of the index's packs are not there, not of their length, or known to be damaged,
   * and has the index leave them out: who writes must not rely on them. One list of packs.
   *
   * @return how many there are
   */
  public int leaveOutLostPacks() throws IOException {
    return doubts.leaveOutLost(storage);
  }

  /** Blobs as they are read, so that a writer learns of damage which a reader meets. */
  private final class WatchedBlobs implements BlobSource {
    @Override
    public byte[] get(BlobKind kind, BlobId id) throws IOException {
      try {
        return blobs.get(kind, id);
      } catch (SalvorException e) {
        if (e.code().isDamage()) {
          doubts.leaveOut(kind, id);
        }
        throw e;
      }
    }

    @Override
    public boolean contains(BlobKind kind, BlobId id) {
      return index.contains(kind, id);
    }
  }

  @Override
  public void close() throws IOException {
    try (storage;
        opened) {
      index.close();
    }
  }
}
