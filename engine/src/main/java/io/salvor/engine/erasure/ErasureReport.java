package io.salvor.engine.erasure;

import io.salvor.engine.backup.BackupId;
import java.util.List;

/**
 * What an erasure came to.
 *
 * @param backups that were erased
 * @param destroyed references of the keys that were destroyed
 * @param copies that were said to be up to date
 */
public record ErasureReport(List<BackupId> backups, List<String> destroyed, List<String> copies) {
  public ErasureReport {
    backups = List.copyOf(backups);
    destroyed = List.copyOf(destroyed);
    copies = List.copyOf(copies);
  }
}
