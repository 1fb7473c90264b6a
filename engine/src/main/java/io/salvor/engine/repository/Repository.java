package io.salvor.engine.repository;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.keys.KeyAudit;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.keys.OpenedKeys;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.keys.RepositoryDescription;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An opened repository. Reading is safe for several threads; each run of a backup has a writer of
 * its own. Closing it destroys its keys and closes its storage.
 */
public final class Repository implements AutoCloseable {
  private static final int MOST_ATTEMPTS = 3;

  private final Storage storage;
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
  // Packs that are lost, damaged or in doubt, and those that somebody has condemned.
  private final Set<ObjectId> leftOut = new HashSet<>();
  private final Set<ObjectId> condemned = new HashSet<>();

  private Repository(
      Storage storage,
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
    keepLocally("where it is", Progress.NONE, () -> places.settle(Progress.NONE));
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
      Unlocked unlocked = unlock(storage, opener, surroundings.random(), places, progress);
      OpenedKeys keys = unlocked.keys();
      try {
        keepLocally("what was seen of the ledger", progress, unlocked.ledger()::remember);
        BlobIndex index = BlobIndex.open(storage, keys.ring(), places.indexView(), progress);
        return new Repository(
            storage, description, keys, surroundings, index, unlocked.ledger(), places);
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

  /** A credential that was opened, and found to be right by the ledger that it opens. */
  private record Unlocked(OpenedKeys keys, Ledger ledger) {}

  private static Unlocked unlock(
      Storage storage, Opener opener, SecureRandom random, LocalPlaces places, Progress progress)
      throws IOException {
    Set<ObjectId> withdrawn = new HashSet<>();
    @Nullable SalvorException why = null;
    for (int attempt = 1; ; attempt++) {
      OpenedKeys keys;
      try {
        keys = Keys.unlock(storage, opener, withdrawn, random);
      } catch (SalvorException e) {
        throw why != null && e.code() == ErrorCode.WRONG_CREDENTIAL ? why : e;
      }
      try {
        keepLocally("where it is", progress, () -> places.settle(progress));
        Ledger ledger = Ledger.read(storage, keys.ring(), places);
        KeyAudit audit = keys.audit(storage, ledger);
        if (!audit.behind() || attempt >= MOST_ATTEMPTS) {
          audit
              .issues()
              .forEach(
                  e -> progress.warn(e.code().code(), "keys", e.getMessage() + ": " + e.why()));
          return new Unlocked(keys, ledger);
        }
        keys.close();
      } catch (SalvorException e) {
        keys.close();
        if (e.code() != ErrorCode.CREDENTIAL_WITHDRAWN) {
          throw e;
        }
        // The same passphrase may open another credential.
        withdrawn.add(keys.credential());
        why = e;
      } catch (IOException | RuntimeException e) {
        keys.close();
        throw e;
      }
    }
  }

  /** Something that is kept on this machine. */
  private interface LocalNote {
    void keep() throws IOException;
  }

  /** Opening does not fail because this machine can remember nothing. */
  private static void keepLocally(String what, Progress progress, LocalNote note)
      throws IOException {
    try {
      note.keep();
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.LOCAL_STATE) {
        throw e;
      }
      progress.warn(e.code().code(), "", what + " cannot be remembered: " + e.why());
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
          leaveOut(kind, id);
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
    condemnations.refresh();
    Set<ObjectId> packs = condemnations.packs();
    if (!condemnations.damaged().isEmpty()) {
      index.packs(pack -> packs.add(pack.id()));
    }
    synchronized (leftOut) {
      condemned.clear();
      condemned.addAll(packs);
      leaveOut();
    }
    return condemnations.damaged();
  }

  private void leaveOut() {
    Set<ObjectId> all = new HashSet<>(leftOut);
    all.addAll(condemned);
    index.leaveOut(all);
  }

  /**
   * Remembers on this machine which packs are damaged, for the next backup to store again what it
   * has of them.
   *
   * @param all whether every pack was looked at, so that no other is
   * @throws SalvorException LOCAL_STATE
   */
  public void rememberDamage(Set<ObjectId> packs, boolean all) {
    Set<ObjectId> damaged = new LinkedHashSet<>(packs);
    if (!all) {
      damaged.addAll(places.damagedPacks());
    }
    places.damagedPacks(damaged);
  }

  /** Packs of which this machine has read every byte in this place since then, and found sound. */
  public Set<ObjectId> verifiedSince(Instant time) {
    Instant now = now();
    Set<ObjectId> packs = new HashSet<>();
    places
        .verifiedPacks()
        .forEach(
            (pack, when) -> {
              // What a wrong clock has dated ahead does not count.
              if (!when.isBefore(time) && !when.isAfter(now)) {
                packs.add(pack);
              }
            });
    packs.removeAll(places.damagedPacks());
    return packs;
  }

  /**
   * Remembers that these packs were read back just now and found sound.
   *
   * @throws SalvorException LOCAL_STATE
   */
  public void rememberVerified(Set<ObjectId> packs) {
    if (packs.isEmpty()) {
      return;
    }
    Map<ObjectId, Instant> verified = places.verifiedPacks();
    Set<ObjectId> named = new HashSet<>();
    index.packs(pack -> named.add(pack.id()));
    verified.keySet().retainAll(named);
    Instant now = now();
    packs.forEach(pack -> verified.put(pack, now));
    places.verifiedPacks(verified);
  }

  /** Packs that a verification on this machine has found damaged. */
  public Set<ObjectId> knownDamage() {
    return places.damagedPacks();
  }

  /**
   * Forgets that these packs are damaged, for they were put back.
   *
   * @throws SalvorException LOCAL_STATE
   */
  public void forgetDamage(Set<ObjectId> packs) {
    Set<ObjectId> damaged = new LinkedHashSet<>(places.damagedPacks());
    damaged.removeAll(packs);
    places.damagedPacks(damaged);
    synchronized (leftOut) {
      leftOut.removeAll(packs);
      leaveOut();
    }
  }

  /**
   * Looks which of the index's packs are not there, not of their length, or known to be damaged,
   * and has the index leave them out: who writes must not rely on them. One list of packs.
   *
   * @return how many there are
   */
  public int leaveOutLostPacks() throws IOException {
    Map<ObjectId, Long> expected = new HashMap<>();
    index.packs(pack -> expected.put(pack.id(), pack.size()));
    Set<ObjectId> lost = new HashSet<>(places.damagedPacks());
    lost.retainAll(expected.keySet());
    storage.list(
        ObjectKind.DATA_PACK.prefix(),
        info ->
            ObjectKind.DATA_PACK
                .idIn(info.name())
                .ifPresent(id -> expected.remove(id, info.size())));
    lost.addAll(expected.keySet());
    synchronized (leftOut) {
      // What was condemned may go at any time.
      lost.removeAll(condemned);
      leftOut.clear();
      leftOut.addAll(lost);
      leaveOut();
    }
    return lost.size();
  }

  /** A blob cannot be read: whatever packs have it, nobody should rely on them. */
  private void leaveOut(BlobKind kind, BlobId id) {
    synchronized (leftOut) {
      index.locations(kind, id).forEach(place -> leftOut.add(place.pack()));
      leaveOut();
    }
  }

  /** Blobs as they are read, so that a writer learns of damage which a reader meets. */
  private final class WatchedBlobs implements BlobSource {
    @Override
    public byte[] get(BlobKind kind, BlobId id) throws IOException {
      try {
        return blobs.get(kind, id);
      } catch (SalvorException e) {
        if (e.code().isDamage()) {
          leaveOut(kind, id);
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
