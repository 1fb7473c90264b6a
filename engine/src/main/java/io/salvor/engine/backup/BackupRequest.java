package io.salvor.engine.backup;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks of a backup besides its source.
 *
 * @param type null for incremental where there is a predecessor, else full
 * @param host the machine that parents and retention go by
 * @param createdBy who asks
 * @param group the consistency group, empty if none
 */
public record BackupRequest(
    @Nullable BackupType type,
    String host,
    String createdBy,
    String group,
    String description,
    SortedMap<String, String> tags) {
  public BackupRequest {
    tags = new TreeMap<>(tags);
  }
}
