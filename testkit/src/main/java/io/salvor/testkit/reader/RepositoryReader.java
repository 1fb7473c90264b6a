package io.salvor.testkit.reader;

import io.salvor.testkit.reader.LedgerEntry.Added;
import io.salvor.testkit.reader.Objects.Form;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** An opened repository: what is in it, and what is wrong with it. */
public final class RepositoryReader {
  private final Findings findings = new Findings();
  private final Objects objects;
  private final SmallObjects small;
  private final Index index;
  private final List<Backup> backups = new ArrayList<>();
  private final List<Fact> facts = new ArrayList<>();
  private final List<Condemnation> condemnations = new ArrayList<>();

  private RepositoryReader(Path directory, byte[] passphrase) throws IOException {
    objects = new Objects(directory);
    KeyRing keys = KeyRing.open(objects, passphrase, findings);
    small = new SmallObjects(objects, keys);
    Ledger ledger = Ledger.read(objects, small, findings);
    index = Index.read(objects, keys, findings);
    readBackups(ledger);
    readFacts(ledger);
    for (String name : objects.list(Form.CONDEMNATION)) {
      Condemnation condemnation =
          findings.attempt(name, () -> Condemnation.parse(small.open(name, 64)));
      if (condemnation != null) {
        condemnations.add(condemnation);
      }
    }
    for (Added added : ledger.existing().values()) {
      if (!objects.has(added.name())) {
        findings.add(added.name() + ": it is lost: " + added.label());
      }
    }
  }

  /**
   * Opens a repository and reads everything but its packs.
   *
   * @throws DamageException if it cannot be opened at all, by this passphrase
   */
  public static RepositoryReader open(Path directory, byte[] passphrase) throws IOException {
    return new RepositoryReader(directory, passphrase);
  }

  private void readBackups(Ledger ledger) throws IOException {
    Map<Id, Session> sessions = Session.read(objects, small, findings);
    for (String name : objects.list(Form.MANIFEST)) {
      Id id = Objects.id(name);
      Manifest manifest =
          ledger.isRemoved(name) ? null : findings.attempt(name, () -> sealed(name, ledger));
      if (manifest != null && !ledger.isVoid(id, manifest.session())) {
        backups.add(new Backup(manifest, id));
        Session session = sessions.get(manifest.session());
        boolean mayBeAtWork = session != null && session.isOpened() && !session.hasEnded();
        if (!mayBeAtWork && !ledger.existing().containsKey(name)) {
          findings.add("ledger: an entry is lost: the one that named " + name);
        }
      }
    }
    backups.addAll(interrupted(sessions, ledger));
    for (Backup backup : backups) {
      for (Id segment : backup.manifest().segments()) {
        if (!index.knows(segment)) {
          findings.add("index/" + segment + ": it is lost: " + backup.manifest().id());
        }
      }
    }
    backups.sort(Comparator.comparing(Backup::manifest, RepositoryReader::byAge));
  }

  private static int byAge(Manifest a, Manifest b) {
    return a.isLaterThan(b) ? 1 : b.isLaterThan(a) ? -1 : 0;
  }

  private Manifest sealed(String name, Ledger ledger) throws IOException {
    Manifest manifest = Manifest.parse(small.open(name, 32).message());
    DamageException.unless(manifest.status() != 2, "a sealed manifest says interrupted");
    Added added = ledger.existing().get(name);
    DamageException.unless(
        added == null || added.hash().equals(manifest.checksum()), "the ledger has another one");
    return manifest;
  }

  /** Sessions with a checkpoint that came to no end, and after which nothing better came. */
  private List<Backup> interrupted(Map<Id, Session> sessions, Ledger ledger) {
    List<Backup> interrupted = new ArrayList<>();
    for (Session session : sessions.values()) {
      Manifest manifest = session.checkpoint();
      if (manifest != null
          && !session.hasEnded()
          && !(ledger.isClosed(session.id()) && session.isFinal())
          && backups.stream().noneMatch(other -> isAnswered(manifest, other.manifest()))) {
        interrupted.add(new Backup(manifest, null));
      }
    }
    return interrupted;
  }

  private static boolean isAnswered(Manifest interrupted, Manifest sealed) {
    return sealed.session().equals(interrupted.session())
        || sealed.heldUntil() == null
            && sealed.isLaterThan(interrupted)
            && sealed.source().equals(interrupted.source())
            && sealed.host().equals(interrupted.host());
  }

  private void readFacts(Ledger ledger) throws IOException {
    for (String name : objects.list(Form.FACT)) {
      if (!ledger.isRemoved(name)) {
        Fact fact =
            findings.attempt(
                name, () -> Fact.parse(Objects.id(name), small.open(name, 96).message()));
        if (fact != null) {
          facts.add(fact);
        }
      }
    }
  }

  /** The backups that count, the oldest first. */
  public List<Backup> backups() {
    return List.copyOf(backups);
  }

  public List<Fact> facts() {
    return List.copyOf(facts);
  }

  public List<Condemnation> condemnations() {
    return List.copyOf(condemnations);
  }

  /** What was found damaged or lost so far, a line for each, beginning with the object's name. */
  public List<String> findings() {
    return findings.list();
  }

  /** Reads every byte of every pack that the index names; what is wrong is found. */
  public void checkPacks() throws IOException {
    for (Segment.IndexedPack pack : index.packs()) {
      findings.attempt(
          Objects.packName(pack.id()),
          () -> {
            index.pack(pack).check(pack);
            return pack;
          });
    }
  }

  /** Takes the entries of a tree of files. */
  public interface EntryVisitor {
    void entry(Key key, Entry entry) throws IOException;
  }

  /** The entries of a backup of files, in the order of their keys. */
  public void entries(Backup backup, EntryVisitor visitor) throws IOException {
    Tree.walk(
        index, backup.manifest().root(), (key, value) -> visitor.entry(key, Entry.parse(value)));
  }

  /** The extents of a file. */
  List<Extent> extents(Entry file) throws IOException {
    return Content.read(index, file.size(), file.content(), file.list());
  }

  byte[] data(Entry entry, Extent extent) throws IOException {
    Id blob = extent.blob();
    if (blob == null) {
      return new byte[(int) extent.length()];
    }
    return entry.sensitive()
        ? index.sensitive(blob, extent.length())
        : index.data(blob, extent.length());
  }
}
