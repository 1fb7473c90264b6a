package io.salvor.engine.erasure;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.reencrypt.Exposure;
import io.salvor.engine.reencrypt.ReencryptReport;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Decision;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.RetentionPlan;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Erases backups, in this order: forget them; make a new epoch that a new key opens; copy what is
 * live out of every pack that has anything else, and seal all that is left to the new epoch; make
 * sure that nothing which is needed is sealed to an old one; destroy the old keys at their service;
 * record it. Up to the destruction nothing is lost by a crash, and the same request goes on; from
 * then on the repository is opened with the new key, with which the same request ends it.
 */
public final class Erasure {
  private final Opening opening;
  private final CopyOpening copies;
  private final ErasureRequest request;
  private final Progress progress;
  private final Outcome outcome = new Outcome();

  /** Opens the repository anew, so that it knows the newest epoch. */
  public interface Opening {
    Repository open() throws IOException;
  }

  /** Opens copies. */
  public interface CopyOpening {
    /** Has none: what is said of copies is recorded as it is said. */
    CopyOpening NONE =
        (address, successor) -> {
          throw new SalvorException(
              ErrorCode.STORAGE_UNREACHABLE,
              "The copy " + address + " is not looked at",
              "Nothing here can open it",
              "Look at it yourself");
        };

    /**
     * Opens the repository at an address with the new key, and with nothing else.
     *
     * @throws SalvorException as a repository that is opened; STORAGE_UNREACHABLE or
     *     REPOSITORY_MISSING for one that is not at hand
     */
    Repository open(String address, Opener successor) throws IOException;
  }

  private Erasure(Opening opening, CopyOpening copies, ErasureRequest request, Progress progress) {
    this.copies = copies;
    this.opening = opening;
    this.request = request;
    this.progress = progress;
  }

  /**
   * Runs it.
   *
   * @throws SalvorException NOT_ERASABLE; ERASURE_UNFINISHED if writers are at work, something is
   *     still sealed to an old epoch, or a credential is not behind the key that it names: then
   *     this run has destroyed no key
   */
  public static ErasureReport run(Opening opening, ErasureRequest request, Progress progress)
      throws IOException, InterruptedException {
    return run(opening, CopyOpening.NONE, request, progress);
  }

  /**
   * The same, with a look at the copies that are named before any key is destroyed.
   *
   * @throws SalvorException ERASURE_UNFINISHED also if a copy that is at hand is not up to date
   */
  public static ErasureReport run(
      Opening opening, CopyOpening copies, ErasureRequest request, Progress progress)
      throws IOException, InterruptedException {
    return new Erasure(opening, copies, request, progress).run();
  }

  private ErasureReport run() throws IOException, InterruptedException {
    ObjectId successor = forget();
    try (Repository repository = opening.open()) {
      // Whoever begins from here on sees the new epoch; whoever did not has a session that shows.
      repository.awaitListings();
      repository.awaitListings();
      prune(repository);
      ReencryptReport sealed = Reencryption.run(repository, request.author(), progress);
      if (!sealed.failures().isEmpty()) {
        throw outcome.unfinished(String.valueOf(sealed.failures().getFirst().getMessage()));
      }
      prune(repository);
      KeyRegister register = repository.keyRegister(request.author());
      OldKeys keys = new OldKeys(repository, request, outcome, progress);
      // What stays in the way is told before copies are opened, and looked for again afterwards.
      requireMoved(repository, register);
      List<String> checked =
          new CopyCheck(repository, request, copies, outcome, progress).run(keys.known(register));
      new Quiet(repository, request, outcome, progress).await();
      register.refresh();
      requireOpens(register, successor);
      requireMoved(repository, register);
      keys.require(register, successor);
      keys.destroy(register, successor);
      return record(repository, checked);
    }
  }

