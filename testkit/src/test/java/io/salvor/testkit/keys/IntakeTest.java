package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.keys.WriterInfo;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Condemnation;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PrunePlan;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.TreeRoot;
import io.salvor.engine.writer.Intake;
import io.salvor.engine.writer.Provenance;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How what write-only clients have stored is taken in, and whose trees they may name. */
class IntakeTest {
  private static final String PASSWORD = "web1's own";

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final MemoryStorage storage = new MemoryStorage();
  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private Machine admin;
  private Machine web1;
  private WriterInfo writer;

  @BeforeEach
  void admit() throws Exception {
    admin = new Machine(temp.resolve("admin"), clock, "admin");
    web1 = new Machine(temp.resolve("web1"), clock, "web1");
    admin.init(storage);
    admin.backup(storage, new MapSource("map:admin").put("theirs", noise(1)), null);
    try (Repository repository = admin.open(storage);
        Passphrase passphrase = Passphrase.of(PASSWORD.getBytes(StandardCharsets.UTF_8))) {
      writer =
          repository.keyRegister("admin").addWriter(passphrase, "web1", new Argon2id(64, 1, 1));
    }
  }

  private Backup backup(int seed) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = web1.open(storage, PASSWORD)) {
      MapSource source = new MapSource("map:web1").put("own", noise(seed));
      return web1.backup(repository, source, null).backup();
    }
  }

  private static byte[] noise(int seed) {
    byte[] bytes = new byte[20_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private Set<ObjectName> own(ObjectKind kind) {
    Set<ObjectName> names = new TreeSet<>();
    storage.list(
        kind.prefix(),
        info ->
            kind.idIn(info.name())
                .filter(id -> id.high() == writer.id().high())
                .ifPresent(id -> names.add(info.name())));
    return names;
  }

  @Test
  void whatWaitsIsTakenInOnceAndIsInTheIndexThen() throws Exception {
    Repository repository = admin.open(storage);
    assertThat(Intake.waiting(repository)).isEmpty();
    assertThat(Intake.run(repository, Progress.NONE)).isEqualTo(new Intake.Report(0, 0, List.of()));
    backup(2);
    backup(3);
    Set<ObjectName> packs = own(ObjectKind.DATA_PACK);
    Set<ObjectName> segments = own(ObjectKind.INDEX_SEGMENT);
    assertThat(Intake.waiting(repository))
        .map(ObjectKind.INDEX_SEGMENT::name)
        .containsExactlyInAnyOrderElementsOf(segments);
    List<String> phases = new ArrayList<>();
    Intake.Report report =
        Intake.run(
            repository,
            new Progress() {
              @Override
              public void phase(String name) {
                phases.add(name);
              }
            });
    assertThat(report.refused()).isEmpty();
    assertThat(report.packs()).isEqualTo(packs.size());
    long stored = 0;
    for (ObjectName pack : packs) {
      stored += storage.get(pack).length;
    }
    assertThat(report.bytes()).isBetween(stored - packs.size() * 2_000L, stored);
    assertThat(phases).startsWith("intake");
    List<ObjectName> named = new ArrayList<>();
    repository.index().packs(pack -> named.add(ObjectKind.DATA_PACK.name(pack.id())));
    assertThat(named).as("without opening it again").containsAll(packs);
    assertThat(Intake.waiting(repository)).isEmpty();
    assertThat(Intake.run(repository, Progress.NONE).packs()).isZero();
    repository.close();
  }

  @Test
  void aDamagedSegmentIsRefusedAndTheOthersAreTakenIn() throws Exception {
    backup(2);
    ObjectName damaged = own(ObjectKind.INDEX_SEGMENT).iterator().next();
    int before = own(ObjectKind.DATA_PACK).size();
    backup(3);
    byte[] object = storage.get(damaged);
    object[object.length / 2] ^= 1;
    storage.put(damaged, object);
    try (Repository repository = admin.open(storage)) {
      Intake.Report report = Intake.run(repository, Progress.NONE);
      assertThat(report.refused()).hasSize(1);
      assertThat(report.refused().getFirst().object()).isEqualTo(damaged);
      assertThat(report.refused().getFirst().host()).isEqualTo("web1");
      assertThat(report.packs()).isEqualTo(own(ObjectKind.DATA_PACK).size() - before);
    }
  }

  @Test
  void whatCannotBeReadForAWhileWaitsAndIsTakenInLater() throws Exception {
    backup(2);
    int packs = own(ObjectKind.DATA_PACK).size();
    FaultyStorage faulty =
        new FaultyStorage(storage, 1).wherever(IntakeTest::readsAPack, new Fault.Fail());
    try (Repository repository = admin.open(faulty)) {
      Intake.Report report = Intake.run(repository, Progress.NONE);
      assertThat(report.packs()).isZero();
      assertThat(report.refused()).isNotEmpty();
      assertThat(Intake.waiting(repository)).isNotEmpty();
      faulty.heal();
      assertThat(Intake.run(repository, Progress.NONE).packs()).isEqualTo(packs);
    }
  }

  @Test
  void aDryRunOfAPruneTakesNothingInAndCountsWhatWaitsAsNeeded() throws Exception {
    backup(2);
    try (Repository repository = admin.open(storage)) {
      PrunePlan plan = Prune.plan(repository, PruneRequest.by("admin"), Progress.NONE);
      assertThat(plan.packs()).isEmpty();
      assertThat(Intake.waiting(repository)).isNotEmpty();
    }
  }

  @Test
  void whatAPruneHasTakenAwayInOrderIsNoFaultOfTheClients() throws Exception {
    backup(2);
    try (Repository repository = admin.open(storage)) {
      List<ObjectId> packs =
          own(ObjectKind.DATA_PACK).stream()
              .map(name -> ObjectKind.DATA_PACK.idIn(name).orElseThrow())
              .toList();
      ObjectId id = ObjectId.random(repository.random());
      Condemnation condemnation =
          new Condemnation(id, repository.now(), packs, "pruner", List.of());
      storage.put(
          ObjectKind.CONDEMNATION.name(id),
          repository.keys().sealSmall(ObjectKind.CONDEMNATION, id, condemnation.encode()));
      packs.forEach(pack -> storage.delete(ObjectKind.DATA_PACK.name(pack)));
      assertThat(Intake.run(repository, Progress.NONE).refused()).isEmpty();
      assertThat(Intake.waiting(repository)).isEmpty();
    }
  }

  @Test
  void whatWasReadWronglyOnceIsNotRefused() throws Exception {
    backup(2);
    int packs = own(ObjectKind.DATA_PACK).size();
    boolean[] done = {false};
    FaultyStorage faulty =
        new FaultyStorage(storage, 1)
            .wherever(
                operation -> readsAPack(operation) && !done[0] && (done[0] = true),
                new Fault.Misread());
    try (Repository repository = admin.open(faulty)) {
      Intake.Report report = Intake.run(repository, Progress.NONE);
      assertThat(report.refused()).isEmpty();
      assertThat(report.packs()).isEqualTo(packs);
    }
  }

  private static boolean readsAPack(Operation operation) {
    return operation instanceof Operation.GetRange range
        && range.name().value().startsWith("packs/")
        && range.offset() >= 128;
  }

  @Test
  void noSecondWordIsTakenOnAPackThatIsKnown() throws Exception {
    backup(2);
    repeatSegment();
    int packs = own(ObjectKind.DATA_PACK).size();
    try (Repository repository = admin.open(storage)) {
      Intake.Report report = Intake.run(repository, Progress.NONE);
      assertThat(report.packs()).as("each once, though two name them").isEqualTo(packs);
      assertThat(report.refused()).isEmpty();
    }
    repeatSegment();
    try (Repository repository = admin.open(storage)) {
      assertThat(Intake.waiting(repository)).hasSize(1);
      Intake.Report report = Intake.run(repository, Progress.NONE);
      assertThat(report.packs()).isZero();
      assertThat(report.bytes()).isZero();
      assertThat(report.refused()).isEmpty();
      assertThat(Intake.waiting(repository)).isEmpty();
    }
  }

  /** Stores a segment of the client's once more, under another name. */
  private void repeatSegment() throws IOException {
    try (Repository repository = web1.open(storage, PASSWORD)) {
      KeyRing keys = repository.keys();
      ObjectName first = own(ObjectKind.INDEX_SEGMENT).iterator().next();
      IndexSegment segment =
          IndexSegment.read(storage, keys, ObjectKind.INDEX_SEGMENT.idIn(first).orElseThrow());
      ObjectId id = keys.newId();
      storage.put(
          ObjectKind.INDEX_SEGMENT.name(id),
          keys.sealSmall(
              ObjectKind.INDEX_SEGMENT, id, new IndexSegment(List.of(), segment.packs()).encode()));
    }
  }

  @Test
  void itIsCancelledBetweenSegmentsAndGoesOnTheNextTime() throws Exception {
    backup(2);
    backup(3);
    int[] asked = {0};
    Progress cancelled =
        new Progress() {
          @Override
          public void checkCancelled() {
            asked[0]++;
            throw new SalvorException(ErrorCode.INTERRUPTED, "stopped", "so", "go on");
          }
        };
    try (Repository repository = admin.open(storage)) {
      assertThatThrownBy(() -> Intake.run(repository, cancelled))
          .isInstanceOf(SalvorException.class);
      assertThat(asked[0]).isEqualTo(1);
      assertThatThrownBy(() -> Provenance.check(repository, cancelled))
          .isInstanceOf(SalvorException.class);
      assertThat(Intake.run(repository, Progress.NONE).packs())
          .isEqualTo(own(ObjectKind.DATA_PACK).size());
    }
  }

  @Test
  void aClientMayNameWhatAKeyHolderHasBackedUpOfTheSameMachine() throws Exception {
    Machine keyHolder = new Machine(temp.resolve("holder"), clock, "web1");
    clock.advance(Duration.ofMinutes(1));
    MapSource source = new MapSource("map:holder").put("before", noise(9));
    Backup before;
    try (Repository repository = keyHolder.open(storage)) {
      before = keyHolder.backup(repository, source, null).backup();
    }
    Backup own = backup(2);
    name(own.manifest(), before.manifest().root());
    try (Repository repository = admin.open(storage)) {
      Intake.run(repository, Progress.NONE);
      assertThat(Provenance.check(repository, Progress.NONE)).isEmpty();
    }
  }

  @Test
  void everyBackupThatNamesWhatOthersHaveBackedUpIsTold() throws Exception {
    Backup own = backup(2);
    Backup theirs;
    try (Repository repository = admin.open(storage)) {
      Intake.run(repository, Progress.NONE);
      theirs = BackupList.read(repository).backups().getFirst();
    }
    assertThat(theirs.manifest().origin().host()).isEqualTo("admin");
    List<ObjectName> forged = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      clock.advance(Duration.ofMinutes(1));
      forged.add(name(own.manifest(), theirs.manifest().root()));
    }
    List<String> phases = new ArrayList<>();
    Progress watched =
        new Progress() {
          @Override
          public void phase(String name) {
            phases.add(name);
          }
        };
    try (Repository repository = admin.open(storage)) {
      List<Intake.Refusal> refused = Provenance.check(repository, watched);
      assertThat(refused)
          .extracting(Intake.Refusal::object)
          .containsExactlyInAnyOrderElementsOf(forged);
      assertThat(refused).allMatch(r -> r.why().contains("the tree node "));
    }
    assertThat(phases).startsWith("provenance");
  }

  /** Seals, with the client's keys, a manifest that names this tree. */
  private ObjectName name(Manifest like, TreeRoot root) throws IOException {
    try (Repository repository = web1.open(storage, PASSWORD)) {
      return ObjectKind.MANIFEST.name(WriteOnlyClient.forge(repository, like, root));
    }
  }
}
