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
 * @param unreached what opened the repository earlier and could not be asked, or is not known: it
 *     may still open what an old copy of the storage has
 */
public record ErasureReport(
    List<BackupId> backups,
    List<String> destroyed,
    List<String> copies,
    List<String> checked,
    List<String> unreached) {
  public ErasureReport {
    backups = List.copyOf(backups);
    destroyed = List.copyOf(destroyed);
    copies = List.copyOf(copies);
    checked = List.copyOf(checked);
    unreached = List.copyOf(unreached);
  }
}
