package io.salvor.testkit.crash;

import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.Repairs;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.Holding;
import io.salvor.engine.retention.RetentionPlan;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each operation of each command that changes a repository fails, once or from then on: no room, an
 * I/O error, an answer that is lost after the change was made, a storage that is away. Nothing that
 * was acknowledged is lost, the error is the storage's own and never one of damage, and the same
 * command run again completes.
 */
class FailingCommandsTest {
  private static final Argon2id CHEAP = new Argon2id(8, 1, 1);
  private static final boolean SAMPLE = Boolean.getBoolean("salvor.test.sample");

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final Map<BackupId, SortedMap<String, String>> acknowledged = new TreeMap<>();
  private final MapSource source = new MapSource();
  private MemoryStorage.Snapshot before;
  private Path local;
  private BackupId old;
  private int places;

  /** How it fails. */
  private enum Failure {
    FULL(new Fault.Refuse(ErrorCode.STORAGE_FULL)),
    AWAY(new Fault.Refuse(ErrorCode.STORAGE_UNREACHABLE)),
    ERROR(new Fault.Fail()),
    ANSWER_LOST(new Fault.TimeOut());

    private final Fault fault;

    Failure(Fault fault) {
      this.fault = fault;
    }

    /** Reading needs no room, and its answer that is lost is an error like others. */
    boolean concerns(Operation operation) {
      return operation.changes() || this == AWAY || this == ERROR;
    }
  }

  /** What is done to the repository. */
  private enum Command {
    BACKUP,
    PRUNE,
    FORGET,
    HOLD,
    COPY,
    REPAIR,
    ROTATE,
    REENCRYPT,
    KEY_ADD,
    SUMMARY
  }

  @BeforeEach
  void makeSomethingOfEverything() throws Exception {
    local = newPlace();
    Machine machine = machine(local);
    MemoryStorage storage = new MemoryStorage();
    machine.init(storage);
    for (int i = 0; i < 6; i++) {
      source.put("file " + i, noise(i, 4_000));
    }
    BackupId first = backup(machine, storage);
    source.remove("file 1").remove("file 2").remove("file 3");
    old = backup(machine, storage);
    source.put("file 7", noise(7, 4_000));
    backup(machine, storage);
    machine.forget(storage, first);
    acknowledged.remove(first);
    source.put("file 8", noise(8, 4_000));
    before = storage.snapshot();
  }

