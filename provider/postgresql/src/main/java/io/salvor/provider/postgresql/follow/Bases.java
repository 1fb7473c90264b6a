package io.salvor.provider.postgresql.follow;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Horizon;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.cluster.BasePosition;
import io.salvor.provider.postgresql.wal.WalArchives;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where base backups lie in WAL; remembers those that it has read. For one thread. */
final class Bases {
  private final Repository repository;
  private final Map<BackupId, Optional<BasePosition>> known = new HashMap<>();

  /** A base backup and where it lies. */
  record Base(Backup backup, BasePosition position) {}

  Bases(Repository repository) {
    this.repository = repository;
  }

  /** All of which it can be read, earliest first. */
  List<Base> all() throws IOException {
    List<Base> bases = new ArrayList<>();
    for (Backup backup : BackupList.read(repository).backups()) {
      if (isBase(backup)) {
        position(backup).ifPresent(position -> bases.add(new Base(backup, position)));
      }
    }
    return bases;
  }

  private static boolean isBase(Backup backup) {
    return backup.sealed()
        && !backup.isUndo()
        && backup.manifest().status() == BackupStatus.SUCCESS;
  }

  private Optional<BasePosition> position(Backup backup) throws IOException {
    Optional<BasePosition> position = known.get(backup.id());
    if (position == null) {
      try {
        position = BasePosition.of(repository, backup);
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        // What is damaged may be put back.
        return Optional.empty();
      }
      known.put(backup.id(), position);
    }
    return position;
  }

  /**
   * What base backups may still need. A timeline descends from none with a greater number, so that
   * it is needed from the first base backup on that has no greater one. Without any base backup
   * everything may be needed, and so while one of them cannot be read.
   */
  Horizon horizon() throws IOException {
    List<Base> bases = new ArrayList<>();
    for (Backup backup : BackupList.read(repository).backups()) {
      boolean ours =
          backup.manifest().origin().provider().equals(WalArchives.PROVIDER) && !backup.isJournal();
      if (!ours) {
        continue;
      }
      Optional<BasePosition> position = backup.sealed() ? position(backup) : Optional.empty();
      if (position.isEmpty()) {
        return Horizon.NONE;
      }
      bases.add(new Base(backup, position.get()));
    }
    return (system, timeline) -> {
      List<BasePosition> own =
          bases.stream().map(Base::position).filter(p -> p.system().equals(system)).toList();
      return own.isEmpty()
          ? 0
          : own.stream()
              .filter(p -> p.timeline() <= timeline)
              .mapToLong(p -> p.start().value())
              .min()
              .orElse(Long.MAX_VALUE);
    };
  }
}
