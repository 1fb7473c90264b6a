package io.salvor.engine.repair;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport.Issue;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What can be mended, and what stays lost.
 *
 * @param keys the object {@code salvor} and key objects, put back from the copy
 * @param objects small objects that are put back from the copy
 * @param packs packs that are put back from the copy
 * @param believed packs that no segment could be read for; they describe themselves
 * @param rebuilt segments that are lost or damaged, and for which a new one will stand
 * @param salvaged packs whose readable blobs are stored again
 * @param fetched blobs that the index does not name and the copy has
 * @param adopted backups that no ledger entry names any more
 * @param accepted lost manifests that the ledger is told to give up
 * @param givenUp ledger entries that are lost or damaged, which nobody has and nobody shall miss
 * @param vanished backups that this machine has seen in the ledger, and of which nothing is left
 * @param left what cannot be mended, besides what backups have lost
 * @param losses what backups have lost for good, as far as it can be listed
 * @param lossesByBackup how many places of each backup are lost, listed or not
 */
public record RepairPlan(
    List<ObjectName> keys,
    List<ObjectName> objects,
    List<PackSummary> packs,
    List<PackSummary> believed,
    List<ObjectId> rebuilt,
    List<Salvage> salvaged,
    List<Wanted> fetched,
    List<LedgerEntry.Added> adopted,
    List<LedgerEntry.Added> accepted,
    List<ObjectId> givenUp,
    List<String> vanished,
    List<Left> left,
    List<Issue> losses,
    Map<BackupId, Long> lossesByBackup) {

  public RepairPlan {
    keys = List.copyOf(keys);
    objects = List.copyOf(objects);
    packs = List.copyOf(packs);
    believed = List.copyOf(believed);
    rebuilt = List.copyOf(rebuilt);
    salvaged = List.copyOf(salvaged);
    fetched = List.copyOf(fetched);
    adopted = List.copyOf(adopted);
    accepted = List.copyOf(accepted);
    givenUp = List.copyOf(givenUp);
    vanished = List.copyOf(vanished);
    left = List.copyOf(left);
    losses = List.copyOf(losses);
    lossesByBackup = Collections.unmodifiableMap(new TreeMap<>(lossesByBackup));
  }

  /** A blob. */
  public record Wanted(BlobKind kind, BlobId id) {}

  /**
   * What becomes of a damaged pack's blobs.
   *
   * @param spare that other packs have
   * @param kept that can be read still
   * @param fetched that the copy has
   * @param lost that nobody has
   * @param staysNamed whether the index goes on naming it, for it may be found and put back
   */
  public record Salvage(
      ObjectId pack, long spare, long kept, long fetched, long lost, boolean staysNamed) {

    /** The same, but that the pack stays named. */
    Salvage named() {
      return new Salvage(pack, spare, kept, fetched, lost, true);
    }
  }

  /** An object that is damaged or lost and stays so. */
  public record Left(String object, String message, String remedy) {}

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return keys.isEmpty()
        && objects.isEmpty()
        && packs.isEmpty()
        && believed.isEmpty()
        && rebuilt.isEmpty()
        && salvaged.stream().allMatch(s -> s.staysNamed() && s.fetched() == 0)
        && fetched.isEmpty()
        && adopted.isEmpty()
        && accepted.isEmpty()
        && givenUp.isEmpty();
  }

  /** Whether nothing is lost or damaged when it is done. */
  public boolean heals() {
    return left.isEmpty() && losses.isEmpty();
  }
}
