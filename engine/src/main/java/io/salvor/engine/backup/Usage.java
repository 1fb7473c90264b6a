package io.salvor.engine.backup;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.repository.Repository;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a repository takes, and how that has grown.
 *
 * @param packs packs and their bytes, by what they hold
 * @param logical bytes that the sealed backups would take one by one
 * @param months what each month's backups have added, as far as they are still listed
 */
public record Usage(
    Map<BlobKind, Volume> packs, long logical, SortedMap<YearMonth, Growth> months) {

  /** Objects and their bytes. */
  public record Volume(long packs, long bytes) {
    private Volume plus(Volume other) {
      return new Volume(packs + other.packs, bytes + other.bytes);
    }
  }

  /** All packs. */
  public Volume total() {
    return packs.values().stream().reduce(new Volume(0, 0), Volume::plus);
  }

  /**
   * What the backups of some time have added.
   *
   * @param added bytes of content that were new
   * @param stored bytes that they take, compressed
   */
  public record Growth(long backups, long added, long stored) {
    private Growth plus(Growth other) {
      return new Growth(backups + other.backups, added + other.added, stored + other.stored);
    }
  }

  /**
   * Counts.
   *
   * @param zone by whose calendar months are told
   */
  public static Usage of(Repository repository, BackupList list, ZoneId zone) {
    Map<BlobKind, Volume> packs = new EnumMap<>(BlobKind.class);
    for (BlobKind kind : BlobKind.values()) {
      packs.put(kind, new Volume(0, 0));
    }
    Set<ObjectId> counted = new HashSet<>();
    repository
        .index()
        .packs(
            pack -> {
              if (counted.add(pack.id())) {
                packs.merge(pack.kind(), new Volume(1, pack.size()), Volume::plus);
              }
            });
    long logical = 0;
    SortedMap<YearMonth, Growth> months = new TreeMap<>();
    for (Backup backup : list.backups()) {
      if (backup.sealed()) {
        Manifest.Volume bytes = backup.manifest().bytes();
        logical += bytes.logical();
        Instant started = backup.manifest().started();
        months.merge(
            YearMonth.from(started.atZone(zone)),
            new Growth(1, bytes.added(), bytes.stored()),
            Growth::plus);
      }
    }
    return new Usage(packs, logical, months);
  }
}
