package io.salvor.testkit.keys;

import static io.salvor.testkit.keys.WriteOnlyClient.PASSWORD;
import static io.salvor.testkit.repository.Noise.noise;
import static io.salvor.testkit.repository.Refusal.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.pack.BlobReader;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeAudit;
import io.salvor.engine.tree.TreeItem;
import io.salvor.engine.tree.TreeRoot;
import io.salvor.engine.writer.Intake;
import io.salvor.engine.writer.Provenance;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A write-only client in the hands of an attacker: it cannot read, cannot poison what others rely
 * on, and cannot speak for others.
 */
class HostileClientTest {
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
  void aTreeThatAnotherMachineHasStoredIsNotTakenForItsOwn() throws Exception {
    client.backup(new MapSource("map:web1").put("own", noise(2, 9_000)));
    client.accept(1);
    Backup theirs;
    Backup own;
    try (Repository repository = admin.open(storage)) {
      assertThat(Provenance.check(repository, Progress.NONE)).isEmpty();
      List<Backup> all = BackupList.read(repository).backups();
      theirs = all.getFirst();
      own = all.getLast();
    }
    client.clock.advance(Duration.ofMinutes(1));
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
  void aPartOfATreeThatAnotherMachineHasStoredIsNotTakenForItsOwn() throws Exception {
    client.backup(new MapSource("map:web1").put("own", noise(2, 9_000)));
    client.accept(1);
    MapSource large = new MapSource("map:large");
    for (int i = 0; i < 3_000; i++) {
      large.put("%06d".formatted(i * 7_919 % 100_000) + "x".repeat(100), new byte[0]);
    }
    Backup theirs = admin.backup(storage, large, null).backup();
    TreeRoot whole = theirs.manifest().root();
    Set<BlobId> nodes = new LinkedHashSet<>();
    Backup own;
    try (Repository repository = admin.open(storage)) {
      own = BackupList.read(repository).backups().get(1);
      assertThat(own.manifest().origin().host()).isEqualTo("web1");
      assertThat(TreeAudit.visit(repository.nodes(), whole, new Nodes(nodes))).isTrue();
    }
    assertThat(nodes).as("several levels").hasSizeGreaterThan(2).contains(whole.id());
    BlobId leaf = nodes.stream().filter(n -> !n.equals(whole.id())).findFirst().orElseThrow();
    client.clock.advance(Duration.ofMinutes(1));
    ObjectId named = seal(own.manifest(), new TreeRoot(leaf, 0, 1));
    try (Repository repository = admin.open(storage)) {
      assertThat(Provenance.check(repository, Progress.NONE))
          .singleElement()
          .satisfies(
              refusal -> {
                assertThat(refusal.object()).isEqualTo(ObjectKind.MANIFEST.name(named));
                assertThat(refusal.why()).contains(leaf.toString());
              });
    }
  }

  private record Nodes(Set<BlobId> found) implements TreeAudit.Visitor {
    @Override
    public boolean isKnownSound(BlobId node) {
      return !found.add(node);
    }

    @Override
    public boolean entry(TreeItem item) {
      return true;
    }

    @Override
    public void sound(BlobId node) {}

    @Override
    public void damaged(BlobId node, @Nullable Key after, @Nullable Key upTo, SalvorException why) {
      throw why;
    }
  }

  @Test
  void aTreeThatItHasInCommonWithAnotherMachineIsItsOwn() throws Exception {
    client.backup(client.shared);
    client.accept(1);
    try (Repository repository = admin.open(storage)) {
      assertThat(Provenance.check(repository, Progress.NONE)).isEmpty();
    }
  }

  /** What an attacker makes with a client's keys: a manifest of its own with another's tree. */
  private ObjectId seal(Manifest like, TreeRoot root) throws IOException {
    try (Repository repository = web1.open(storage, PASSWORD)) {
      return WriteOnlyClient.forge(repository, like, root);
    }
  }

  @Test
  void itReadsNothing() throws Exception {
    client.backup(new MapSource("map:web1").put("own", noise(2, 9_000)));
    try (Repository repository = web1.open(storage, PASSWORD)) {
      refused(() -> BackupList.read(repository));
      refused(() -> Machine.verify(repository));
      KeyRing keys = repository.keys();
      assertThat(keys.epochs()).isEmpty();
      for (ObjectName name : storage.names("")) {
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
      refused(() -> repository.keyRegister("web1").remove(client.writer.credential(), true));
    }
  }

  @Test
  void nobodyDeduplicatesAgainstWhatItSaysBeforeItWasReadBack() throws Exception {
    byte[] content = noise(3, 200_000);
    client.backup(new MapSource("map:web1").put("x", content));
    MapSource same = new MapSource("map:admin").put("x", content);
    assertThat(admin.backup(storage, same, null).backup().manifest().bytes().added())
        .isGreaterThan(200_000);
  }

  @Test
  void whatIsNotWhatItSaysNeverReachesTheIndexOfOthers() throws Exception {
    byte[] content = noise(4, 200_000);
    BackupReport report = client.backup(new MapSource("map:web1").put("x", content));
    ObjectName pack = null;
    for (ObjectName name : storage.names("packs/")) {
      boolean own = idOf(name).high() == client.writer.id().high();
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
        own.ledger().append(lie, client.clock.instant(), "web1", own.random());
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
  void whatIsNoMessageOfItsKindStopsNobody() throws Exception {
    // But for manifests: one that cannot be read stops a prune until it was looked into.
    for (byte[] message : List.of(new byte[0], new byte[] {(byte) 0xa0}, new byte[] {1, 2, 3})) {
      MemoryStorage copy = MemoryStorage.of(storage.snapshot());
      try (Repository own = web1.open(copy, PASSWORD)) {
        KeyRing keys = own.keys();
        for (ObjectKind kind :
            List.of(
                ObjectKind.SESSION_OPEN,
                ObjectKind.SESSION_END,
                ObjectKind.INDEX_SEGMENT,
                ObjectKind.LEDGER_ENTRY)) {
          ObjectId id = keys.newId();
          copy.put(kind.name(id), keys.sealSmall(kind, id, message));
        }
        for (byte[] checkpoint :
            List.of(
                message, new SessionRecord.Checkpoint(keys.newId(), 1, message, true).encode())) {
          ObjectId id = keys.newId();
          copy.put(
              ObjectKind.checkpoint(id, 1), keys.sealSmall(ObjectKind.CHECKPOINT, id, checkpoint));
        }
        ObjectId id = keys.newId();
        byte[] open =
            new SessionRecord.Open(
                    id,
                    "web1",
                    client.clock.instant(),
                    null,
                    "?",
                    "map:web1",
                    BackupId.of(own.now(), own.random()))
                .encode();
        copy.put(
            ObjectKind.SESSION_OPEN.name(id), keys.sealSmall(ObjectKind.SESSION_OPEN, id, open));
        byte[] checkpoint = new SessionRecord.Checkpoint(id, 1, message, true).encode();
        copy.put(
            ObjectKind.checkpoint(id, 1), keys.sealSmall(ObjectKind.CHECKPOINT, id, checkpoint));
      }
      try (Repository repository = admin.open(copy)) {
        assertThat(BackupList.read(repository).backups()).hasSize(1);
        assertThat(Machine.verify(repository).issues()).isNotEmpty();
        var _ = Intake.run(repository, Progress.NONE);
      }
      var _ = admin.backup(copy, client.shared.copy().put("more", noise(3, 9_000)), null);
      client.clock.advance(Duration.ofDays(3));
      var _ = admin.prune(copy);
      try (Repository repository = admin.open(copy)) {
        var _ = Reencryption.run(repository, "admin", Progress.NONE);
        assertThat(BackupList.read(repository).backups()).hasSize(2);
      }
    }
  }

  @Test
  void itCannotForgeTheBackupOfAnotherHost() throws Exception {
    try (Repository own = web1.open(storage, PASSWORD)) {
      Machine liar = new Machine(temp.resolve("liar"), client.clock, "admin");
      refused(() -> liar.backup(own, client.shared.copy(), null));
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

  private static ObjectId idOf(ObjectName pack) {
    return ObjectKind.DATA_PACK.idIn(pack).orElseThrow();
  }

  private static void refused(ThrowingCallable call) {
    fails(ErrorCode.WRITE_ONLY, call);
  }

  private static void damaged(ThrowingCallable call) {
    fails(ErrorCode.OBJECT_DAMAGED, call);
  }
}
