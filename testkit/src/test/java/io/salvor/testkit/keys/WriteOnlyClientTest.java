package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.keys.WriterInfo;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.pack.BlobReader;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.TreeRoot;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.writer.Intake;
import io.salvor.engine.writer.Provenance;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine that may back itself up and nothing else, in the hands of an attacker: it cannot read,
 * cannot poison what others rely on, and cannot speak for others.
 */
class WriteOnlyClientTest {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);
  private static final String PASSWORD = "web1's own";

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final MemoryStorage storage = new MemoryStorage();
  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private Machine admin;
  private Machine web1;
  private WriterInfo writer;
  private final MapSource shared = new MapSource("map:shared").put("big", noise(1, 400_000));

  @BeforeEach
  void admit() throws Exception {
    admin = new Machine(temp.resolve("admin"), clock, "admin");
    web1 = new Machine(temp.resolve("web1"), clock, "web1");
    admin.init(storage);
    admin.backup(storage, shared, null);
    try (Repository repository = admin.open(storage);
        Passphrase passphrase = Passphrase.of(PASSWORD.getBytes(StandardCharsets.UTF_8))) {
      writer = repository.keyRegister("admin").addWriter(passphrase, "web1", CHEAP);
    }
  }

  @Test
  void itBacksUpWithDeduplicationAndAKeyHolderRestoresIt() throws Exception {
    MapSource source =
        new MapSource("map:web1").put("big", noise(1, 400_000)).put("own", noise(2, 90_000));
    BackupReport report = backup(source);
    assertThat(report.backup().manifest().bytes().added())
        .as("what the admin has stored is not stored again")
        .isBetween(90_000L, 110_000L);
    assertThat(backup(source).backup().manifest().bytes().added())
        .as("nor what it has stored itself")
        .isZero();
    accept(2);
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(report.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues()).isEmpty();
    }
  }

  @Test
  void whatHasNotChangedIsNotReadAgain() throws Exception {
    MapSource source = new MapSource("map:web1").blocks(1_000);
    for (int i = 0; i < 300; i++) {
      source.put("dir/file " + i, noise(i, i == 7 ? 40_000 : 200));
    }
    assertThat(backup(source).backup().manifest().bytes().read()).isGreaterThan(90_000);
    BackupReport second = backup(source.put("dir/file 40", noise(999, 333)).remove("dir/file 50"));
    assertThat(second.backup().manifest().bytes().read()).isEqualTo(333);
    assertThat(second.backup().manifest().lineage().type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(second.backup().manifest().entries().changed()).isEqualTo(1);
    assertThat(second.backup().manifest().entries().removed()).isEqualTo(1);
    accept(2);
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(second.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(source.contents());
    }
  }

  @Test
  void whatIsRememberedIsSealedAndWhatIsLostOfItIsReadAgain() throws Exception {
    MapSource source = new MapSource("map:web1").put("a name", noise(2, 9_000));
    backup(source);
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
      assertThat(backup(source).backup().manifest().bytes().read()).isIn(0L, 9_000L);
      Files.write(remembered.getFirst(), Arrays.copyOf(bytes, at));
      assertThat(backup(source).backup().manifest().bytes().read()).isIn(0L, 9_000L);
    }
    Files.delete(remembered.getFirst());
    assertThat(backup(source).backup().manifest().bytes().read()).isEqualTo(9_000);
    assertThat(backup(source).backup().manifest().bytes().read()).isZero();
  }

  @Test
  void aBackupThatWasForgottenIsNotReliedOn() throws Exception {
    MapSource source = new MapSource("map:web1").put("own", noise(2, 9_000));
    BackupId first = backup(source).backup().id();
    accept(1);
    admin.forget(storage, first);
    admin.prune(storage);
    BackupReport again = backup(source);
    assertThat(again.backup().manifest().bytes().read()).isEqualTo(9_000);
    assertThat(again.backup().manifest().bytes().added()).isGreaterThan(9_000);
  }

  @Test
  void aTreeThatAnotherMachineHasStoredIsNotTakenForItsOwn() throws Exception {
    backup(new MapSource("map:web1").put("own", noise(2, 9_000)));
    accept(1);
    Backup theirs;
    Backup own;
    try (Repository repository = admin.open(storage)) {
      assertThat(Provenance.check(repository, Progress.NONE)).isEmpty();
      List<Backup> all = BackupList.read(repository).backups();
      theirs = all.getFirst();
      own = all.getLast();
    }
    clock.advance(Duration.ofMinutes(1));
    ObjectId named = seal(own.manifest(), theirs.manifest().root());
    try (Repository repository = admin.open(storage)) {
      assertThat(Provenance.check(repository, Progress.NONE))
          .singleElement()
          .satisfies(
              refusal -> {
                assertThat(refusal.object()).isEqualTo(ObjectKind.MANIFEST.name(named));
                assertThat(refusal.host()).isEqualTo("web1");
              });
    }
  }

  @Test
  void aTreeThatItHasInCommonWithAnotherMachineIsItsOwn() throws Exception {
    backup(shared);
    accept(1);
    try (Repository repository = admin.open(storage)) {
      assertThat(Provenance.check(repository, Progress.NONE)).isEmpty();
    }
  }

  /** What an attacker makes with a client's keys: a manifest of its own with another's tree. */
  private ObjectId seal(Manifest like, TreeRoot root) throws IOException {
    try (Repository repository = web1.open(storage, PASSWORD)) {
      KeyRing keys = repository.keys();
      Manifest forged =
          new Manifest(
              BackupId.of(repository.now(), repository.random()),
              keys.newId(),
              like.status(),
              like.origin(),
              like.lineage(),
              like.label(),
              like.started(),
              like.finished(),
              like.entries(),
              like.bytes(),
              root,
              like.components(),
              like.failures(),
              like.segments(),
              like.software(),
              keys.epoch(),
              null);
      ObjectId id = keys.newId();
      byte[] message = ManifestCodec.encode(forged);
      storage.put(ObjectKind.MANIFEST.name(id), keys.sealSmall(ObjectKind.MANIFEST, id, message));
      return id;
    }
  }

  @Test
  void itReadsNothing() throws Exception {
    backup(new MapSource("map:web1").put("own", noise(2, 9_000)));
    try (Repository repository = web1.open(storage, PASSWORD)) {
      refused(() -> BackupList.read(repository));
      refused(() -> Machine.verify(repository));
      KeyRing keys = repository.keys();
      assertThat(keys.epochs()).isEmpty();
      for (ObjectName name : names("")) {
        for (ObjectKind kind :
            List.of(
                ObjectKind.MANIFEST,
                ObjectKind.CHECKPOINT,
                ObjectKind.FACT,
                ObjectKind.DATA_PACK,
                ObjectKind.TREE_PACK)) {
          kind.idIn(name)
              .ifPresent(
                  id ->
                      assertThatThrownBy(() -> keys.open(kind, id, storage.get(name)))
                          .isInstanceOf(SalvorException.class));
        }
      }
      repository
          .index()
          .descriptions(
              pack ->
                  pack.frames()
                      .forEach(
                          frame ->
                              refused(
                                  () ->
                                      new BlobReader(storage, keys, repository.index())
                                          .get(pack.kind(), frame.id(0)))));
      refused(() -> repository.keyRegister("web1").rotate());
      refused(() -> repository.keyRegister("web1").remove(writer.credential(), true));
    }
  }

  @Test
  void nobodyDeduplicatesAgainstWhatItSaysBeforeItWasReadBack() throws Exception {
    byte[] content = noise(3, 200_000);
    backup(new MapSource("map:web1").put("x", content));
    MapSource same = new MapSource("map:admin").put("x", content);
    assertThat(admin.backup(storage, same, null).backup().manifest().bytes().added())
        .isGreaterThan(200_000);
  }

  @Test
  void whatIsNotWhatItSaysNeverReachesTheIndexOfOthers() throws Exception {
    byte[] content = noise(4, 200_000);
    BackupReport report = backup(new MapSource("map:web1").put("x", content));
    ObjectName pack = null;
    for (ObjectName name : names("packs/")) {
      boolean own = idOf(name).high() == writer.id().high();
      if (own && (pack == null || storage.get(name).length > storage.get(pack).length)) {
        pack = name;
      }
    }
    byte[] bytes = storage.get(pack);
    bytes[bytes.length / 2] ^= 1;
    storage.put(pack, bytes);
    try (Repository repository = admin.open(storage)) {
      Intake.Report taken = Intake.run(repository, Progress.NONE);
      assertThat(taken.refused()).extracting(Intake.Refusal::object).containsExactly(pack);
      assertThat(Intake.waiting(repository)).isEmpty();
      List<ObjectId> named = new ArrayList<>();
      repository.index().packs(p -> named.add(p.id()));
      assertThat(named).doesNotContain(idOf(pack));
    }
    MapSource same = new MapSource("map:admin").put("x", content);
    BackupReport own = admin.backup(storage, same, null);
    try (Repository repository = admin.open(storage)) {
      Backup found = BackupList.read(repository).byPrefix(own.backup().id().text());
      assertThat(Contents.of(repository, found)).isEqualTo(same.contents());
      assertThat(report.backup().sealed()).isTrue();
    }
  }

  @Test
  void itCannotDescribeThePacksOfOthersNorSupersedeTheirSegments() throws Exception {
    List<ObjectId> segments;
    IndexSegment honest;
    try (Repository repository = admin.open(storage)) {
      segments = List.copyOf(repository.index().segments());
      honest = IndexSegment.read(storage, repository.keys(), segments.getFirst());
    }
    try (Repository repository = web1.open(storage, PASSWORD)) {
      IndexSegment lie = new IndexSegment(segments, honest.packs());
      ObjectId id = repository.keys().newId();
      storage.put(
          ObjectKind.INDEX_SEGMENT.name(id),
          repository.keys().sealSmall(ObjectKind.INDEX_SEGMENT, id, lie.encode()));
    }
    try (Repository repository = admin.open(storage)) {
      assertThat(repository.index().segments()).containsAll(segments);
      Intake.Report taken = Intake.run(repository, Progress.NONE);
      assertThat(taken.packs()).isZero();
      assertThat(taken.refused()).hasSameSizeAs(honest.packs());
      assertThat(repository.index().segments()).containsAll(segments);
      assertThat(Machine.verify(repository).intact()).isTrue();
    }
  }

  @Test
  void itSignsOnlyWhatItMay() throws Exception {
    try (Repository own = web1.open(storage, PASSWORD);
        Repository repository = admin.open(storage)) {
      KeyRing theirs = repository.keys();
      byte[] message = {(byte) 0xa0};
      for (ObjectKind kind :
          List.of(
              ObjectKind.REVOCATION, ObjectKind.CONDEMNATION, ObjectKind.FACT, ObjectKind.STATE)) {
        ObjectId id = own.keys().newId();
        byte[] object = own.keys().sealSmall(kind, id, message);
        damaged(() -> theirs.openSmall(kind, id, object));
      }
      // Nor under a name that is not its own: another one's session, manifest, ledger entry.
      for (ObjectKind kind :
          List.of(
              ObjectKind.SESSION_END,
              ObjectKind.SESSION_OPEN,
              ObjectKind.MANIFEST,
              ObjectKind.INDEX_SEGMENT,
              ObjectKind.LEDGER_ENTRY)) {
        ObjectId id = new ObjectId(1, 2);
        byte[] object = own.keys().sealSmall(kind, id, message);
        damaged(() -> theirs.openSmall(kind, id, object));
        damaged(() -> own.keys().openSmall(ObjectKind.SESSION_END, id, object));
      }
    }
  }

  @Test
  void itNeitherRemovesNorClosesNorSumsUpNorAddsForOthers() throws Exception {
    Set<String> existing;
    try (Repository repository = admin.open(storage)) {
      existing = Set.copyOf(repository.ledger().existing().keySet());
    }
    String backup =
        existing.stream().filter(n -> n.startsWith("backups/")).findFirst().orElseThrow();
    List<LedgerChange> lies =
        List.of(
            LedgerChange.removing(List.of(backup)),
            LedgerChange.adding(
                List.of(
                    new LedgerEntry.Added(
                        "keys/" + new ObjectId(7, 7) + ".epoch", new byte[32], ""))),
            LedgerChange.adding(
                List.of(new LedgerEntry.Added("backups/" + new ObjectId(7, 7), new byte[32], ""))),
            LedgerChange.adding(List.of(new LedgerEntry.Added("no name", new byte[32], ""))),
            LedgerChange.closing(List.of(new Closure(new ObjectId(7, 7), Set.of()))));
    for (LedgerChange lie : lies) {
      MemoryStorage copy = MemoryStorage.of(storage.snapshot());
      try (Repository own = web1.open(copy, PASSWORD)) {
        own.ledger().append(lie, clock.instant(), "web1", own.random());
      }
      try (Repository repository = admin.open(copy)) {
        assertThat(repository.ledger().existing().keySet()).isEqualTo(existing);
        assertThat(repository.ledger().removed()).isEmpty();
        assertThat(repository.ledger().closures()).isEmpty();
        assertThat(repository.ledger().issues()).as("the lie is damage").isNotEmpty();
      }
    }
  }

  @Test
  void itCannotForgeTheBackupOfAnotherHost() throws Exception {
    try (Repository own = web1.open(storage, PASSWORD)) {
      Machine liar = new Machine(temp.resolve("liar"), clock, "admin");
      assertThatThrownBy(() -> liar.backup(own, shared.copy(), null))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WRITE_ONLY));
      // With software of its own it would seal one all the same.
      Backup forged;
      try (Repository repository = admin.open(storage)) {
        forged = BackupList.read(repository).backups().getFirst();
      }
      byte[] message = ManifestCodec.encode(forged.manifest());
      ObjectId id = own.keys().newId();
      storage.put(
          ObjectKind.MANIFEST.name(id), own.keys().sealSmall(ObjectKind.MANIFEST, id, message));
    }
    try (Repository repository = admin.open(storage)) {
      BackupList list = BackupList.read(repository);
      assertThat(list.backups()).hasSize(1);
      assertThat(list.damaged()).hasSize(1);
    }
  }

  @Test
  void aRemovedWriterKeepsWhatItHadAndAddsNothing() throws Exception {
    BackupReport before = backup(new MapSource("map:web1").put("own", noise(2, 9_000)));
    Repository stolen = web1.open(storage, PASSWORD);
    try (Repository repository = admin.open(storage)) {
      Intake.run(repository, Progress.NONE);
      List<LedgerEntry.Added> sealed =
          BackupList.read(repository).backups().stream()
              .filter(b -> b.manifest().origin().host().equals("web1"))
              .map(b -> b.ledgerLine())
              .toList();
      repository.keyRegister("admin").removeWriter(writer.id(), sealed);
      assertThat(repository.keyRegister("admin").writers()).isEmpty();
    }
    assertThatThrownBy(() -> web1.open(storage, PASSWORD)).isInstanceOf(SalvorException.class);
    // What was opened before goes on to write.
    clock.advance(Duration.ofMinutes(1));
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

  private BackupReport backup(MapSource source) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = web1.open(storage, PASSWORD)) {
      return web1.backup(repository, source, null);
    }
  }

  private void accept(int least) throws IOException {
    try (Repository repository = admin.open(storage)) {
      Intake.Report taken = Intake.run(repository, Progress.NONE);
      assertThat(taken.refused()).isEmpty();
      assertThat(taken.packs()).isGreaterThanOrEqualTo(least);
      assertThat(Intake.waiting(repository)).isEmpty();
    }
  }

  private Set<ObjectName> names(String prefix) {
    Set<ObjectName> names = new TreeSet<>();
    storage.list(prefix, info -> names.add(info.name()));
    return names;
  }

  private static ObjectId idOf(ObjectName pack) {
    return ObjectKind.DATA_PACK.idIn(pack).orElseThrow();
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WRITE_ONLY));
  }

  private static void damaged(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED));
  }

  private static byte[] noise(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
