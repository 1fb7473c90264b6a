package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Depth;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What verification calls damage, what it only mentions, and what it does not read again. */
class VerifyRulesTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;
  private MemoryStorage storage;
  private Machine machine;

  @BeforeEach
  void make() throws Exception {
    specimen = Specimen.make(temp);
    storage = specimen.storage();
    machine = new Machine(temp.resolve("verifier"), specimen.clock());
  }

  private VerifyReport verify(Duration unlessVerified) throws Exception {
    try (Repository repository = machine.open(storage)) {
      return Verification.run(
          repository, Depth.FULL, 1, Verification.all(), unlessVerified, Progress.NONE);
    }
  }

  private static List<String> objects(VerifyReport report, Severity severity) {
    return report.issues().stream()
        .filter(issue -> issue.severity() == severity)
        .map(Issue::object)
        .toList();
  }

  @Test
  void whatWasReadLatelyIsNotReadAgainAndNobodyIsToldThatItWas() throws Exception {
    Duration day = Duration.ofDays(1);
    VerifyReport first = verify(day);
    assertThat(first.issues()).as("nothing was read before").isEmpty();
    // Trees are walked each time.
    ObjectName pack = dataPack();
    Damage.flip(storage, pack, storage.get(pack).length / 2, 4);
    specimen.clock().advance(Duration.ofHours(23));
    VerifyReport second = verify(day);
    assertThat(second.intact()).isTrue();
    assertThat(second.bytes()).isLessThan(first.bytes());
    assertThat(objects(second, Severity.NOTICE)).containsExactly("packs/");
    specimen.clock().advance(Duration.ofHours(2));
    assertThat(objects(verify(day), Severity.DAMAGE)).contains(pack.value());
    assertThat(objects(verify(Duration.ZERO), Severity.DAMAGE)).contains(pack.value());
    assertThat(objects(verify(day), Severity.DAMAGE))
        .as("what was found damaged is read each time")
        .contains(pack.value());
  }

  private ObjectName dataPack() throws Exception {
    List<ObjectName> packs = new ArrayList<>();
    try (Repository repository = machine.open(storage)) {
      repository
          .index()
          .packs(
              pack -> {
                if (pack.kind() == BlobKind.DATA) {
                  packs.add(ObjectKind.DATA_PACK.name(pack.id()));
                }
              });
    }
    return packs.getFirst();
  }

  @Test
  void aSegmentInThePlaceOfAnotherIsDamageOfTheBackupThatNamesIt() throws Exception {
    Backup backup;
    try (Repository repository = machine.open(storage)) {
      backup = BackupList.read(repository).backups().getFirst();
      ObjectId id = backup.manifest().segments().getFirst().id();
      ObjectName name = ObjectKind.INDEX_SEGMENT.name(id);
      IndexSegment honest = IndexSegment.read(storage, repository.keys(), id);
      byte[] other =
          new IndexSegment(List.of(ObjectId.random(repository.random())), honest.packs()).encode();
      storage.delete(name);
      storage.put(name, repository.keys().sealSmall(ObjectKind.INDEX_SEGMENT, id, other));
    }
    VerifyReport report = verify(Duration.ZERO);
    assertThat(report.issues())
        .anyMatch(
            issue ->
                issue.severity() == Severity.DAMAGE
                    && issue.message().contains("another one")
                    && issue.backups().equals(List.of(backup.id())));
    assertThat(report.intact()).isFalse();
  }

  @Test
  void whatWasForgottenMayBeInAnyState() throws Exception {
    BackupId forgotten;
    ObjectName manifest;
    byte[] object;
    try (Repository repository = machine.open(storage)) {
      Backup backup =
          BackupList.read(repository).backups().stream()
              .filter(Backup::sealed)
              .reduce((a, b) -> b)
              .orElseThrow();
      forgotten = backup.id();
      manifest = backup.object();
      object = storage.get(manifest);
    }
    machine.forget(storage, forgotten);
    byte[] turned = object.clone();
    turned[turned.length / 2] ^= 4;
    storage.put(manifest, turned);
    VerifyReport report = verify(Duration.ZERO);
    assertThat(report.intact()).as(report.issues().toString()).isTrue();
    assertThat(objects(report, Severity.NOTICE)).contains(manifest.value());
  }

  @Test
  void aDescriptionOrACondemnationThatIsDamagedMeanwhileIsNamed() throws Exception {
    ObjectName description = new ObjectName("salvor");
    try (Repository repository = machine.open(storage)) {
      Damage.flip(storage, description, storage.get(description).length / 2, 4);
      ObjectId id = ObjectId.random(repository.random());
      ObjectName condemnation = ObjectKind.CONDEMNATION.name(id);
      storage.put(condemnation, new byte[200]);
      List<String> phases = new ArrayList<>();
      VerifyReport report =
          Verification.run(
              repository,
              Depth.FULL,
              1,
              Verification.all(),
              new Progress() {
                @Override
                public void phase(String name) {
                  phases.add(name);
                }
              });
      assertThat(objects(report, Severity.DAMAGE)).contains("salvor", condemnation.value());
      assertThat(phases).startsWith("structure").contains("read", "trees");
    }
  }
}
