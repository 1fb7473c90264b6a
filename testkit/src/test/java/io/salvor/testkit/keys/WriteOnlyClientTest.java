package io.salvor.testkit.keys;

import static io.salvor.testkit.keys.WriteOnlyClient.PASSWORD;
import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.Repairs;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.writer.Intake;
import io.salvor.testkit.damage.Mending;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SteppedStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that may back itself up and nothing else. */
class WriteOnlyClientTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private WriteOnlyClient client;
  private MemoryStorage storage;
  private Machine admin;
  private Machine web1;

  @BeforeEach
  void admit() throws Exception {
    client = new WriteOnlyClient(temp);
    storage = client.storage;
    admin = client.admin;
    web1 = client.web1;
  }

  @Test
  void itBacksUpWithDeduplicationAndAKeyHolderRestoresIt() throws Exception {
    MapSource source =
        new MapSource("map:web1").put("big", noise(1, 400_000)).put("own", noise(2, 90_000));
    BackupReport report = client.backup(source);
    assertThat(report.backup().manifest().bytes().added())
        .as("what the admin has stored is not stored again")
        .isBetween(90_000L, 110_000L);
    assertThat(client.backup(source).backup().manifest().bytes().added())
        .as("nor what it has stored itself")
        .isZero();
    client.accept(2);
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues()).isEmpty();
    }
  }

  @Test
  void whatACutOffRunHasStoredIsWaitedForWithTheBackupThatHasFoundIt() throws Exception {
    MapSource source = new MapSource("map:web1").put("own", noise(2, 90_000));
    client.backup(source);
    client.accept(2);
    source.put("more", noise(3, 90_000));
    SteppedStorage dying =
        new SteppedStorage(
            storage,
            operation -> {
              if (operation instanceof Operation.Put put
                  && put.name().value().startsWith("backups/")) {
                throw new IOException("planned death");
              }
            });
    for (int run = 0; run < 2; run++) {
      client.clock.advance(Duration.ofMinutes(1));
      try (Repository repository = web1.open(dying, WriteOnlyClient.PASSWORD)) {
        assertThatThrownBy(() -> web1.backup(repository, source.copy(), null))
            .hasMessageContaining("planned");
      }
      // The second has found what the first has stored, and leaves a checkpoint.
      try (Repository repository = admin.open(storage)) {
        assertThat(Machine.verify(repository).issues())
            .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE);
      }
    }
    BackupReport report = client.backup(source);
    try (Repository repository = admin.open(storage)) {
      assertThat(Machine.verify(repository).issues())
          .noneMatch(issue -> issue.severity() == VerifyReport.Severity.DAMAGE)
          .anyMatch(issue -> issue.message().contains("nobody has read it back yet"));
    }
    client.accept(1);
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues()).isEmpty();
    }
  }

  @Test
  void theLossOfWhatStandsForAClientsSegmentIsDamageAndIsMended() throws Exception {
    MapSource source = new MapSource("map:web1").put("own", noise(2, 90_000));
    BackupReport report = client.backup(source);
    Set<ObjectName> before = Set.copyOf(storage.names("index/"));
    client.accept(1);
    Set<ObjectName> standing = new HashSet<>(storage.names("index/"));
    standing.removeAll(before);
    admin.prune(storage);
    standing.forEach(storage::delete);
    assertThat(admin.verify(storage).intact()).isFalse();
    try (Repository repository = admin.open(storage)) {
      RepairPlan plan = Repairs.plan(repository, null, List.of(), false, Progress.NONE);
      assertThat(plan.heals()).as(plan.toString()).isTrue();
      Repairs.apply(repository, null, plan, "host", "tester", Progress.NONE);
    }
    admin.prune(storage);
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues()).isEmpty();
    }
  }

  @Test
  void whatIsLostBeforeItIsTakenInIsPutBackFromACopy() throws Exception {
    MapSource source = new MapSource("map:web1").put("own", noise(2, 90_000));
    BackupReport report = client.backup(source);
    MemoryStorage copy = Mending.copyOf(admin, storage);
    Set<ObjectName> waiting = new HashSet<>();
    try (Repository repository = admin.open(storage)) {
      assertThat(Intake.waiting(repository)).isNotEmpty();
      storage.names("packs/").stream()
          .filter(name -> ObjectKind.DATA_PACK.idIn(name).filter(client::isOwn).isPresent())
          .forEach(waiting::add);
    }
    assertThat(waiting).isNotEmpty();
    waiting.forEach(storage::delete);

    assertThat(Mending.repair(admin, storage, copy, false).heals()).isTrue();

    client.accept(waiting.size());
    assertThat(admin.prune(storage).isComplete()).isTrue();
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(source.contents());
    }
  }

  @Test
  void whatHasNotChangedIsNotReadAgain() throws Exception {
    MapSource source = new MapSource("map:web1").blocks(1_000);
    for (int i = 0; i < 300; i++) {
      source.put("dir/file " + i, noise(i, i == 7 ? 40_000 : 200));
    }
    assertThat(client.backup(source).backup().manifest().bytes().read()).isGreaterThan(90_000);
    BackupReport second =
        client.backup(source.put("dir/file 40", noise(999, 333)).remove("dir/file 50"));
    assertThat(second.backup().manifest().bytes().read()).isEqualTo(333);
    assertThat(second.backup().manifest().lineage().type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(second.backup().manifest().entries().changed()).isEqualTo(1);
    assertThat(second.backup().manifest().entries().removed()).isEqualTo(1);
    client.accept(2);
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(second.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(source.contents());
    }
  }

  @Test
  void whatIsRememberedIsSealedAndWhatIsLostOfItIsReadAgain() throws Exception {
    MapSource source = new MapSource("map:web1").put("a name", noise(2, 9_000));
    client.backup(source);
    List<Path> remembered;
    try (Stream<Path> files = Files.walk(temp.resolve("web1"))) {
      remembered =
          files
              .filter(f -> f.toString().contains("/client/"))
              .filter(Files::isRegularFile)
              .toList();
    }
    assertThat(remembered).hasSize(1);
    byte[] bytes = Files.readAllBytes(remembered.getFirst());
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("a name");
    for (int at : new int[] {0, 20, 60, bytes.length / 2, bytes.length - 20, bytes.length - 1}) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= 1;
      Files.write(remembered.getFirst(), flipped);
      assertThat(client.backup(source).backup().manifest().bytes().read()).isIn(0L, 9_000L);
      Files.write(remembered.getFirst(), Arrays.copyOf(bytes, at));
      assertThat(client.backup(source).backup().manifest().bytes().read()).isIn(0L, 9_000L);
    }
    Files.delete(remembered.getFirst());
    assertThat(client.backup(source).backup().manifest().bytes().read()).isEqualTo(9_000);
    assertThat(client.backup(source).backup().manifest().bytes().read()).isZero();
  }

  @Test
  void aBackupThatWasForgottenIsNotReliedOn() throws Exception {
    MapSource source = new MapSource("map:web1").put("own", noise(2, 9_000));
    BackupId first = client.backup(source).backup().id();
    client.accept(1);
    admin.forget(storage, first);
    admin.prune(storage);
    BackupReport again = client.backup(source);
    assertThat(again.backup().manifest().bytes().read()).isEqualTo(9_000);
    assertThat(again.backup().manifest().bytes().added()).isGreaterThan(9_000);
  }

  @Test
  void aRemovedWriterKeepsWhatItHadAndAddsNothing() throws Exception {
    BackupReport before = client.backup(new MapSource("map:web1").put("own", noise(2, 9_000)));
    Repository stolen = web1.open(storage, PASSWORD);
    try (Repository repository = admin.open(storage)) {
      Intake.run(repository, Progress.NONE);
      List<LedgerEntry.Added> sealed =
          BackupList.read(repository).backups().stream()
              .filter(b -> b.manifest().origin().host().equals("web1"))
              .map(b -> b.ledgerLine())
              .toList();
      repository.keyRegister("admin").removeWriter(client.writer.id(), sealed);
      assertThat(repository.keyRegister("admin").writers()).isEmpty();
    }
    assertThatThrownBy(() -> web1.open(storage, PASSWORD)).isInstanceOf(SalvorException.class);
    // What was opened before goes on to write.
    client.clock.advance(Duration.ofMinutes(1));
    web1.backup(stolen, new MapSource("map:web1").put("late", noise(5, 9_000)), null);
    try (Repository repository = admin.open(storage)) {
      assertThat(BackupList.read(repository).backups())
          .filteredOn(b -> b.manifest().origin().host().equals("web1"))
          .extracting(Backup::id)
          .containsExactly(before.backup().id());
      VerifyReport report =
          Verification.run(
              repository, VerifyReport.Depth.FULL, 1, Verification.all(), Progress.NONE);
      assertThat(report.intact()).isTrue();
    }
  }
}
