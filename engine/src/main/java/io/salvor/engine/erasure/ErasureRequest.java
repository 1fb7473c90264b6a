package io.salvor.engine.erasure;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.keys.KmsKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is to be erased, and how.
 *
 * @param backups ids; those that are forgotten already may be named again
 * @param successor the key that opens what stays; no other will
 * @param label a name for its credential
 * @param copies addresses of copies that have been brought up to date since the backups were
 *     forgotten, for the record: a copy that was not loses everything with the old keys
 * @param patience how long to wait for writers at work
 * @param author who asks
 */
public record ErasureRequest(
    Set<BackupId> backups,
    KmsKey successor,
    String label,
    List<String> copies,
    Duration patience,
    String author) {
  public ErasureRequest {
    backups = Set.copyOf(backups);
    copies = List.copyOf(copies);
  }
}
