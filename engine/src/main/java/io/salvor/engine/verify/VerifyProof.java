package io.salvor.engine.verify;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Leaves in the repository what a verification has shown. Proofs that say nothing that a later one
 * does not say are taken away when there are many.
 */
public final class VerifyProof {
  private static final int MOST_OLD = 32;

  private VerifyProof() {}

  /**
   * Adds a fact, where the storage can be written.
   *
   * @return why it could not be added; empty if it was
   */
  public static Optional<Exception> leave(
      Repository repository, VerifyReport report, Duration took, String author)
      throws InterruptedException {
    Fact.Verified fact =
        new Fact.Verified(
            report.sound(),
            report.packs(),
            Fact.Verified.Depth.valueOf(report.depth().name()),
            report.intact(),
            took,
            report.blobs(),
            report.bytes());
    try {
      Note _ = Facts.replace(repository, fact, old(repository, fact), author);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.DEFECT || e.code() == ErrorCode.INTERRUPTED) {
        throw e;
      }
      return Optional.of(e);
    }
  }

  /** The oldest of those that the new one says as well, beyond a number of them. */
  private static List<ObjectName> old(Repository repository, Fact.Verified fact)
      throws IOException {
    Set<BackupId> left = new HashSet<>();
    BackupList.read(repository).backups().forEach(b -> left.add(b.id()));
    Set<BackupId> said = new HashSet<>(fact.backups());
    TreeMap<Note, ObjectName> old = new TreeMap<>(Note.ORDER);
    for (Map.Entry<ObjectName, Note> object : Facts.of(repository).objects().entrySet()) {
      if (object.getValue().fact() instanceof Fact.Verified v
          && v.depth().compareTo(fact.depth()) <= 0
          && v.backups().stream().allMatch(b -> said.contains(b) || !left.contains(b))
          && Set.copyOf(fact.packs()).containsAll(v.packs())) {
        old.put(object.getValue(), object.getKey());
      }
    }
    List<ObjectName> names = new ArrayList<>(old.values());
    return names.subList(0, Math.max(0, names.size() - MOST_OLD));
  }
}
