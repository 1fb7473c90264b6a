package io.salvor.provider.mysql.binlog;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Horizon;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeItem;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.logical.DatabaseProvider;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a backup of databases lies in the binary log of their server.
 *
 * @param backup the backup
 * @param server host and port
 * @param gtid the last transactions before it, as the server writes them
 */
public record BasePoint(
    Backup backup, String server, BinlogName name, BinlogPlace place, String gtid) {
  private static final Key POSITION = Key.of("position");

  /** When the backup was complete. */
  public Instant finished() {
    return backup.manifest().finished();
  }

  /** Reads where backups lie; remembers those that it has read. For one thread. */
  public static final class Reader {
    private final Repository repository;
    private final Map<BackupId, Optional<BasePoint>> known = new HashMap<>();

    /** Of a repository. */
    public Reader(Repository repository) {
      this.repository = repository;
    }

    /** All backups that a log can be applied to, earliest first. */
    public List<BasePoint> all() throws IOException {
      List<BasePoint> points = new ArrayList<>();
      for (Backup backup : BackupList.read(repository).backups()) {
        if (isBase(backup)) {
          of(backup).ifPresent(points::add);
        }
      }
      points.sort(Comparator.comparing(BasePoint::finished));
      return points;
    }

    /** Whether a log can be applied to it, if it tells where it lies. */
    public static boolean isBase(Backup backup) {
      return backup.sealed()
          && !backup.isUndo()
          && !backup.isJournal()
          && backup.manifest().status() == BackupStatus.SUCCESS
          && backup.manifest().origin().provider().equals(DatabaseProvider.NAME);
    }

    /** Where one lies; empty if it does not tell, or is damaged. */
    public Optional<BasePoint> of(Backup backup) throws IOException {
      Optional<BasePoint> point = known.get(backup.id());
      if (point == null) {
        try {
          point = read(backup);
        } catch (SalvorException e) {
          if (!e.code().isDamage()) {
            throw e;
          }
          // What is damaged may be put back.
          return Optional.empty();
        }
        known.put(backup.id(), point);
      }
      return point;
    }

    private Optional<BasePoint> read(Backup backup) throws IOException {
      TreeItem item = repository.tree(backup.manifest().root()).find(POSITION);
      if (item == null) {
        return Optional.empty();
      }
      Entry entry = EntryCodec.decode(POSITION, item.value());
      String file = entry.attributes().text("file");
      Long offset = entry.attributes().number("offset");
      if (file.isEmpty() || offset == null) {
        return Optional.empty();
      }
      BinlogName.Numbered numbered = BinlogName.parse(file);
      return Optional.of(
          new BasePoint(
              backup,
              Endpoint.parse(backup.manifest().origin().source(), "nobody").place(),
              numbered.name(),
              new BinlogPlace(numbered.number(), offset),
              entry.attributes().text("gtid")));
    }

    /**
     * What backups may still need of a server's logs. Without any backup everything may be needed,
     * and so while one of them cannot be read.
     *
     * @param server host and port
     */
    public Horizon horizon(String server) throws IOException {
      List<BasePoint> points = new ArrayList<>();
      for (Backup backup : BackupList.read(repository).backups()) {
        boolean ours =
            backup.manifest().origin().provider().equals(DatabaseProvider.NAME)
                && !backup.isJournal()
                && !backup.isUndo()
                && Endpoint.parse(backup.manifest().origin().source(), "nobody")
                    .place()
                    .equals(server);
        if (!ours) {
          continue;
        }
        if (!backup.sealed()) {
          return Horizon.NONE;
        }
        of(backup).ifPresent(points::add);
        if (!known.containsKey(backup.id())) {
          return Horizon.NONE;
        }
      }
      return (system, file) -> {
        // A backup of an earlier log of the server needs nothing of this one; one that is as old as
        // the log may.
        Instant begun = LogSystem.begun(system);
        return points.isEmpty()
            ? 0
            : points.stream()
                    .filter(point -> !point.finished().isBefore(begun))
                    .anyMatch(point -> point.place().file() <= file)
                ? 0
                : Long.MAX_VALUE;
      };
    }
  }
}
