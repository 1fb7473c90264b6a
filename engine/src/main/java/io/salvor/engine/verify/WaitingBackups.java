package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackVisitor;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.writer.Intake;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Backups of write-only clients that need what nobody has read back yet. */
public final class WaitingBackups {
  private WaitingBackups() {}

  /**
   * Those whose own segments are in nobody's index yet, and what the same client has made since:
   * where nothing had changed that has no segments, and needs those before it.
   */
  public static Set<BackupId> of(Repository repository, BackupList list) {
    KeyRing keys = repository.keys();
    Set<ObjectId> taken = repository.index().superseded();
    Set<ObjectId> clients = new HashSet<>();
    Set<BackupId> waiting = new HashSet<>();
    for (Backup backup : list.backups()) {
      Optional<ObjectId> client = writer(keys, backup).map(KeyRing.Writer::id);
      boolean itself =
          backup.manifest().segments().stream()
              .map(Manifest.SegmentRef::id)
              .anyMatch(id -> keys.isForeign(id) && !taken.contains(id));
      if (itself) {
        client.ifPresent(clients::add);
      }
      if (itself || client.filter(clients::contains).isPresent()) {
        waiting.add(backup.id());
      }
    }
    return waiting;
  }

  /**
   * Whether what a client's backup lacks is named by segments of the same client that nobody has
   * taken in yet: of a run that was cut off, say, whose packs this one has found.
   *
   * @param damaged whether it lacks anything, by the index as it is now
   */
  static boolean lacksOnlyWhatWaits(Repository repository, Backup backup, BooleanSupplier damaged)
      throws IOException {
    Optional<KeyRing.Writer> writer = writer(repository.keys(), backup);
    Set<ObjectId> waiting =
        writer.isEmpty() ? Set.of() : Intake.waiting(repository, writer.get().id());
    if (waiting.isEmpty() || !damaged.getAsBoolean()) {
      return false;
    }
    // What a client says of packs counts for its own backups only, and not for longer than this.
    repository.index().suppose(each -> named(repository, waiting, writer.get(), each));
    try {
      return !damaged.getAsBoolean();
    } finally {
      repository.index().suppose(each -> {});
    }
  }

  /** The client that made it; what it has left of a run that was cut off has its session's mark. */
  private static Optional<KeyRing.Writer> writer(KeyRing keys, Backup backup) {
    return keys.writerOf(
        ObjectKind.MANIFEST.idIn(backup.object()).orElseGet(backup.manifest()::session));
  }

  private static void named(
      Repository repository, Set<ObjectId> segments, KeyRing.Writer client, PackVisitor each)
      throws IOException {
    for (ObjectId segment : segments) {
      try {
        for (PackDescription pack :
            IndexSegment.read(repository.storage(), repository.keys(), segment).packs()) {
          if (pack.id().high() == client.id().high()) {
            each.see(pack);
          }
        }
      } catch (NoSuchFileException e) {
        // Taken in since.
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        // It names nothing.
      }
    }
  }
}
