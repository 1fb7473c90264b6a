package io.salvor.engine.retention;

import io.salvor.engine.backup.BackupType;
import java.time.ZoneId;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rules for the backups of each source and host.
 *
 * @param keep for the types that have no rules of their own, counted together; null: those are left
 *     alone
 * @param types rules for backups of one type, which are counted by themselves
 * @param zone by whose calendar hours, days, weeks, months and years are told
 */
public record RetentionRules(@Nullable Keep keep, Map<BackupType, Keep> types, ZoneId zone) {
  public RetentionRules {
    types = Map.copyOf(types);
  }

  /** The same rules for every type. */
  public static RetentionRules of(Keep keep, ZoneId zone) {
    return new RetentionRules(keep, Map.of(), zone);
  }

  /** The rules of a type; null if it is left alone. */
  @Nullable Keep of(BackupType type) {
    Keep own = types.get(type);
    return own == null ? keep : own;
  }

  /** How a person would write them. */
  public String text() {
    String own =
        types.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> "--type " + e.getKey().word() + " " + e.getValue().text())
            .collect(Collectors.joining("; "));
    String all = keep == null ? "" : keep.text();
    return all + (all.isEmpty() || own.isEmpty() ? "" : "; ") + own;
  }
}