  /** Forgets them, and makes the epoch that a new credential alone will open; gives its id. */
  private ObjectId forget() throws IOException, InterruptedException {
    try (Repository repository = opening.open()) {
      if (!repository.description().erasable()) {
        throw new SalvorException(
            ErrorCode.NOT_ERASABLE,
            "The repository " + repository.id() + " is not erasable",
            "It may be opened by passphrases, which nobody can destroy",
            "Make an erasable one with `salvor init --erasable --kms`, and back up to it");
      }
      KeyRegister register = repository.keyRegister(request.author());
      new OldKeys(repository, request, outcome, progress).require(register, null);
      BackupList list = BackupList.read(repository);
      Set<BackupId> there = list.backups().stream().map(Backup::id).collect(Collectors.toSet());
      there.retainAll(request.backups());
      Facts facts = Facts.of(repository);
      for (BackupId id : there) {
        if (!facts.holds(id).isEmpty()) {
          throw outcome.unfinished(
              "the backup " + id + " is on hold", "release it with `salvor unhold " + id + "`");
        }
      }
      requireAnotherKey(register, there);
      if (!there.isEmpty()) {
        RetentionPlan plan =
            RetentionPlan.of(Forgetting.candidates(list, facts), there, repository.now());
        for (Decision decision : plan.decisions()) {
          if (decision.keep() && there.contains(decision.backup().id())) {
            throw outcome.unfinished(
                "the backup "
                    + decision.backup().id()
                    + " stays: "
                    + String.join(", ", decision.reasons()));
          }
        }
        List<Backup> gone = Forgetting.run(repository, plan, "erasure", request.author(), progress);
        if (gone.size() != there.size()) {
          throw outcome.unfinished(
              "not all of the backups could be forgotten; some may be on hold",
              "see `salvor list` for what is held, release it with `salvor unhold`");
        }
      }
      return register.succeed(request.successor(), request.label()).id();
    }
  }

  /** What opens the backups must not be what opens the rest afterwards. */
  private void requireAnotherKey(KeyRegister register, Set<BackupId> there) {
    String successor = request.successor().service().reference();
    boolean inUse =
        register.credentials().stream().anyMatch(c -> c.inUse() && successor.equals(c.kms()));
    if (inUse && !there.isEmpty()) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_NEEDED,
          "The key " + successor + " cannot open alone what stays",
          "It opens what is to be erased, too",
          "Name a new key");
    }
  }

  /** Until nothing is left that nobody needs. */
  private void prune(Repository repository) throws IOException, InterruptedException {
    PruneRequest everything =
        new PruneRequest(0, PruneRequest.GIVE_UP_AFTER, request.patience(), request.author());
    PruneReport report = Prune.run(repository, everything, progress);
    if (!report.isComplete()) {
      throw outcome.unfinished(
          Counted.of(report.waitsFor().size(), "writer is", "writers are") + " at work");
    }
  }

  private void requireMoved(Repository repository, KeyRegister register) throws IOException {
    for (Exposure old : Exposure.of(repository, register, progress)) {
      boolean empty = old.packs() + old.others() + old.unnamed() + old.backups().size() == 0;
      if (!old.epoch().newest() && !empty) {
        throw outcome.unfinished(
            Counted.of(old.packs() + old.unnamed(), "pack", "packs")
                + " and "
                + Counted.of(old.others() + old.backups().size(), "other object", "other objects")
                + " are still sealed to the epoch "
                + old.epoch().id());
      }
    }
  }

  /** Afterwards nothing but this opens what stays. */
  private void requireOpens(KeyRegister register, ObjectId successor) {
    boolean opens =
        register.credentials().stream().anyMatch(one -> one.id().equals(successor) && one.newest())
            && register.opens(successor, request.successor());
    if (!opens) {
      throw outcome.unfinished("the credential " + successor + " does not open the newest epoch");
    }
  }

  private ErasureReport record(Repository repository, List<String> checked) throws IOException {
    List<BackupId> backups = request.backups().stream().sorted().toList();
    List<String> destroyed = List.copyOf(outcome.destroyed());
    Facts.add(repository, new Fact.Erased(backups, destroyed, request.copies()), request.author());
    return new ErasureReport(
        backups, destroyed, request.copies(), checked, List.copyOf(outcome.unreached()));
  }
}
