package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Xattr;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupRunTest {
  @TempDir Path temp;
  private TestRepository test;
  private final MapSource source = new MapSource();

  @BeforeEach
  void threeFiles() throws IOException {
    test = new TestRepository(temp);
    source.put("a", text("first")).put("b/c", noise(1, 3 << 20)).put("b/d", new byte[0]);
  }

  @Test
  void aBackupHoldsWhatWasThere() throws Exception {
    Backup backup = run(null).backup();
    assertThat(backup.manifest().status()).isEqualTo(BackupStatus.SUCCESS);
    assertThat(backup.manifest().lineage().type()).isEqualTo(BackupType.FULL);
    assertThat(backup.manifest().entries()).isEqualTo(new Manifest.Counts(3, 3, 0, 0, 0));
    assertThat(backup.manifest().bytes().read()).isEqualTo((3 << 20) + 5);
    assertThat(contents(backup)).isEqualTo(expected("a", "b/c", "b/d"));
    try (Repository repository = test.open()) {
      assertThat(repository.ledger().existing()).containsKey(backup.object().value());
      assertThat(repository.ledger().issues()).isEmpty();
      List<String> sessions = new ArrayList<>();
      repository.storage().list("sessions/", i -> sessions.add(i.name().value()));
      assertThat(sessions).isEmpty();
    }
  }

  @Test
  void theNextReadsOnlyWhatHasChanged() throws Exception {
    Backup first = run(null).backup();
    source.takeRead();
    source.put("a", text("second")).remove("b/d").put("e", text("new"));
    Backup second = run(null).backup();
    assertThat(source.takeRead()).containsExactly("a", "e");
    assertThat(second.manifest().lineage())
        .isEqualTo(new Manifest.Lineage(BackupType.INCREMENTAL, first.id(), null, 2));
    assertThat(second.manifest().entries()).isEqualTo(new Manifest.Counts(3, 1, 1, 1, 0));
    assertThat(contents(second).get("a")).isEqualTo("second");
    assertThat(contents(first).get("a")).isEqualTo("first");
  }

  @Test
  void withNothingChangedNothingIsCountedAndHardlyAnythingStored() throws Exception {
    run(null);
    Manifest second = run(null).backup().manifest();
    assertThat(second.entries()).isEqualTo(new Manifest.Counts(3, 0, 0, 0, 0));
    assertThat(second.bytes().stored()).isZero();
    assertThat(second.bytes().read()).isZero();
  }

  @Test
  void aFullBackupReadsEverythingAndStoresNothingTwice() throws Exception {
    run(null);
    source.takeRead();
    Manifest full = run(BackupType.FULL).backup().manifest();
    assertThat(source.takeRead()).containsExactly("a", "b/c", "b/d");
    assertThat(full.lineage().parent()).isNull();
    assertThat(full.bytes().stored()).isZero();
    assertThat(full.entries()).isEqualTo(new Manifest.Counts(3, 0, 0, 0, 0));
  }

  @Test
  void aDifferentialIsComparedWithTheLastFull() throws Exception {
    Backup full = run(null).backup();
    source.put("a", text("1"));
    run(null);
    source.put("b/d", text("2"));
    Manifest differential = run(BackupType.DIFFERENTIAL).backup().manifest();
    assertThat(differential.lineage().base()).isEqualTo(full.id());
    assertThat(differential.entries().changed()).isEqualTo(2);
  }

  @Test
  void aDifferentialWithoutAFullIsFullAndSaysSo() throws Exception {
    BackupReport report = run(BackupType.DIFFERENTIAL);
    assertThat(report.backup().manifest().lineage().type()).isEqualTo(BackupType.FULL);
    assertThat(report.warnings()).hasSize(1);
  }

  @Test
  void whatCannotBeReadIsReportedAndTheRestGoesOn() throws Exception {
    run(null);
    source.unreadable("b/c");
    Manifest manifest = run(null).backup().manifest();
    assertThat(manifest.status()).isEqualTo(BackupStatus.PARTIAL);
    assertThat(manifest.entries()).isEqualTo(new Manifest.Counts(2, 0, 0, 0, 1));
    assertThat(manifest.failures().getFirst().code()).isEqualTo(ErrorCode.ENTRY_UNREADABLE.code());
  }

  @Test
  void anInterruptedBackupCanBeBrowsedAndIsTakenUp() throws Exception {
    int[] seen = {0};
    source.beforeEach(
        () -> {
          if (++seen[0] == 3) {
            throw new SalvorException(ErrorCode.INTERRUPTED, "stop", "", "");
          }
        });
    assertThatThrownBy(() -> run(null)).isInstanceOf(SalvorException.class);
    try (Repository repository = test.open()) {
      List<Backup> listed = BackupList.read(repository).backups();
      assertThat(listed).hasSize(1);
      assertThat(listed.getFirst().manifest().status()).isEqualTo(BackupStatus.INTERRUPTED);
      assertThat(contents(listed.getFirst())).isEqualTo(expected("a", "b/c"));
    }
    source.beforeEach(() -> {}).takeRead();
    BackupReport report = run(null);
    assertThat(report.resumed()).isTrue();
    assertThat(source.takeRead()).containsExactly("b/d");
    assertThat(contents(report.backup())).isEqualTo(expected("a", "b/c", "b/d"));
  }

  @Test
  void aCheckpointComesEveryThirtySeconds() throws Exception {
    source.beforeEach(() -> test.advance(31));
    int[] most = {0};
    source.put("z", text("last"));
    Progress progress =
        new Progress() {
          @Override
          public void advance(long items, long bytes) {
            try (Repository other = test.open()) {
              most[0] = Math.max(most[0], BackupList.read(other).backups().size());
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        };
    try (Repository repository = test.open()) {
      BackupRun.backup(repository, source, request(null), progress);
    }
    assertThat(most[0]).as("it was listed as interrupted while it ran").isEqualTo(1);
  }

  @Test
  void aWriterThatWasGivenUpDoesNotSeal() throws Exception {
    source.beforeEach(
        () -> {
          try (Repository other = test.open()) {
            for (OpenSession s : OpenSession.list(other.storage(), other.keys(), n -> {})) {
              SessionObjects.remove(other.storage(), s.open().session());
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    assertThatThrownBy(() -> run(null))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_REVOKED));
    try (Repository repository = test.open()) {
      assertThat(BackupList.read(repository).objects()).isEmpty();
    }
  }

  @Test
  void theNextBackupStoresAgainWhatWasInLostPacks() throws Exception {
    for (BackupType type : Arrays.asList(null, BackupType.FULL)) {
      for (ObjectKind kind : List.of(ObjectKind.DATA_PACK, ObjectKind.TREE_PACK)) {
        run(null);
        losePacks(kind);
        BackupReport report = run(type);
        assertThat(report.warnings())
            .extracting("code")
            .as("%s %s", type, kind)
            .startsWith("packs-lost");
        assertThat(contents(report.backup())).isEqualTo(expected("a", "b/c", "b/d"));
        assertThat(run(null).backup().manifest().entries().changed()).isZero();
      }
    }
  }

  @Test
  void aLargeFileIsReadAgainWhenAnyPartOfItIsLost() throws Exception {
    byte[] large = noise(7, 40 << 20);
    source.put("large", large);
    run(null);
    losePacks(ObjectKind.DATA_PACK);
    source.takeRead();
    Backup backup = run(null).backup();
    assertThat(source.takeRead()).contains("large");
    assertThat(contents(backup)).containsEntry("large", string(large));
  }

  private void losePacks(ObjectKind kind) throws IOException {
    try (Repository repository = test.open()) {
      List<ObjectName> packs = new ArrayList<>();
      repository.storage().list("packs/", i -> packs.add(i.name()));
      for (ObjectName pack : packs) {
        if (repository.storage().get(pack, 5, 1)[0] == kind.number()) {
          repository.storage().delete(pack);
        }
      }
    }
  }

  @Test
  void whatIsTooLargeForTheTreeIsReportedAndTheRestGoesOn() throws Exception {
    Source hostile =
        new OneEntry(
            capture -> {
              Entry fat =
                  Entry.builder(EntryKind.DIRECTORY)
                      .xattrs(List.of(new Xattr(text("user.a"), new byte[5 << 20])))
                      .build();
              Entry slim = Entry.builder(EntryKind.DIRECTORY).build();
              capture.put(Key.of("fat"), fat);
              capture.put(Key.of("x".repeat(Key.MAX_ENCODED + 1)), slim);
              capture.put(Key.of("z"), slim);
            });
    try (Repository repository = test.open()) {
      Manifest manifest =
          BackupRun.backup(repository, hostile, request(null), Progress.NONE).backup().manifest();
      assertThat(manifest.status()).isEqualTo(BackupStatus.PARTIAL);
      assertThat(manifest.entries()).isEqualTo(new Manifest.Counts(1, 1, 0, 0, 2));
    }
  }

  @Test
  void anEntryWithSeveralFlawsFailsOnce() throws Exception {
    Source hostile =
        new OneEntry(
            capture -> {
              for (String name : List.of("a", "b")) {
                Key key = Key.of(name);
                capture.put(key, Entry.builder(EntryKind.DIRECTORY).build());
                capture.fail(key, ErrorCode.ENTRY_UNREADABLE, "attribute user.one: denied");
                capture.fail(key, ErrorCode.ENTRY_UNREADABLE, "attribute user.two: denied");
              }
            });
    try (Repository repository = test.open()) {
      Manifest manifest =
          BackupRun.backup(repository, hostile, request(null), Progress.NONE).backup().manifest();
      assertThat(manifest.entries()).isEqualTo(new Manifest.Counts(2, 2, 0, 0, 2));
      assertThat(manifest.failures()).hasSize(4);
    }
  }

  @Test
  void manyLongNamesThatCannotBeReadDoNotMakeTheManifestTooLarge() throws Exception {
    Source hostile =
        new OneEntry(
            capture -> {
              for (int i = 0; i < 100; i++) {
                Key key = Key.of(i + "x".repeat(1_000_000));
                capture.fail(key, ErrorCode.ENTRY_UNREADABLE, "Permission denied");
              }
            });
    try (Repository repository = test.open()) {
      Manifest manifest =
          BackupRun.backup(repository, hostile, request(null), Progress.NONE).backup().manifest();
      assertThat(manifest.entries().failed()).isEqualTo(100);
      assertThat(manifest.failures()).hasSize(4);
    }
  }

  @Test
  void whatWasRemovedIsNotTakenUpAgainWhenItsManifestIsStillThere() throws Exception {
    Backup first = run(null).backup();
    String name = first.object().value();
    try (Repository repository = test.open()) {
      repository
          .ledger()
          .append(LedgerChange.removing(List.of(name)), test.instant(), "me", repository.random());
      assertThat(repository.ledger().removed()).containsExactly(name);
    }
    run(null);
    try (Repository repository = test.open()) {
      assertThat(repository.ledger().existing()).doesNotContainKey(name).hasSize(1);
      BackupList list = BackupList.read(repository);
      assertThat(list.backups()).hasSize(1).doesNotContain(first);
      assertThat(list.dead()).containsExactly(first.object());
    }
  }

  /** A source that does what a test wants. */
  private record OneEntry(CaptureBody body) implements Source {
    interface CaptureBody {
      void capture(Capture capture) throws IOException;
    }

    @Override
    public String provider() {
      return "map";
    }

    @Override
    public String address() {
      return "map:hostile";
    }

    @Override
    public List<byte[]> paths() {
      return List.of();
    }

    @Override
    public List<Warning> warnings() {
      return List.of();
    }

    @Override
    public void capture(Capture capture) throws IOException {
      body.capture(capture);
    }

    @Override
    public void close() {}
  }

  private BackupReport run(@Nullable BackupType type) throws Exception {
    test.advance(60);
    try (Repository repository = test.open()) {
      return BackupRun.backup(repository, source, request(type), Progress.NONE);
    }
  }

  private static BackupRequest request(@Nullable BackupType type) {
    return new BackupRequest(type, "host", "me", "", "", new TreeMap<>());
  }

  private SortedMap<String, String> expected(String... keys) {
    SortedMap<String, String> all = new TreeMap<>();
    all.put("a", "first");
    all.put("b/c", string(noise(1, 3 << 20)));
    all.put("b/d", "");
    all.keySet().retainAll(List.of(keys));
    return all;
  }

  private SortedMap<String, String> contents(Backup backup) throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    try (Repository repository = test.open()) {
      TreeCursor cursor = repository.tree(backup.manifest().root()).all();
      for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
        Entry entry = EntryCodec.decode(item.key(), item.value());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ContentReader extents =
            new ContentReader(repository.blobs(), entry.content(), entry.size());
        for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
          if (p.extent() instanceof Extent.Data data) {
            out.writeBytes(repository.blobs().get(BlobKind.DATA, data.id()));
          }
        }
        contents.put(item.key().toString(), string(out.toByteArray()));
      }
    }
    return contents;
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] noise(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
