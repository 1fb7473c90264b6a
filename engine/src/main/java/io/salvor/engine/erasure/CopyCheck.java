package io.salvor.engine.erasure;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.reencrypt.Exposure;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at copies before the old keys are destroyed: one that opens with the new key alone, has
 * every backup that is to stay, and has nothing left that only the old keys open, loses nothing by
 * it.
 */
final class CopyCheck {
  private final Repository repository;
  private final ErasureRequest request;
  private final Erasure.CopyOpening opening;
  private final Outcome outcome;
  private final Progress progress;

  CopyCheck(
      Repository repository,
      ErasureRequest request,
      Erasure.CopyOpening opening,
      Outcome outcome,
      Progress progress) {
    this.repository = repository;
    this.request = request;
    this.opening = opening;
    this.outcome = outcome;
    this.progress = progress;
  }

  /**
   * Looks at all that were named.
   *
   * @param known credentials whose keys are destroyed here, and the one that stays
   * @return those that could be reached, and are in order
   * @throws SalvorException ERASURE_UNFINISHED if one is not up to date
   */
  List<String> run(Set<ObjectId> known) throws IOException {
    List<String> checked = new ArrayList<>();
    Set<BackupId> staying = ids(repository);
    for (String address : request.copies()) {
      progress.checkCancelled();
      try (Repository copy = opening.open(address, request.successor())) {
        requireUpToDate(address, copy, staying);
        requireNoOthers(address, copy, known);
        checked.add(address);
      } catch (SalvorException e) {
        if (!isAway(e.code())) {
          throw e.code() == ErrorCode.WRONG_CREDENTIAL
              ? outcome.unfinished("the copy " + address + " does not open with the new key yet")
              : e;
        }
        progress.warn(
            e.code().code(),
            address,
            "this copy was not looked at, and is recorded on your word: " + e.getMessage());
      }
    }
    return checked;
  }

  private static boolean isAway(ErrorCode code) {
    return code == ErrorCode.STORAGE_UNREACHABLE || code == ErrorCode.REPOSITORY_MISSING;
  }

  private void requireUpToDate(String address, Repository copy, Set<BackupId> staying)
      throws IOException {
    if (!copy.id().equals(repository.id())) {
      throw outcome.unfinished(address + " is no copy of this repository");
    }
    Set<BackupId> there = ids(copy);
    Set<BackupId> lacking = new HashSet<>(staying);
    lacking.removeAll(there);
    if (!lacking.isEmpty()) {
      throw outcome.unfinished(
          "the copy "
              + address
              + " lacks "
              + Counted.of(lacking.size(), "backup that is", "backups that are")
              + " to stay");
    }
    there.retainAll(request.backups());
    if (!there.isEmpty()) {
      throw outcome.unfinished("the copy " + address + " still has what is to be erased");
    }
    for (Exposure old : Exposure.of(copy, copy.keyRegister(request.author()), progress)) {
      // What no segment names any more is what is to be lost, and of facts those were taken over.
      long needed = old.packs() + old.backups().size();
      if (!old.epoch().newest() && needed > 0) {
        throw outcome.unfinished(
            "the copy "
                + address
                + " has "
                + needed
                + " objects that are still sealed to the epoch "
                + old.epoch().id()
                + ": bring it up to date, run `salvor key rotate --reencrypt --resume` there, and"
                + " prune it");
      }
    }
  }

  /** A copy may open with a credential that was added there, and that nobody here knows. */
  private void requireNoOthers(String address, Repository copy, Set<ObjectId> known) {
    for (CredentialInfo there : copy.keyRegister(request.author()).credentials()) {
      if (!known.contains(there.id())) {
        throw outcome.unfinished(
            "the copy "
                + address
                + " has a credential of its own, "
                + there.id()
                + ": remove it there, and destroy what it is behind");
      }
    }
  }

  private static Set<BackupId> ids(Repository of) throws IOException {
    Set<BackupId> ids = new HashSet<>();
    for (Backup backup : BackupList.read(of).backups()) {
      if (backup.sealed()) {
        ids.add(backup.id());
      }
    }
    return ids;
  }
}
