package io.salvor.testkit.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.fact.ActiveHold;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.reencrypt.ReencryptReport;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.Repairs;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.Holding;
import io.salvor.engine.retention.RetentionPlan;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Who takes part. */
final class Actors {
  private Actors() {}

  /** Backs a source up, twice, and once more if it was stopped. */
  static class Writer extends Actor {
    private final MapSource source;

    Writer(World world, String name, String address) throws IOException {
      super(world, name);
      source = new MapSource(address);
      for (int i = 0; i < 5; i++) {
        source.put("file " + i, noise(own.nextInt(6)));
      }
    }

    @Override
    int commands() {
      return 2;
    }

    @Override
    Set<ErrorCode> allowed() {
      return EnumSet.of(ErrorCode.SESSION_REVOKED);
    }

    @Override
    void command(int number) throws Exception {
      source.put("file " + own.nextInt(5), noise(own.nextInt(6)));
      source.remove("file " + own.nextInt(5));
      BackupReport report = backup(machine(), source.copy());
      world.truth.acknowledged(report.backup().id(), source.contents());
      world.tally.count("backups");
      world.tally.add(
          "begun again",
          report.warnings().stream().filter(w -> w.code().equals("begun-again")).count());
    }

    BackupReport backup(Machine machine, MapSource from) throws Exception {
      return machine.backup(storage(), from, null);
    }

    private static byte[] noise(long seed) {
      byte[] bytes = new byte[1_000];
      new Random(seed).nextBytes(bytes);
      return bytes;
    }
  }

  /** A write-only client: what it stores, every pruner takes in first. */
  static final class Client extends Writer {
    Client(World world, String name) throws IOException {
      super(world, name, "map:" + name);
    }

    /** Lets it in. */
    static void admit(Machine admin, Storage storage, String host) throws IOException {
      try (Repository repository = admin.open(storage);
          Passphrase passphrase = Passphrase.of(host.getBytes(StandardCharsets.UTF_8))) {
        var _ = repository.keyRegister("admin").addWriter(passphrase, host, new Argon2id(8, 1, 1));
      }
    }

    @Override
    BackupReport backup(Machine machine, MapSource from) throws Exception {
      Repository repository = machine.open(storage(), name);
      BackupReport report = machine.backup(repository, from, null);
      repository.close();
      return report;
    }
  }

  /** Prunes. */
  static class Pruner extends Actor {
    Pruner(World world, String name) throws IOException {
      super(world, name);
    }

    @Override
    int commands() {
      return 3;
    }

    @Override
    void command(int number) throws Exception {
      var _ = prune(storage());
    }

    final PruneReport prune(Storage storage) throws Exception {
      Duration giveUp = Duration.ofSeconds(own.nextBoolean() ? 10 : 10_000);
      Duration patience = Duration.ofSeconds(own.nextBoolean() ? 0 : 60);
      double unused = own.nextBoolean() ? 0.1 : 0.9;
      PruneReport report =
          machine().prune(storage, new PruneRequest(unused, giveUp, patience, name));
      world.tally.count("prunes");
      world.tally.add("packs deleted", report.deleted());
      world.tally.add("blobs copied", report.copiedBlobs());
      world.tally.add("sessions closed", report.closed());
      world.tally.add("prunes waited", report.isComplete() ? 0 : 1);
      return report;
    }
  }

  /** Prunes the copy, once there is one. */
  static final class CopyPruner extends Pruner {
    CopyPruner(World world, String name) throws IOException {
      super(world, name);
    }

    @Override
    void command(int number) throws Exception {
      Storage copy = world.copyView(name);
      if (copy.find(RepositoryDescription.NAME).isPresent()) {
        world.tally.add("packs deleted in the copy", prune(copy).deleted());
      }
    }
  }

  /** Forgets, holds and releases. */
  static final class Deleter extends Actor {
    Deleter(World world, String name) throws IOException {
      super(world, name);
    }

    @Override
    int commands() {
      return 3;
    }

    @Override
    Set<ErrorCode> allowed() {
      return EnumSet.of(ErrorCode.BACKUP_UNKNOWN, ErrorCode.BACKUP_PROTECTED);
    }

    @Override
    void command(int number) throws Exception {
      List<BackupId> known = world.truth.known();
      if (known.isEmpty()) {
        return;
      }
      // The newest of a source is kept in any case.
      BackupId id = known.get(own.nextInt((known.size() + 1) / 2));
      try (Repository repository = machine().open(storage())) {
        switch (own.nextInt(4)) {
          case 0 -> hold(repository, id);
          case 1 -> release(repository, id);
          default -> forget(repository, id);
        }
      }
    }

