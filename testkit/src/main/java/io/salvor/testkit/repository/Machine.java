package io.salvor.testkit.repository;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.durable.ProcessMark;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.repository.Surroundings;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A computer that works on repositories, of which it knows the passphrase.
 *
 * @param local the directory of its local state, made if it is missing
 * @param host its name in manifests
 * @param sleeper how it waits
 * @param random where its keys and ids come from
 */
public record Machine(
    Path local, InstantSource clock, String host, Sleeper sleeper, SecureRandom random) {
  private static final Argon2id CHEAP = new Argon2id(8, 1, 1);

  public Machine(Path local, InstantSource clock, String host, Sleeper sleeper) {
    this(local, clock, host, sleeper, new SecureRandom());
  }

  public Machine(Path local, InstantSource clock) {
    this(local, clock, "host");
  }

  /** A machine that lets a clock for tests go on instead of waiting. */
  public Machine(Path local, InstantSource clock, String host) {
    this(
        local,
        clock,
        host,
        clock instanceof SettableClock settable ? settable::advance : Sleeper.REAL);
  }

  /** Makes a repository with a cheap passphrase. */
  public void init(Storage storage) throws IOException {
    init(storage, CHEAP);
  }

  /** Makes a repository whose passphrase costs so much to try, at every opening too. */
  public void init(Storage storage, Argon2id cost) throws IOException {
    Repository.create(storage, passphrase(), "test", cost, surroundings());
  }

  /** Makes a repository whose backups can be erased. */
  public void initErasable(Storage storage, Opener opener) throws IOException {
    Repository.create(storage, opener, "test", CHEAP, true, surroundings());
  }

  /** Opens the repository with something else than the passphrase. */
  public Repository open(Storage storage, Opener opener) throws IOException {
    return Repository.open(storage, opener, surroundings(), Progress.NONE);
  }

  /** Opens the repository; closing it closes the storage. */
  public Repository open(Storage storage) throws IOException {
    return Repository.open(storage, passphrase(), surroundings(), Progress.NONE);
  }

  /** Opens the repository with another passphrase. */
  public Repository open(Storage storage, String passphrase) throws IOException {
    try (Passphrase given = Passphrase.of(passphrase.getBytes(StandardCharsets.UTF_8))) {
      return Repository.open(storage, given, surroundings(), Progress.NONE);
    }
  }

  /**
   * Backs a source up. An {@link Error}, such as a simulated crash, closes nothing: a dead process
   * does not either.
   */
  public BackupReport backup(Storage storage, Source source, @Nullable BackupType type)
      throws IOException, InterruptedException {
    Repository repository = open(storage);
    try {
      BackupReport report = backup(repository, source, type);
      repository.close();
      return report;
    } catch (IOException | RuntimeException | InterruptedException e) {
      try (repository) {
        throw e;
      }
    }
  }

  /** Backs a source up into an opened repository. */
  public BackupReport backup(Repository repository, Source source, @Nullable BackupType type)
      throws IOException, InterruptedException {
    BackupRequest request = new BackupRequest(type, host, "tester", "", "", new TreeMap<>());
    return BackupRun.backup(repository, source, request, Progress.NONE);
  }

  /** Lists the backups. */
  public List<Backup> list(Storage storage) throws IOException {
    try (Repository repository = open(storage)) {
      return BackupList.read(repository).backups();
    }
  }

  /** Verifies every byte. */
  public VerifyReport verify(Storage storage) throws IOException, InterruptedException {
    try (Repository repository = open(storage)) {
      return verify(repository);
    }
  }

  /** Verifies every byte of an opened repository. */
  public static VerifyReport verify(Repository repository)
      throws IOException, InterruptedException {
    return Verification.run(
        repository, VerifyReport.Depth.FULL, 1, Verification.all(), Progress.NONE);
  }

  /** Takes a backup away by the ledger, then deletes its manifest. */
  public void forget(Storage storage, BackupId id) throws IOException, InterruptedException {
    try (Repository repository = open(storage)) {
      ObjectName manifest = BackupList.read(repository).byPrefix(id.text()).object();
      repository
          .ledger()
          .append(
              LedgerChange.removing(List.of(manifest.value())),
              repository.now(),
              "tester",
              repository.random());
      repository.awaitListings();
      storage.delete(manifest);
    }
  }

  /** Prunes; as with a backup, an {@link Error} closes nothing. */
  public PruneReport prune(Storage storage) throws IOException, InterruptedException {
    return prune(storage, PruneRequest.by("tester"));
  }

  /** Prunes as it is asked to. */
  public PruneReport prune(Storage storage, PruneRequest request)
      throws IOException, InterruptedException {
    Repository repository = open(storage);
    try {
      PruneReport report = Prune.run(repository, request, Progress.NONE);
      repository.close();
      return report;
    } catch (IOException | RuntimeException | InterruptedException e) {
      try (repository) {
        throw e;
      }
    }
  }

  private Surroundings surroundings() {
    LocalState state = LocalState.open(Map.of("SALVOR_CACHE_DIR", local.toString()), local);
    return new Surroundings(clock, random, state, "test", sleeper, process());
  }

  /** Of another machine than this one, so that nobody can tell whether it lives. */
  private ProcessMark process() {
    String mark = String.format("%016x", host.hashCode());
    return new ProcessMark(mark, mark, "1", 1, 1);
  }

  private static Passphrase passphrase() {
    return Passphrase.of("secret".getBytes(StandardCharsets.UTF_8));
  }
}
