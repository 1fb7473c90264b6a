package io.salvor.engine.copy;

import io.salvor.engine.storage.ObjectName;
import java.util.List;

/**
 * What a copy has done.
 *
 * @param backups sealed backups that were sent
 * @param packs packs that were sent
 * @param objects all objects that were sent, packs included
 * @param bytes bytes that were sent
 * @param present bytes that were there before
 * @param damaged objects of the source that are gone or not what was written, and were not sent
 * @param waiting segments of write-only clients that have to be read back before what they name can
 *     be stored there anew, which could not be done in the source
 */
public record CopyReport(
    long backups,
    long packs,
    long objects,
    long bytes,
    long present,
    List<ObjectName> damaged,
    List<ObjectName> waiting) {
  public CopyReport {
    damaged = List.copyOf(damaged);
    waiting = List.copyOf(waiting);
  }

  /** Whether everything that exists here is there now. */
  public boolean complete() {
    return damaged.isEmpty() && waiting.isEmpty();
  }
}