    private void forget(Repository repository, BackupId id) throws Exception {
      RetentionPlan plan =
          RetentionPlan.of(
              Forgetting.candidates(BackupList.read(repository), Facts.of(repository)),
              Set.of(id),
              repository.now());
      world.truth.doubtful(plan.ids());
      for (Backup backup : Forgetting.run(repository, plan, "by name", name, Progress.NONE)) {
        world.truth.forgotten(backup.id());
        world.tally.count("forgotten");
      }
    }

    private void hold(Repository repository, BackupId id) throws Exception {
      if (isThere(repository, id)) {
        world.truth.held(id, Holding.hold(repository, id, "test", name).id());
        world.tally.count("holds");
      }
    }

    private static boolean isThere(Repository repository, BackupId id) throws IOException {
      return BackupList.read(repository).backups().stream()
          .anyMatch(backup -> backup.sealed() && backup.id().equals(id));
    }

    private void release(Repository repository, BackupId id) throws Exception {
      List<ActiveHold> holds = Facts.of(repository).holds(id);
      if (!holds.isEmpty()) {
        for (ActiveHold hold : holds) {
          world.truth.released(id, hold.note());
          var _ = Facts.add(repository, new Fact.Release(id, hold.note(), "test"), name);
        }
        world.tally.count("releases");
      }
    }
  }

  /** Looks whether anything is lost or damaged: nothing ever is. */
  static final class Verifier extends Actor {
    Verifier(World world, String name) throws IOException {
      super(world, name);
    }

    @Override
    int commands() {
      return 2;
    }

    @Override
    void command(int number) throws Exception {
      VerifyReport report = machine().verify(world.quiet(name));
      assertThat(report.issues())
          .as("a false alarm")
          .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      world.tally.count("verifications");
    }
  }

  /** Makes a new epoch, and seals to it what was sealed before. */
  static final class Rotator extends Actor {
    Rotator(World world, String name) throws IOException {
      super(world, name);
    }

    @Override
    int commands() {
      return 2;
    }

    @Override
    Set<ErrorCode> allowed() {
      return EnumSet.of(ErrorCode.SESSION_REVOKED, ErrorCode.REENCRYPTION_RUNNING);
    }

    @Override
    void command(int number) throws Exception {
      if (number == 0) {
        try (Repository repository = machine().open(storage())) {
          var _ = repository.keyRegister(name).rotate();
        }
      }
      try (Repository repository = machine().open(storage())) {
        ReencryptReport report = Reencryption.run(repository, name, Progress.NONE);
        // Where keys could not be read for a moment, what is sealed to them stays as it was.
        assertThat(report.failures())
            .allMatch(e -> world.isFaulty() && e.code() == ErrorCode.OBJECT_UNREADABLE);
        world.tally.count("encrypted again");
        world.tally.add("packs encrypted again", report.packs());
      }
    }
  }

  /** Repairs, where nothing needs to be: it must do no harm. */
  static final class Repairer extends Actor {
    Repairer(World world, String name) throws IOException {
      super(world, name);
    }

    @Override
    int commands() {
      return 1;
    }

    @Override
    Set<ErrorCode> allowed() {
      return EnumSet.of(ErrorCode.SESSION_REVOKED);
    }

    @Override
    void command(int number) throws Exception {
      try (Repository repository = machine().open(storage())) {
        RepairPlan plan = Repairs.plan(repository, null, List.of(), false, Progress.NONE);
        world.tally.count("repairs");
        world.tally.add("repairs that did something", plan.isEmpty() ? 0 : 1);
        Repairs.apply(repository, null, plan, name, name, Progress.NONE);
      }
    }
  }

  /** Copies the repository to another place. */
  static final class Copier extends Actor {
    Copier(World world, String name) throws IOException {
      super(world, name);
    }

    @Override
    int commands() {
      return 2;
    }

    @Override
    Set<ErrorCode> allowed() {
      return EnumSet.of(ErrorCode.SESSION_REVOKED);
    }

    @Override
    void command(int number) throws Exception {
      CopyReport report = copy(machine(), storage(), world.copyView(name));
      world.tally.count("copies");
      world.tally.add("copies with something missing", report.complete() ? 0 : 1);
    }

    static CopyReport copy(Machine machine, Storage from, Storage to) throws Exception {
      try (Repository source = machine.open(from)) {
        Copies.prepare(source, to);
        try (Repository target = machine.open(to)) {
          return Copies.copy(source, target, machine.host(), Progress.NONE);
        }
      }
    }
  }
}
