package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.Repairs;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Depth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packs that are lost or damaged do not keep anybody from backing up, and the next one heals. */
class HealingTest {
  @TempDir Path temp;
  private TestRepository test;
  private final MapSource source = new MapSource();

  @BeforeEach
  void aBackup() throws Exception {
    test = new TestRepository(temp);
    for (int i = 0; i < 50; i++) {
      source.put("small/" + i, noise(i, 1000));
    }
    // More than sixteen extents: a content list.
    source.put("large", noise(1000, 24 << 20));
    run(null);
    source.takeRead();
  }

  @Test
  void anIncrementalBackupReadsAgainWhatALostPackHad() throws Exception {
    packs(BlobKind.DATA).forEach(this::delete);
    assertThat(verify(Depth.STRUCTURE).intact()).isFalse();
    BackupReport report = run(null);
    assertThat(report.warnings()).extracting("code").contains("packs-lost");
    assertThat(source.takeRead()).hasSize(51);
    assertThat(verify(Depth.FULL).issues())
        .allMatch(i -> i.severity() == VerifyReport.Severity.NOTICE);
  }

  @Test
  void aLostPackOfTreesFailsNoBackupAndIsHealed() throws Exception {
    packs(BlobKind.TREE).forEach(this::delete);
    BackupReport report = run(null);
    assertThat(report.warnings()).extracting("code").contains("predecessor-damaged");
    assertThat(report.backup().manifest().entries().total()).isEqualTo(51);
    assertThat(verify(Depth.FULL).intact()).isTrue();
  }

  @Test
  void aPackOfTreesThatDoesNotDecryptFailsNoBackupAndIsHealed() throws Exception {
    packs(BlobKind.TREE).forEach(this::flip);
    run(BackupType.FULL);
    assertThat(verify(Depth.FULL).intact()).isTrue();
  }

  @Test
  void whatVerificationFoundDamagedIsStoredAgain() throws Exception {
    packs(BlobKind.DATA).forEach(this::flip);
    assertThat(verify(Depth.STRUCTURE).intact()).isTrue();
    assertThat(verify(Depth.FULL).intact()).isFalse();
    run(null);
    assertThat(verify(Depth.FULL).intact()).isTrue();
    source.takeRead();
    run(null);
    assertThat(source.takeRead()).as("nothing is read twice for it").isEmpty();
  }

  @Test
  void whatARepairHasGivenUpIsStoredAgainLongListsToo() throws Exception {
    packs(BlobKind.DATA).forEach(this::delete);
    try (Repository repository = test.open()) {
      RepairPlan plan = Repairs.plan(repository, null, List.of(), true, Progress.NONE);
      Repairs.apply(repository, null, plan, "host", "me", Progress.NONE);
    }
    BackupReport report = run(null);
    assertThat(source.takeRead()).hasSize(51);
    try (Repository repository = test.open()) {
      assertThat(
              Verification.run(
                      repository,
                      Depth.FULL,
                      1,
                      Verification.only(List.of(report.backup().id())),
                      Progress.NONE)
                  .intact())
          .isTrue();
    }
  }

  private BackupReport run(@Nullable BackupType type) throws Exception {
    test.advance(60);
    try (Repository repository = test.open()) {
      return BackupRun.backup(
          repository,
          source,
          new BackupRequest(type, "host", "me", "", "", new TreeMap<>()),
          Progress.NONE);
    }
  }

  private VerifyReport verify(Depth depth) throws Exception {
    try (Repository repository = test.open()) {
      return Verification.run(repository, depth, 1, Verification.all(), Progress.NONE);
    }
  }

  private List<PackSummary> packs(BlobKind kind) throws IOException {
    List<PackSummary> packs = new ArrayList<>();
    try (Repository repository = test.open()) {
      repository.index().packs(packs::add);
    }
    packs.removeIf(pack -> pack.kind() != kind);
    assertThat(packs).isNotEmpty();
    return packs;
  }

  private void delete(PackSummary pack) {
    try (Repository repository = test.open()) {
      repository.storage().delete(ObjectKind.DATA_PACK.name(pack.id()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void flip(PackSummary pack) {
    try (Repository repository = test.open()) {
      Storage storage = repository.storage();
      ObjectName name = ObjectKind.DATA_PACK.name(pack.id());
      byte[] bytes = storage.get(name);
      bytes[200] ^= 1;
      storage.delete(name);
      storage.put(name, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] noise(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
