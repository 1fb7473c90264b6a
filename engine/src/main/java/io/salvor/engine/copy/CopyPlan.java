package io.salvor.engine.copy;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.storage.ObjectName;
import java.util.List;
import java.util.Set;

/**
 * What has to be done to a copy, in this order.
 *
 * @param waiting segments of write-only clients that have to be taken in here first, for packs of
 *     theirs are condemned there
 * @param keys key objects
 * @param packs packs that are sent as they are
 * @param renewed packs that are condemned there: their blobs are stored again in other packs
 * @param segments index segments that are sent as they are
 * @param rewritten segments whose content is written anew there, for they, or something they stand
 *     for, have another meaning there
 * @param facts facts, and whatever else tells of backups
 * @param manifests sealed backups
 * @param removed names that the ledger here has removed, and that its entries would add first
 *     there, and such as are new names of what was forgotten there
 * @param entries entries of the ledger
 * @param tails what follows the journals among the manifests, each journal's in its order
 * @param condemned packs that were condemned there before
 * @param present bytes that are there already
 * @param bytes bytes to send
 */
public record CopyPlan(
    List<ObjectId> waiting,
    List<ObjectName> keys,
    List<PackSummary> packs,
    List<ObjectId> renewed,
    List<ObjectId> segments,
    List<ObjectId> rewritten,
    List<ObjectName> facts,
    List<ObjectName> manifests,
    List<String> removed,
    List<ObjectName> entries,
    List<ObjectName> tails,
    Set<ObjectId> condemned,
    long present,
    long bytes) {
  public CopyPlan {
    waiting = List.copyOf(waiting);
    keys = List.copyOf(keys);
    packs = List.copyOf(packs);
    renewed = List.copyOf(renewed);
    segments = List.copyOf(segments);
    rewritten = List.copyOf(rewritten);
    facts = List.copyOf(facts);
    manifests = List.copyOf(manifests);
    removed = List.copyOf(removed);
    entries = List.copyOf(entries);
    tails = List.copyOf(tails);
    condemned = Set.copyOf(condemned);
  }

  /** How many objects are sent. */
  public long objects() {
    return keys.size()
        + (long) packs.size()
        + segments.size()
        + rewritten.size()
        + facts.size()
        + manifests.size()
        + entries.size()
        + tails.size();
  }
}
