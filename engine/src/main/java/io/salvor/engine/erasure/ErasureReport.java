package io.salvor.engine.erasure;

import io.salvor.engine.backup.BackupId;
import java.util.List;

/**
 * What an erasure came to.
 *
 * @param backups that were erased
 * @param destroyed references of the keys that were destroyed
 * @param copies that were said to be up to date
 * @param checked those of them that were opened with the new key, and found to be
 */
public record ErasureReport(
    List<BackupId> backups, List<String> destroyed, List<String> copies, List<String> checked) {
  public ErasureReport {
    backups = List.copyOf(backups);
    destroyed = List.copyOf(destroyed);
    copies = List.copyOf(copies);
    checked = List.copyOf(checked);
  }
}
