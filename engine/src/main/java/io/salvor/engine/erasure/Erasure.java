package io.salvor.engine.erasure;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.kms.KeyService;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.reencrypt.Exposure;
import io.salvor.engine.reencrypt.ReencryptReport;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.RetentionPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
   * @throws SalvorException NOT_ERASABLE; ERASURE_UNFINISHED if writers are at work, or something
   *     is still sealed to an old epoch: then no key was destroyed
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
    forget();
    try (Repository repository = opening.open()) {
      prune(repository);
      ReencryptReport sealed = Reencryption.run(repository, request.author(), progress);
      if (!sealed.failures().isEmpty()) {
        throw unfinished(String.valueOf(sealed.failures().getFirst().getMessage()));
      }
      prune(repository);
      requireMoved(repository);
      return destroy(repository);
    }
  }

  private void forget() throws IOException, InterruptedException {
    try (Repository repository = opening.open()) {
      if (!repository.description().erasable()) {
        throw new SalvorException(
            ErrorCode.NOT_ERASABLE,
            "The repository " + repository.id() + " is not erasable",
            "It may be opened by passphrases, which nobody can destroy",
            "Make an erasable one with `salvor init --erasable --kms`, and back up to it");
      }
      BackupList list = BackupList.read(repository);
      Set<BackupId> there = list.backups().stream().map(Backup::id).collect(Collectors.toSet());
      there.retainAll(request.backups());
      Facts facts = Facts.of(repository);
      for (BackupId id : there) {
        if (!facts.holds(id).isEmpty()) {
          throw unfinished("the backup " + id + " is on hold");
        }
      }
      KeyRegister register = repository.keyRegister(request.author());
      requireAnotherKey(register, there);
      requireKeysApart(repository, register);
      if (!there.isEmpty()) {
        RetentionPlan plan =
            RetentionPlan.of(Forgetting.candidates(list, facts), there, repository.now());
        List<Backup> gone = Forgetting.run(repository, plan, "erasure", request.author(), progress);
        if (gone.size() != there.size()) {
          throw unfinished("not all of the backups could be forgotten");
        }
      }
      register.succeed(request.successor(), request.label());
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

  /**
   * One key may have two names: a link to its file, or a copy of it. What the old one opens the new
   * one must not.
   */
  private void requireKeysApart(Repository repository, KeyRegister register) {
    KeyService successor = request.successor().service();
    SortedMap<String, String> context = new TreeMap<>(Map.of("purpose", "probe"));
    for (CredentialInfo old : register.credentials()) {
      String kms = old.kms();
      if (kms == null || kms.equals(successor.reference())) {
        continue;
      }
      try (KeyService service = KeyServices.open(kms, repository.random())) {
        if (!service.isDestroyed()
            && successor.unwrap(service.wrap(new byte[32], context), context).isPresent()) {
          throw new SalvorException(
              ErrorCode.CREDENTIAL_NEEDED,
              "The key " + successor.reference() + " cannot open alone what stays",
              "It is the key " + kms + " under another name",
              "Name a new key");
        }
      }
    }
  }

  /** Until nothing is left that nobody needs. */
  private void prune(Repository repository) throws IOException, InterruptedException {
    PruneRequest everything =
        new PruneRequest(0, PruneRequest.GIVE_UP_AFTER, request.patience(), request.author());
    PruneReport report = Prune.run(repository, everything, progress);
    if (!report.isComplete()) {
      throw unfinished(report.waitsFor().size() + " writers are at work");
    }
  }

  private void requireMoved(Repository repository) throws IOException {
    KeyRegister register = repository.keyRegister(request.author());
    for (Exposure old : Exposure.of(repository, register, progress)) {
      boolean empty = old.packs() + old.others() + old.unnamed() + old.backups().size() == 0;
      if (!old.epoch().newest() && !empty) {
        throw unfinished(
            old.packs()
                + old.unnamed()
                + " packs and "
                + (old.others() + old.backups().size())
                + " other objects are still sealed to the epoch "
                + old.epoch().id());
      }
    }
  }

  private ErasureReport destroy(Repository repository) throws IOException {
    List<String> checked = new CopyCheck(repository, request, copies, progress).run();
    KeyRegister register = repository.keyRegister(request.author());
    String successor = request.successor().service().reference();
    requireKeysApart(repository, register);
    List<String> destroyed = new ArrayList<>();
    progress.phase("destroy");
    for (CredentialInfo old : register.credentials()) {
      String kms = old.kms();
      if (kms == null) {
        throw unfinished("the credential " + old.id() + " is behind no key that can be destroyed");
      }
      if (!kms.equals(successor)) {
        try (KeyService service = KeyServices.open(kms, repository.random())) {
          service.destroy();
          if (!service.isDestroyed()) {
            throw unfinished("the key " + kms + " is still there");
          }
        }
        destroyed.add(kms);
        register.remove(old.id(), true);
      }
    }
    List<BackupId> backups = request.backups().stream().sorted().toList();
    Facts.add(repository, new Fact.Erased(backups, destroyed, request.copies()), request.author());
    return new ErasureReport(backups, destroyed, request.copies(), checked);
  }

  static SalvorException unfinished(String why) {
    return new SalvorException(
        ErrorCode.ERASURE_UNFINISHED,
        "Nothing was erased: no key was destroyed",
        why,
        "Mend that, and run the same command again; it goes on");
  }
}
