package io.salvor.engine.prune;

import io.salvor.engine.crypto.ObjectId;
import java.util.List;

/**
 * What a prune is going to do.
 *
 * @param packs those that will go; all others stay
 * @param kept packs that stay
 * @param keptBytes of those
 * @param keptUnused bytes in them that nothing needs: too few to be worth a copy of the rest
 * @param segments how many small index segments will be merged
 * @param inTheWay writers at work, for whom deleting has to wait
 */
public record PrunePlan(
    List<PackPlan> packs,
    long kept,
    long keptBytes,
    long keptUnused,
    int segments,
    List<FoundSession> inTheWay) {

  public PrunePlan {
    packs = List.copyOf(packs);
    inTheWay = List.copyOf(inTheWay);
  }

  /** Why a pack goes. */
  public enum Fate {
    /** Nothing in it is needed. */
    DEAD,
    /** So little of it is needed that this is copied. */
    SPARSE,
    /** The index names it and it is gone; nothing that is needed lies in it alone. */
    LOST,
    /** No index segment names it: its writer has died. */
    ORPHAN,
    /** An earlier prune has condemned it. */
    CONDEMNED
  }

  /**
   * A pack that goes.
   *
   * @param size bytes of the object
   * @param live bytes in it that are needed and will be copied
   */
  public record PackPlan(ObjectId id, Fate fate, long size, long live) {}

  /** Packs of one fate. */
  public List<PackPlan> packs(Fate fate) {
    return packs.stream().filter(pack -> pack.fate == fate).toList();
  }

  /** Bytes that the storage gets back, what is copied taken off. */
  public long freed() {
    return packs.stream()
        .filter(pack -> pack.fate != Fate.LOST)
        .mapToLong(pack -> pack.size - pack.live)
        .sum();
  }

  /** Bytes that have to be copied, for which there has to be room. */
  public long copied() {
    return packs.stream().mapToLong(PackPlan::live).sum();
  }

  /** Bytes of packs that no backup needs, whether they go now or not. */
  public long unused() {
    return keptUnused + freed();
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return packs.isEmpty() && segments == 0;
  }
}
