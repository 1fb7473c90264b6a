package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeRoot;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups whose author means harm: they hurt nobody else's, and pass for sound with nobody. */
class HostileAuthorTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final MapSource source = new MapSource().put("a", noise(1)).put("b", noise(2));
  private Machine machine;
  private Backup good;

  @BeforeEach
  void aGoodBackup() throws Exception {
    machine = new Machine(temp.resolve("machine"), clock);
    machine.init(storage);
    good = machine.backup(storage, source, null).backup();
    clock.advance(Duration.ofMinutes(1));
  }

  @Test
  void whoCallsAnothersTreeOneOfKeysHasNothingOfItPruned() throws Exception {
    MapSource own = new MapSource("map:own").put("own", noise(3));
    Backup real = machine.backup(storage, own, null).backup();
    plant(real.manifest(), real.manifest().root(), good.manifest().root());
    for (int i = 0; i < 2; i++) {
      assertThat(machine.prune(storage).isComplete()).isTrue();
    }
    try (Repository repository = machine.open(storage)) {
      Backup there = BackupList.read(repository).byPrefix(good.id().text());
      assertThat(Contents.of(repository, there)).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues())
          .isNotEmpty()
          .noneMatch(issue -> issue.backups().contains(good.id()));
    }
  }

  @Test
  void aTreeOfAnotherLevelOrWithFewerEntriesIsDamageThoughItsNodesAreSound() throws Exception {
    TreeRoot root = good.manifest().root();
    for (TreeRoot wrong :
        List.of(
            new TreeRoot(root.id(), root.level(), root.entries() + 1),
            new TreeRoot(root.id(), root.level() + 1, root.entries()))) {
      MemoryStorage.Snapshot before = storage.snapshot();
      BackupId planted = plant(good.manifest(), wrong, null);
      VerifyReport report = machine.verify(storage);
      assertThat(report.intact()).isFalse();
      assertThat(report.issues()).anyMatch(issue -> issue.backups().contains(planted));
      assertThat(report.issues()).noneMatch(issue -> issue.backups().contains(good.id()));
      unreadable(planted);
      reset(before);
    }
  }

  @Test
  void aListThatIsReferredToAsSensitiveAndNotIsDamageWhereItIsWrong() throws Exception {
    BackupId id = machine.backup(storage, new TwoKinds(), null).backup().id();
    VerifyReport report = machine.verify(storage);
    assertThat(report.intact()).isFalse();
    assertThat(report.issues()).anyMatch(issue -> issue.object().equals("second"));
    unreadable(id);
  }

  private void unreadable(BackupId id) throws Exception {
    try (Repository repository = machine.open(storage)) {
      Backup there = BackupList.read(repository).byPrefix(id.text());
      assertThatThrownBy(() -> Contents.of(repository, there)).isInstanceOf(SalvorException.class);
    }
  }

  private void reset(MemoryStorage.Snapshot to) throws Exception {
    MemoryStorage before = MemoryStorage.of(to);
    List<ObjectName> names = new ArrayList<>();
    storage.list("", info -> names.add(info.name()));
    for (ObjectName name : names) {
      if (before.find(name).isEmpty()) {
        storage.delete(name);
      }
    }
    machine = new Machine(temp.resolve("machine of " + names.size() + clock.instant()), clock);
    clock.advance(Duration.ofMinutes(1));
  }

  /** A manifest with other trees, which comes before all others. */
  private BackupId plant(Manifest like, TreeRoot root, @Nullable TreeRoot created)
      throws Exception {
    BackupId id = new BackupId("20200101-000000-zzzzz");
    try (Repository repository = machine.open(storage)) {
      Manifest manifest =
          new Manifest(
              id,
              ObjectId.random(repository.random()),
              like.status(),
              like.origin(),
              new Manifest.Lineage(like.lineage().type(), null, null, 0),
              like.label(),
              like.started(),
              like.finished(),
              like.entries(),
              like.bytes(),
              root,
              like.components(),
              like.failures(),
              List.of(),
              like.software(),
              like.epoch(),
              created == null
                  ? null
                  : new Manifest.UndoOf("20200101-000000-zzzzz", like.started(), created));
      byte[] message = ManifestCodec.encode(manifest);
      ObjectId object = ObjectId.random(repository.random());
      String name = ObjectKind.MANIFEST.name(object).value();
      storage.put(
          ObjectKind.MANIFEST.name(object),
          repository.keys().sealSmall(ObjectKind.MANIFEST, object, message));
      repository
          .ledger()
          .append(
              LedgerChange.adding(
                  List.of(new LedgerEntry.Added(name, Sha256.of(message), id.text()))),
              repository.now(),
              "hostile",
              repository.random());
    }
    return id;
  }

  /** One list for two files, the second of which says that it is sensitive. */
  private static final class TwoKinds implements Source {
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
      ContentSink content = capture.content();
      content.blocks(512);
      byte[] bytes = noise(4);
      content.write(bytes, 0, bytes.length);
      var list = content.finish();
      for (String name : List.of("first", "second")) {
        Entry entry =
            Entry.builder(EntryKind.FILE)
                .mode(0644)
                .blockSize(512)
                .content(bytes.length, name.equals("first") ? list : list.as(BlobKind.SENSITIVE))
                .mtime(new PosixTime(1, 0))
                .build();
        capture.put(Key.of(name.getBytes(StandardCharsets.UTF_8)), entry);
      }
    }

    @Override
    public void close() {}
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[20_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
