package io.salvor.testkit.keys;

import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.EpochInfo;
import io.salvor.engine.keys.Forgeries;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.pack.PackRewriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.Prune;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
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
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content that only some of those open who open the repository. */
class SensitiveContentTest {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);
  private static final String OPERATOR = "who runs the backups";

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final MemoryStorage storage = new MemoryStorage();
  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MapSource source =
      new MapSource("map:shop")
          .put("app/code", noise(1, 300_000))
          .put("app/db.env", noise(2, 400_000))
          .put("secrets/a", noise(3, 5_000))
          .put("secrets/b", noise(4, 5_000))
          .sensitive("*.env", "/secrets");
  private Machine machine;

  @BeforeEach
  void begin() throws Exception {
    machine = new Machine(temp.resolve("owner"), clock);
    machine.init(storage);
    machine.backup(storage, source, null);
    try (Repository repository = machine.open(storage);
        Passphrase passphrase = Passphrase.of(OPERATOR.getBytes(StandardCharsets.UTF_8))) {
      CredentialInfo made =
          repository.keyRegister("owner").add(passphrase, "operator", CHEAP, false);
      assertThat(made.sensitive()).isEmpty();
      assertThat(made.newest()).isTrue();
    }
  }

  @Test
  void whoWasNotGrantedItReadsAllTheRestAndIsToldOfIt() throws Exception {
    try (Repository repository = machine.open(storage, OPERATOR)) {
      Backup backup = BackupList.read(repository).backups().getFirst();
      TreeMap<String, ErrorCode> failed = new TreeMap<>();
      assertThat(Contents.readable(repository, backup, (key, e) -> failed.put(key, e.code())))
          .containsOnlyKeys("app/code");
      assertThat(failed)
          .containsOnlyKeys("app/db.env", "secrets/a", "secrets/b")
          .allSatisfy((key, code) -> assertThat(code).isEqualTo(ErrorCode.SENSITIVE_NOT_GRANTED));
    }
    holds(source);
  }

  @Test
  void whoWasNotGrantedItStoresNoneAndLearnsSoBeforeAnythingIsRead() throws Exception {
    int[] read = new int[1];
    MapSource watched = source.copy().beforeEach(() -> read[0]++);
    try (Repository repository = machine.open(storage, OPERATOR)) {
      refused(() -> machine.backup(repository, watched, null));
      assertThat(read[0]).isZero();
      byte[] guess = noise(3, 5_000);
      refused(() -> repository.keys().blobId(BlobKind.SENSITIVE, guess, 0, guess.length));
      refused(() -> repository.keys().newObject(ObjectKind.SENSITIVE_PACK));
    }
  }

  @Test
  void theSameBytesAreStoredOnceAmongWhatIsSensitiveAndAgainAmongTheRest() throws Exception {
    long more =
        machine
            .backup(storage, source.put("app/other.env", noise(2, 400_000)), null)
            .backup()
            .manifest()
            .bytes()
            .added();
    assertThat(more).as("the nodes of the tree").isLessThan(20_000);
    long ordinary =
        machine
            .backup(storage, source.put("app/copy", noise(2, 400_000)), null)
            .backup()
            .manifest()
            .bytes()
            .added();
    assertThat(ordinary).isGreaterThan(400_000);
    holds(source);
  }

  @Test
  void whatIsCalledSensitiveLaterIsReadAgainAndSealedAnew() throws Exception {
    MapSource now = source.copy().sensitive("*.env", "/secrets", "code");
    Backup backup = machine.backup(storage, now, null).backup();
    assertThat(backup.manifest().bytes().read()).isEqualTo(300_000);
    try (Repository repository = machine.open(storage, OPERATOR)) {
      Backup latest = BackupList.read(repository).byPrefix(backup.id().text());
      assertThat(Contents.readable(repository, latest, (key, e) -> {})).isEmpty();
    }
    holds(now);
  }

  @Test
  void whoCannotOpenItPrunesTheRestAndLeavesWhatWouldHaveToBeCopied() throws Exception {
    Backup first = machine.list(storage).getFirst();
    source.remove("app/db.env").put("secrets/c", noise(9, 5_000));
    machine.backup(storage, source, null);
    machine.forget(storage, first.id());
    long before = packs(BlobKind.SENSITIVE).size();
    try (Repository repository = machine.open(storage, OPERATOR)) {
      Prune.run(repository, tidy(), Progress.NONE);
    }
    assertThat(packs(BlobKind.SENSITIVE)).hasSize((int) before);
    holds(source);
    long bytes = packs(BlobKind.SENSITIVE).stream().mapToLong(PackSummary::size).sum();
    machine.prune(storage, tidy());
    assertThat(packs(BlobKind.SENSITIVE).stream().mapToLong(PackSummary::size).sum())
        .isLessThan(bytes - 390_000);
    holds(source);
  }

  @Test
  void itIsVerifiedByItsHashesWithoutItsKey() throws Exception {
    try (Repository repository = machine.open(storage, OPERATOR)) {
      VerifyReport report = Machine.verify(repository);
      assertThat(report.intact()).isTrue();
      assertThat(report.issues()).anyMatch(i -> i.message().contains("hashes only"));
    }
    PackSummary pack = packs(BlobKind.SENSITIVE).getFirst();
    byte[] bytes = storage.get(ObjectKind.SENSITIVE_PACK.name(pack.id()));
    bytes[200] ^= 1;
    storage.delete(ObjectKind.SENSITIVE_PACK.name(pack.id()));
    storage.put(ObjectKind.SENSITIVE_PACK.name(pack.id()), bytes);
    try (Repository repository = machine.open(storage, OPERATOR)) {
      assertThat(Machine.verify(repository).intact()).isFalse();
    }
  }

  @Test
  void aRotationMakesAnEpochOfItForThoseWhoOpenIt() throws Exception {
    try (Repository repository = machine.open(storage)) {
      repository.keyRegister("owner").rotate();
    }
    try (Repository repository = machine.open(storage)) {
      List<EpochInfo> chain =
          repository.keyRegister("owner").epochs().stream().filter(EpochInfo::sensitive).toList();
      assertThat(chain).hasSize(2);
      List<EpochInfo> newest = chain.stream().filter(EpochInfo::newest).toList();
      List<EpochInfo> earlier = chain.stream().filter(e -> !e.newest()).toList();
      assertThat(newest).hasSize(1);
      assertThat(newest.getFirst().predecessor()).isEqualTo(earlier.getFirst().id());
      assertThat(repository.keyRegister("owner").credentials())
          .extracting(c -> c.sensitive().size())
          .containsExactlyInAnyOrder(2, 0);
      assertThat(Reencryption.run(repository, "owner", Progress.NONE).closed()).isZero();
      for (PackSummary pack : packs(repository, BlobKind.SENSITIVE)) {
        assertThat(new PackRewriter(storage, repository.keys()).epochOf(pack))
            .isEqualTo(newest.getFirst().id());
      }
    }
    holds(source);
  }

  @Test
  void whoCannotOpenItRotatesAndSealsAnewTheRest() throws Exception {
    try (Repository repository = machine.open(storage, OPERATOR)) {
      repository.keyRegister("operator").rotate();
    }
    try (Repository repository = machine.open(storage, OPERATOR)) {
      assertThat(repository.keyRegister("operator").epochs())
          .filteredOn(EpochInfo::sensitive)
          .hasSize(1);
      assertThat(Reencryption.run(repository, "operator", Progress.NONE).closed())
          .isEqualTo(packs(repository, BlobKind.SENSITIVE).size())
          .isPositive();
    }
    holds(source);
    source.put("secrets/new", noise(20, 3_000));
    machine.backup(storage, source, null);
    holds(source);
  }

  @Test
  void theLastWhoOpensItIsNotRemoved() throws Exception {
    try (Repository repository = machine.open(storage)) {
      var register = repository.keyRegister("owner");
      CredentialInfo own =
          register.credentials().stream().filter(CredentialInfo::inUse).findFirst().orElseThrow();
      assertThatThrownBy(() -> register.remove(own.id(), true))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.CREDENTIAL_NEEDED));
    }
  }

  @Test
  void anEpochOfItThatOthersMadeIsSealedToByNobody() throws Exception {
    try (Repository repository = machine.open(storage)) {
      ObjectId before = repository.keys().epoch(ObjectKind.KeyClass.SENSITIVE);
      Forgeries.sensitiveEpoch(storage, OPERATOR, before, clock.instant().plusSeconds(1));
      try (Repository again = machine.open(storage)) {
        assertThat(again.keys().epoch(ObjectKind.KeyClass.SENSITIVE)).isEqualTo(before);
      }
    }
  }

  private static PruneRequest tidy() {
    return new PruneRequest(0, PruneRequest.GIVE_UP_AFTER, Duration.ZERO, "tester");
  }

  private void holds(MapSource expected) throws Exception {
    try (Repository repository = machine.open(storage)) {
      Backup latest = BackupList.read(repository).backups().getLast();
      TreeMap<String, String> found = new TreeMap<>(Contents.of(repository, latest));
      assertThat(found).isEqualTo(expected.contents());
      assertThat(Machine.verify(repository).intact()).isTrue();
    }
  }

  private List<PackSummary> packs(BlobKind kind) throws IOException {
    try (Repository repository = machine.open(storage)) {
      return packs(repository, kind);
    }
  }

  private static List<PackSummary> packs(Repository repository, BlobKind kind) throws IOException {
    List<PackSummary> packs = new ArrayList<>();
    repository.index().refresh();
    repository
        .index()
        .packs(
            pack -> {
              if (pack.kind() == kind) {
                packs.add(pack);
              }
            });
    return packs;
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SENSITIVE_NOT_GRANTED));
  }
}
