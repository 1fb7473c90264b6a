package io.salvor.engine.prune;

import java.util.List;

/**
 * What a prune has come to.
 *
 * @param condemned packs that it has condemned
 * @param deleted packs that are gone, those of earlier condemnations among them
 * @param freed bytes of those
 * @param copiedBlobs blobs that were copied out of them
 * @param copied bytes that these take now
 * @param closed sessions that were given up and closed
 * @param waitsFor writers for whom deleting has to wait; the next prune goes on
 */
public record PruneReport(
    PrunePlan plan,
    int condemned,
    int deleted,
    long freed,
    long copiedBlobs,
    long copied,
    int closed,
    List<FoundSession> waitsFor) {
  public PruneReport {
    waitsFor = List.copyOf(waitsFor);
  }

  /** Whether everything that was to be deleted is. */
  public boolean isComplete() {
    return waitsFor.isEmpty();
  }
}
