package io.salvor.engine.reencrypt;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.EpochInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.pack.PackRewriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is sealed to one epoch, and so what everybody opens who holds it, and who ever held it. What
 * was copied elsewhere before is not known.
 *
 * @param credentials those that hold it now; one that was withdrawn held what was made before
 * @param packs of the index, with content of any backup
 * @param bytes of those
 * @param backups whose manifest is sealed to it
 * @param others other objects: checkpoints of backups that were interrupted, facts
 * @param unnamed packs that no index names any more, and that the next prune takes away
 */
public record Exposure(
    EpochInfo epoch,
    List<ObjectId> credentials,
    long packs,
    long bytes,
    List<BackupId> backups,
    long others,
    long unnamed) {
  public Exposure {
    credentials = List.copyOf(credentials);
    backups = List.copyOf(backups);
  }

  /** Looks at the header of every pack and every manifest; gives the epochs, oldest first. */
  public static List<Exposure> of(Repository repository, KeyRegister register, Progress progress)
      throws IOException {
    return new Scan(repository, register, progress).run();
  }

  /** What is found of one epoch. */
  private static final class Found {
    private long packs;
    private long bytes;
    private long others;
    private long unnamed;
    private final Set<BackupId> backups = new TreeSet<>();
  }

  private static final class Scan {
    private final Repository repository;
    private final KeyRegister register;
    private final Progress progress;
    private final Map<ObjectId, Found> found = new TreeMap<>();

    Scan(Repository repository, KeyRegister register, Progress progress) {
      this.repository = repository;
      this.register = register;
      this.progress = progress;
    }

    List<Exposure> run() throws IOException {
      progress.phase("exposure");
      packs();
      BackupList list = BackupList.read(repository);
      for (Backup backup : list.backups()) {
        ObjectKind kind = backup.sealed() ? ObjectKind.MANIFEST : ObjectKind.CHECKPOINT;
        tolerant(kind, backup.object()).backups.add(backup.id());
      }
      for (ObjectKind kind :
          List.of(
              ObjectKind.CHECKPOINT, ObjectKind.FACT, ObjectKind.STATE, ObjectKind.JOURNAL_TAIL)) {
        Set<ObjectName> names = new TreeSet<>();
        repository
            .storage()
            .list(
                kind.prefix(),
                info -> kind.idIn(info.name()).ifPresent(id -> names.add(info.name())));
        for (ObjectName name : names) {
          tolerant(kind, name).others++;
        }
      }
      return register.epochs().stream().map(this::exposure).toList();
    }

    private Exposure exposure(EpochInfo epoch) {
      Found of = found.getOrDefault(epoch.id(), new Found());
      List<ObjectId> holders =
          register.credentials().stream()
              .filter(c -> (epoch.sensitive() ? c.sensitive() : c.epochs()).contains(epoch.id()))
              .map(CredentialInfo::id)
              .toList();
      return new Exposure(
          epoch, holders, of.packs, of.bytes, List.copyOf(of.backups), of.others, of.unnamed);
    }

    private void packs() throws IOException {
      PackRewriter headers = new PackRewriter(repository.storage(), repository.keys());
      Map<ObjectId, PackSummary> named = new TreeMap<>();
      repository.index().refresh();
      repository.index().packs(pack -> named.put(pack.id(), pack));
      for (PackSummary pack : named.values()) {
        progress.checkCancelled();
        try {
          Found of = of(headers.epochOf(pack));
          of.packs++;
          of.bytes += pack.size();
        } catch (SalvorException e) {
          // What is damaged opens to nobody; verify tells of it.
          if (!e.code().isDamage()) {
            throw e;
          }
        }
      }
      List<ObjectName> unnamed = new ArrayList<>();
      Set<ObjectId> known = new HashSet<>(named.keySet());
      repository
          .storage()
          .list(
              ObjectKind.DATA_PACK.prefix(),
              info ->
                  ObjectKind.DATA_PACK
                      .idIn(info.name())
                      .filter(id -> !known.contains(id))
                      .ifPresent(id -> unnamed.add(info.name())));
      for (ObjectName name : unnamed) {
        unnamed(name);
      }
    }

    private void unnamed(ObjectName name) throws IOException {
      for (ObjectKind kind :
          List.of(ObjectKind.DATA_PACK, ObjectKind.TREE_PACK, ObjectKind.SENSITIVE_PACK)) {
        try {
          at(kind, name).unnamed++;
          return;
        } catch (SalvorException e) {
          if (!e.code().isDamage()) {
            throw e;
          }
        }
      }
    }

    private Found tolerant(ObjectKind kind, ObjectName name) throws IOException {
      try {
        return at(kind, name);
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        return new Found();
      }
    }

    private Found at(ObjectKind kind, ObjectName name) throws IOException {
      ObjectId id = kind.idIn(name).orElseThrow();
      try {
        byte[] header = repository.storage().get(name, 0, KeyRing.headerSize(kind));
        return of(KeyRing.epochOf(kind, id, header));
      } catch (NoSuchFileException | EOFException e) {
        return new Found();
      }
    }

    private Found of(ObjectId epoch) {
      return found.computeIfAbsent(epoch, e -> new Found());
    }
  }
}
