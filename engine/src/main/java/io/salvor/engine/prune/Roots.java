package io.salvor.engine.prune;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is needed at one moment.
 *
 * @param backups of sealed manifests that count; all of it must be found
 * @param others what saves work: of checkpoints, and of parents that were forgotten meanwhile
 */
record Roots(List<Root> backups, List<Root> others) {

  /**
   * Gathers them.
   *
   * @throws SalvorException REFERENCE_UNRESOLVED if a manifest that counts is lost or damaged
   */
  static Roots of(Repository repository, BackupList list, SessionList sessions)
      throws IOException, InterruptedException {
    return of(repository, list, sessions, false);
  }

  /**
   * Gathers them.
   *
   * @param waits whether what write-only clients have sealed may name what is in no index yet
   */
  static Roots of(Repository repository, BackupList list, SessionList sessions, boolean waits)
      throws IOException, InterruptedException {
    requireWhole(repository, list);
    List<Root> backups = new ArrayList<>();
    List<Root> others = new ArrayList<>();
    Set<ObjectId> sealed = new HashSet<>();
    for (Backup backup : list.backups()) {
      if (backup.sealed()) {
        ObjectId object = ObjectKind.MANIFEST.idIn(backup.object()).orElseThrow();
        boolean mayWait = waits && repository.keys().isForeign(object);
        (mayWait ? others : backups).addAll(Root.of(backup));
        sealed.add(object);
      }
    }
    for (FoundSession session : sessions.sessions()) {
      boolean atWork = !session.isGivenUp() && !session.isDead();
      // A writer that was given up may have stored its checkpoint since the backups were listed.
      SessionRecord.Checkpoint latest = session.checkpoint();
      if (atWork || (latest != null && list.isInterrupted(latest, session.closed()))) {
        session.manifest().ifPresent(manifest -> others.addAll(Root.of(manifest)));
      }
      ObjectId parent = session.open() == null ? null : session.open().parent();
      if (atWork && parent != null && !sealed.contains(parent)) {
        manifest(repository, parent).ifPresent(manifest -> others.addAll(Root.of(manifest)));
      }
    }
    return new Roots(backups, others);
  }

  /** All trees. */
  Set<TreeRoot> trees() {
    Set<TreeRoot> trees = new HashSet<>();
    backups.forEach(root -> trees.add(root.tree()));
    others.forEach(root -> trees.add(root.tree()));
    return trees;
  }

  void mark(Mark mark) throws IOException {
    for (Root root : backups) {
      mark.root(root);
    }
    for (Root root : others) {
      mark.attempt(root);
    }
  }

  static void requireWhole(Repository repository, BackupList list)
      throws IOException, InterruptedException {
    for (ObjectName name : list.damaged()) {
      if (name.value().startsWith(ObjectKind.MANIFEST.prefix())) {
        throw Mark.unresolved("a backup", "the manifest " + name + " cannot be read", null);
      }
    }
    if (list.lost(repository.ledger(), repository.storage()).isEmpty()) {
      return;
    }
    // The entry that has removed it may not be listed yet.
    repository.awaitListings();
    for (LedgerEntry.Added line : list.lost(repository.ledger(), repository.storage())) {
      throw Mark.unresolved("backup " + line.label(), "its manifest is gone", null);
    }
  }

  /** A manifest that was removed and not deleted yet, or nothing. */
  private static Optional<Manifest> manifest(Repository repository, ObjectId id)
      throws IOException {
    try {
      byte[] object = repository.storage().get(ObjectKind.MANIFEST.name(id));
      return Optional.of(
          ManifestCodec.decode(repository.keys().openSmall(ObjectKind.MANIFEST, id, object)));
    } catch (NoSuchFileException | MalformedException e) {
      return Optional.empty();
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
