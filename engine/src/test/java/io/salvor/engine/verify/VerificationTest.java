package io.salvor.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.MapSource;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport.Depth;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {
  @TempDir Path temp;
  private TestRepository test;
  private Backup first;
  private Backup second;

  @BeforeEach
  void twoSources() throws Exception {
    test = new TestRepository(temp);
    first = run("one", new MapSource().put("a", noise(1)).put("c", noise(3)));
    second = run("two", new MapSource().put("b", noise(2)));
  }

  @Test
  void whatWasJustWrittenIsIntact() throws Exception {
    VerifyReport report = verify(Depth.FULL, Verification.all());
    assertThat(report.issues()).isEmpty();
    assertThat(report.bytes()).isGreaterThan(first.manifest().bytes().stored());
  }

  @Test
  void damageOfAnySmallObjectShowsThoughThisMachineKnowsItsContent() throws Exception {
    for (ObjectName name : names()) {
      if (name.value().startsWith("packs/")) {
        continue;
      }
      byte[] bytes = flip(name, 0.9);
      if (!name.value().startsWith("keys/") && !name.value().equals("salvor")) {
        VerifyReport report = verify(Depth.STRUCTURE, Verification.all());
        assertThat(report.issues())
            .as(name.value())
            .anyMatch(i -> i.severity() == Severity.DAMAGE && i.object().equals(name.value()));
      }
      replace(name, bytes);
    }
    assertThat(verify(Depth.FULL, Verification.all()).issues()).isEmpty();
  }

  @Test
  void aLostSegmentIsToldOfTheBackupThatNamesIt() throws Exception {
    ObjectId segment = first.manifest().segments().getFirst().id();
    delete(ObjectKind.INDEX_SEGMENT.name(segment));
    assertThat(verify(Depth.STRUCTURE, Verification.all()).issues())
        .anyMatch(i -> i.object().contains(segment.toString()) && concerns(i, first));
    assertThat(verify(Depth.FULL, Verification.only(List.of(first.id()))).intact()).isFalse();
    assertThat(verify(Depth.FULL, Verification.only(List.of(second.id()))).intact()).isTrue();
  }

  @Test
  void aSmallSampleReadsOnePackAtLeast() throws Exception {
    try (Repository repository = test.open()) {
      long structure =
          Verification.run(repository, Depth.STRUCTURE, 0, Verification.all(), Progress.NONE)
              .bytes();
      VerifyReport sample =
          Verification.run(repository, Depth.SAMPLE, 0.001, Verification.all(), Progress.NONE);
      assertThat(sample.bytes()).isGreaterThan(structure);
    }
  }

  @Test
  void ofOneBackupOnlyWhatItNeedsIsJudged() throws Exception {
    for (ObjectName name : names()) {
      if (name.value().startsWith("packs/")) {
        byte[] bytes = flip(name, 0.3);
        boolean all = verify(Depth.FULL, Verification.all()).intact();
        boolean one = verify(Depth.FULL, Verification.only(List.of(first.id()))).intact();
        boolean two = verify(Depth.FULL, Verification.only(List.of(second.id()))).intact();
        assertThat(all).as(name.value()).isFalse();
        assertThat(one).as("%s belongs to one of them", name).isNotEqualTo(two);
        replace(name, bytes);
      }
    }
  }

  @Test
  void aLostLedgerEntryShowsToAMachineThatHasNeverSeenIt() throws Exception {
    for (ObjectName name : names()) {
      if (name.value().startsWith("ledger/")) {
        delete(name);
      }
    }
    deleteLocalState();
    assertThat(verify(Depth.STRUCTURE, Verification.all()).issues())
        .filteredOn(i -> i.severity() == Severity.DAMAGE)
        .flatExtracting(Issue::backups)
        .containsExactlyInAnyOrder(first.id(), second.id());
  }

  @Test
  void strayObjectsAreMentioned() throws Exception {
    try (Storage storage = DirectoryStorage.open(test.directory())) {
      storage.put(new ObjectName("holiday/picture.jpg"), new byte[10]);
    }
    VerifyReport report = verify(Depth.FULL, Verification.all());
    assertThat(report.intact()).isTrue();
    assertThat(report.issues()).extracting(Issue::object).containsExactly("holiday/");
  }

  @Test
  void aBackupSealedAfterTheRepositoryWasOpenedIsNoDamage() throws Exception {
    try (Repository repository = test.open()) {
      run("three", new MapSource().put("x", noise(77)));
      assertThat(
              Verification.run(repository, Depth.FULL, 1, Verification.all(), Progress.NONE)
                  .issues())
          .isEmpty();
    }
  }

  private static boolean concerns(Issue issue, Backup backup) {
    List<BackupId> backups = issue.backups();
    return issue.severity() == Severity.DAMAGE && backups.contains(backup.id());
  }

  private Backup run(String host, MapSource source) throws Exception {
    test.advance(60);
    try (Repository repository = test.open()) {
      BackupReport report =
          BackupRun.backup(
              repository,
              source,
              new BackupRequest(null, host, "me", "", "", new TreeMap<>()),
              Progress.NONE);
      return report.backup();
    }
  }

  private VerifyReport verify(Depth depth, Predicate<Backup> wanted) throws Exception {
    try (Repository repository = test.open()) {
      return Verification.run(repository, depth, 1, wanted, Progress.NONE);
    }
  }

  private List<ObjectName> names() throws IOException {
    List<ObjectName> names = new ArrayList<>();
    try (Storage storage = DirectoryStorage.open(test.directory())) {
      storage.list("", info -> names.add(info.name()));
    }
    return names;
  }

  private byte[] flip(ObjectName name, double where) throws IOException {
    try (Storage storage = DirectoryStorage.open(test.directory())) {
      byte[] bytes = storage.get(name);
      byte[] flipped = bytes.clone();
      flipped[(int) (bytes.length * where)] ^= 4;
      storage.delete(name);
      storage.put(name, flipped);
      return bytes;
    }
  }

  private void replace(ObjectName name, byte[] bytes) throws IOException {
    try (Storage storage = DirectoryStorage.open(test.directory())) {
      storage.delete(name);
      storage.put(name, bytes);
    }
  }

  private void delete(ObjectName name) throws IOException {
    try (Storage storage = DirectoryStorage.open(test.directory())) {
      storage.delete(name);
    }
  }

  private void deleteLocalState() throws IOException {
    try (var files = Files.walk(temp.resolve("local"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[100_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