  private BackupId backup(Machine machine, Storage storage) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    BackupReport report = machine.backup(storage, source.copy(), null);
    acknowledged.put(report.backup().id(), source.contents());
    return report.backup().id();
  }

  @ParameterizedTest
  @EnumSource
  void someOperationsFail(Command command) throws Exception {
    everywhere(command, 23);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("slow")
  void everyOperationFails(Command command) throws Exception {
    everywhere(command, SAMPLE ? 5 : 1);
  }

  private void everywhere(Command command, int step) throws Exception {
    prepare(command);
    int failed = 0;
    int tolerated = 0;
    int combinations = Failure.values().length * 2;
    for (int turn = 0; ; turn += step) {
      int operation = 1 + turn / combinations;
      Failure failure = Failure.values()[turn % combinations / 2];
      boolean forGood = turn % 2 == 1;
      String what = command + ", " + failure + (forGood ? " from " : " at ") + operation;
      try {
        switch (fails(command, operation, failure, forGood)) {
          case NOT_REACHED -> {
            System.out.println(
                command + ": " + failed + " failures, " + tolerated + " done all the same");
            assertThat(failed).isGreaterThan(3);
            return;
          }
          case FAILED -> failed++;
          case DONE -> tolerated++;
          case NOT_CONCERNED -> {}
        }
      } catch (AssertionError | Exception e) {
        throw new AssertionError(what + ": " + e.getMessage(), e);
      }
    }
  }

  private enum End {
    NOT_REACHED,
    NOT_CONCERNED,
    FAILED,
    DONE
  }

  private End fails(Command command, int operation, Failure failure, boolean forGood)
      throws Exception {
    MemoryStorage storage = MemoryStorage.of(before);
    MemoryStorage target = MemoryStorage.named("copy");
    boolean copying = command == Command.COPY;
    FaultyStorage faulty = new FaultyStorage(copying ? target : storage, operation);
    boolean[] met = new boolean[1];
    faulty.wherever(
        o -> {
          long now = faulty.operations();
          boolean fails = (now == operation || forGood && now > operation) && failure.concerns(o);
          met[0] |= fails;
          return fails;
        },
        failure.fault);
    Path place = LocalCopies.copy(local, newPlace().resolve("copy"));
    Machine machine = machine(place);
    Map<BackupId, SortedMap<String, String>> wanted = new TreeMap<>(acknowledged);
    if (command == Command.FORGET) {
      wanted.remove(old);
    }
    End end = End.FAILED;
    try {
      run(command, machine, copying ? storage : faulty, copying ? faulty : target, wanted);
      end = met[0] ? End.DONE : End.NOT_CONCERNED;
    } catch (SalvorException e) {
      right(failure, e);
    } catch (IOException e) {
      assertThat(failure).isIn(Failure.ERROR, Failure.ANSWER_LOST);
      assertThat(e).hasMessageContaining("planned");
    }
    if (end == End.NOT_CONCERNED) {
      return faulty.operations() < operation ? End.NOT_REACHED : end;
    }
    faulty.heal();
    holds(machine, storage, wanted, command != Command.REPAIR);
    run(command, machine, storage, target, wanted);
    holds(machine(newPlace()), storage, wanted, true);
    if (copying) {
      holds(machine(newPlace()), target, wanted, true);
    }
    return end;
  }

  /** The error is what the storage said; a failure is never called damage. */
  private static void right(Failure failure, SalvorException e) {
    switch (failure) {
      case FULL -> assertThat(e.code()).as("%s", e).isEqualTo(ErrorCode.STORAGE_FULL);
      case AWAY -> {
        assertThat(e.code()).as("%s", e).isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
        assertThat(e.code().exit()).isEqualTo(Exit.UNREACHABLE);
      }
      case ERROR, ANSWER_LOST -> {
        assertThat(e.code().isDamage() && !e.code().retry()).as("%s", e).isFalse();
        assertThat(e).hasStackTraceContaining("planned");
      }
    }
  }

  /** What only one command needs. */
  private void prepare(Command command) throws Exception {
    MemoryStorage storage = MemoryStorage.of(before);
    if (command == Command.SUMMARY) {
      try (Repository repository = machine(local).open(storage)) {
        for (int i = 0; i < 257; i++) {
          repository
              .ledger()
              .append(
                  LedgerChange.removing(List.of("backups/" + i)),
                  repository.now(),
                  "tester",
                  repository.random());
        }
      }
    } else if (command == Command.REPAIR) {
      List<ObjectName> segments = new ArrayList<>();
      storage.list("index/", info -> segments.add(info.name()));
      storage.delete(segments.getFirst());
    } else if (command == Command.REENCRYPT) {
      try (Repository repository = machine(local).open(storage)) {
        var _ = repository.keyRegister("tester").rotate();
      }
    }
    before = storage.snapshot();
  }

  private void run(
      Command command,
      Machine machine,
      Storage storage,
      Storage target,
      Map<BackupId, SortedMap<String, String>> wanted)
      throws Exception {
    switch (command) {
      case BACKUP -> {
        BackupReport report = machine.backup(storage, source.copy(), null);
        wanted.put(report.backup().id(), source.contents());
      }
      case PRUNE -> assertThat(machine.prune(storage).isComplete()).isTrue();
      case COPY -> {
        try (Repository from = machine.open(storage)) {
          Copies.prepare(from, target);
          try (Repository to = machine.open(target)) {
            assertThat(Copies.copy(from, to, "host", Progress.NONE).complete()).isTrue();
          }
        }
      }
      default -> {
        try (Repository repository = machine.open(storage)) {
          run(command, repository);
        }
      }
    }
  }

  private void run(Command command, Repository repository) throws Exception {
    switch (command) {
      case FORGET -> {
        RetentionPlan plan =
            RetentionPlan.of(
                Forgetting.candidates(BackupList.read(repository), Facts.of(repository)),
                Set.of(old),
                repository.now());
        var _ = Forgetting.run(repository, plan, "by name", "tester", Progress.NONE);
        assertThat(BackupList.read(repository).backups())
            .extracting(Backup::id)
            .doesNotContain(old);
      }
      case HOLD -> {
        var _ = Holding.hold(repository, old, "audit", "tester");
        assertThat(Facts.of(repository).holds(old)).isNotEmpty();
      }
      case REPAIR -> {
        RepairPlan plan = Repairs.plan(repository, null, List.of(), false, Progress.NONE);
        Repairs.apply(repository, null, plan, "host", "tester", Progress.NONE);
      }
      case ROTATE -> {
        var _ = repository.keyRegister("tester").rotate();
      }
      case REENCRYPT ->
          assertThat(Reencryption.run(repository, "tester", Progress.NONE).failures()).isEmpty();
      case KEY_ADD -> {
        try (Passphrase other = Passphrase.of("other".getBytes(StandardCharsets.UTF_8))) {
          var _ = repository.keyRegister("tester").add(other, "other", CHEAP);
        }
      }
      case SUMMARY -> {
        boolean _ = repository.ledger().summarise(repository.now(), "tester", repository.random());
      }
      case BACKUP, PRUNE, COPY -> throw new IllegalArgumentException(command.name());
    }
  }

  private static void holds(
      Machine machine,
      MemoryStorage left,
      Map<BackupId, SortedMap<String, String>> wanted,
      boolean sound)
      throws Exception {
    try (Repository repository = machine.open(left)) {
      Map<BackupId, SortedMap<String, String>> found = new TreeMap<>();
      for (Backup backup : BackupList.read(repository).backups()) {
        if (backup.sealed() && (sound || wanted.containsKey(backup.id()))) {
          found.put(backup.id(), sound ? Contents.of(repository, backup) : wanted.get(backup.id()));
        }
      }
      assertThat(found).containsAllEntriesOf(wanted);
      if (sound) {
        assertThat(Machine.verify(repository).issues())
            .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      }
    }
  }

  private Machine machine(Path place) {
    return new Machine(place, clock);
  }

  private Path newPlace() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }
}
