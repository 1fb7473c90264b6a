package io.salvor.testkit.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureReport;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.erasure.Withdrawals;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.kms.KeyService;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.retention.Holding;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an erasure refuses, what it waits for, and what it destroys. */
class ErasureRulesTest {
  private static final Argon2id CHEAP = new Argon2id(8, 1, 1);

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final MapSource source = new MapSource();
  private final List<Duration> slept = new ArrayList<>();
  private Runnable whileAsleep = () -> {};
  private Machine machine;
  private BackupId erased;
  private BackupId other;
  private Duration patience = Duration.ZERO;
  private List<String> copies = List.of();
  private Erasure.CopyOpening opening = Erasure.CopyOpening.NONE;
  private @Nullable BackupId also;
  private final Set<ObjectName> before = new HashSet<>();
  private int places;

  @BeforeEach
  void twoBackups() throws Exception {
    machine = machine("eraser");
    create("one");
    create("two");
    machine.initErasable(storage, key("one"));
    source.put("a", text("kept"));
    erased = backup(storage, source.copy().put("secret", text("to be erased")));
    other = backup(storage, source);
  }

  @Test
  void theOldKeyIsDestroyedAndWhatStaysOpensWithTheNewOne() throws Exception {
    ErasureReport report = erase();

    assertThat(report.backups()).containsExactly(erased);
    assertThat(report.destroyed()).containsExactly(reference("one"));
    assertThat(report.unreached()).isEmpty();
    assertThat(isDestroyed("one")).isTrue();
    assertThat(isDestroyed("two")).isFalse();
    try (Repository repository = machine.open(storage, key("two"))) {
      List<Backup> left = BackupList.read(repository).backups();
      assertThat(left).extracting(Backup::id).containsExactly(other);
      assertThat(Contents.of(repository, left.getFirst())).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).intact()).isTrue();
      assertThat(repository.keyRegister("tester").credentials()).hasSize(1);
      assertThat(Facts.of(repository).notes().stream().map(note -> note.fact()))
          .contains(new Fact.Erased(List.of(erased), List.of(reference("one")), List.of()));
    }
    assertThatThrownBy(() -> machine.open(storage, key("one"))).isInstanceOf(SalvorException.class);
  }

  @Test
  void theSameRequestAgainDestroysNothingMore() throws Exception {
    erase();
    ErasureReport again = erase("two", Progress.NONE);
    assertThat(again.destroyed()).isEmpty();
    assertThat(isDestroyed("two")).isFalse();
  }

  @Test
  void aRepositoryThatPassphrasesOpenIsRefused() throws Exception {
    MemoryStorage plain = new MemoryStorage();
    machine.init(plain);
    assertThatThrownBy(() -> Erasure.run(() -> machine.open(plain), request("two"), Progress.NONE))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_ERASABLE));
  }

  @Test
  void aBackupOnHoldStopsItBeforeAnythingIsForgotten() throws Exception {
    try (Repository repository = machine.open(storage, key("one"))) {
      var _ = Holding.hold(repository, erased, "evidence", "lawyer");
    }
    unfinished("on hold");
    assertThat(backups()).contains(erased, other);
  }

  @Test
  void theNewestOfASourceStaysAndSoDoTheKeys() throws Exception {
    erased = other;
    unfinished(other + " stays: ");
    assertThat(backups()).hasSize(2);
  }

  @Test
  void whatOpensTheErasedCannotOpenWhatStays() throws Exception {
    for (String name : List.of("one", "link")) {
      if (name.equals("link")) {
        Files.createLink(temp.resolve("link"), temp.resolve("one"));
      }
      assertThatThrownBy(
              () ->
                  Erasure.run(
                      () -> machine.open(storage, key("one")), request(name), Progress.NONE))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.CREDENTIAL_NEEDED);
                assertThat(e.why())
                    .contains(name.equals("one") ? "what is to be erased" : "another name");
              });
    }
    assertThat(backups()).hasSize(2);
    assertThat(isDestroyed("one")).isFalse();
  }

  @Test
  void everyCredentialsKeyIsDestroyed() throws Exception {
    var _ = add("three");
    assertThat(erase().destroyed()).containsExactly(reference("one"), reference("three"));
    assertThat(isDestroyed("three")).isTrue();
    try (Repository repository = machine.open(storage, key("two"))) {
      assertThat(repository.keyRegister("tester").credentials())
          .extracting(CredentialInfo::kms)
          .containsExactly(reference("two"));
    }
  }

  @Test
  void aCredentialThatSomebodyAddsMeanwhileIsDestroyedToo() throws Exception {
    Repository another = machine("adder").open(storage, key("one"));
    ErasureReport report =
        Erasure.run(
            () -> machine.open(storage, key("one")),
            request("two"),
            at(
                "destroy",
                () -> {
                  create("three");
                  var _ = another.keyRegister("adder").add(key("three"), "late", CHEAP);
                }));
    another.close();
    assertThat(report.destroyed()).contains(reference("three"));
    assertThat(isDestroyed("three")).isTrue();
  }

  @Test
  void keysOfCredentialsThatWereWithdrawnBeforeAreDestroyed() throws Exception {
    withdraw(add("three"), true);
    ErasureReport report = erase();
    assertThat(report.destroyed()).containsExactly(reference("one"), reference("three"));
    assertThat(report.unreached()).isEmpty();
    assertThat(isDestroyed("three")).isTrue();
  }

  @Test
  void anEarlierKeyThatCannotBeAskedIsToldAndDoesNotStopIt() throws Exception {
    withdraw(add("three"), true);
    Files.delete(temp.resolve("three"));
    ErasureReport report = erase();
    assertThat(report.destroyed()).containsExactly(reference("one"));
    assertThat(report.unreached()).containsExactly(reference("three"));
  }

  @Test
  void anEarlierKeyThatIsTheNewOneUnderAnotherNameStopsIt() throws Exception {
    withdraw(add("three"), true);
    Files.delete(temp.resolve("two"));
    Files.createLink(temp.resolve("two"), temp.resolve("three"));
    assertThatThrownBy(this::erase)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.why()).contains("under another name"));
    assertThat(isDestroyed("one")).isFalse();
    assertThat(isDestroyed("three")).isFalse();
  }

  @Test
  void aCredentialOfWhichNobodyNotedItsKeyIsToldOf() throws Exception {
    ObjectId removed = add("three");
    withdraw(removed, false);
    ErasureReport report = erase();
    assertThat(report.unreached()).hasSize(1);
    assertThat(report.unreached().getFirst()).contains(removed.toString());
    assertThat(isDestroyed("three")).isFalse();
  }

  @Test
  void aKeyThatWasDestroyedBeforeIsNotDenied() throws Exception {
    var _ = add("three");
    try (KeyService service = KeyServices.open(reference("three"), new SecureRandom())) {
      service.destroy();
    }
    try (Repository repository = machine.open(storage, key("one"))) {
      var _ = Holding.hold(repository, erased, "evidence", "lawyer");
    }
    assertThatThrownBy(this::erase).hasMessageContaining("1 old key is destroyed");
    assertThat(isDestroyed("one")).isFalse();
  }

  @Test
  void aCredentialWhoseKeyCannotBeAskedStopsIt() throws Exception {
    ObjectId added = add("three");
    Files.delete(temp.resolve("three"));
    unfinished("of the credential " + added);
  }

  @Test
  void aCredentialWhoseObjectIsGoneStopsIt() throws Exception {
    ObjectId added = add("three");
    storage.delete(ObjectKind.CREDENTIAL.name(added));
    unfinished("the object of the credential " + added + " is gone");
  }

  @Test
  void aCredentialThatNamesAnotherKeyThanItsOwnStopsIt() throws Exception {
    ObjectId added = add("three");
    create("decoy");
    exchange(ObjectKind.CREDENTIAL.name(added), "/three", "/decoy");
    unfinished(added.toString());
    assertThat(isDestroyed("decoy")).isFalse();
    assertThat(isDestroyed("three")).isFalse();
  }

  @Test
  void writersAtWorkAreWaitedForAsLongAsItIsSaid() throws Exception {
    patience = Duration.ofSeconds(12);
    lastThing(this::session);
    unfinished("1 writer is at work");
    assertThat(slept)
        .containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(2));
  }

  @Test
  void aWriterThatEndsWhileItIsWaitedForIsNotInTheWay() throws Exception {
    patience = Duration.ofMinutes(1);
    lastThing(
        () -> {
          CopySession session = session();
          whileAsleep = () -> quietly(session::close);
        });
    assertThat(erase().destroyed()).containsExactly(reference("one"));
    assertThat(slept.getFirst()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void aWriterThatIsSilentForTooLongIsGivenUp() throws Exception {
    List<ObjectName> sessions = new ArrayList<>();
    lastThing(
        () -> {
          var _ = session();
          storage.list(ObjectKind.SESSION_OPEN.prefix(), info -> sessions.add(info.name()));
          clock.advance(PruneRequest.GIVE_UP_AFTER.plusSeconds(1));
        });
    assertThat(erase().destroyed()).containsExactly(reference("one"));
    ObjectId session =
        sessions.stream()
            .flatMap(name -> ObjectKind.SESSION_OPEN.idIn(name).stream())
            .findFirst()
            .orElseThrow();
    assertThat(storage.find(ObjectKind.REVOCATION.name(session))).isPresent();
  }

  @Test
  void whatSomebodySealsToTheOldEpochAtTheLastMomentStopsIt() throws Exception {
    try (Repository late = machine("web").open(storage, key("one"))) {
      lastThing(
          () -> {
            KeyRing.NewObject pack = late.keys().newObject(ObjectKind.DATA_PACK);
            storage.put(ObjectKind.DATA_PACK.name(pack.id()), pack.header());
            ObjectId id = late.keys().newId();
            storage.put(
                ObjectKind.FACT.name(id),
                late.keys().sealSmall(ObjectKind.FACT, id, text("by no author")));
          });
      unfinished("1 pack and 1 other object are still sealed to the epoch");
    }
  }

  @Test
  void aNewCredentialThatOpensNoLongerStopsIt() throws Exception {
    lastThing(
        () -> {
          List<ObjectName> grants = new ArrayList<>();
          storage.list(
              "keys/",
              info -> {
                if (!before.contains(info.name()) && info.name().value().endsWith(".grant")) {
                  grants.add(info.name());
                }
              });
          assertThat(grants).isNotEmpty();
          grants.forEach(storage::delete);
        });
    storage.list("keys/", info -> before.add(info.name()));
    unfinished("does not open the newest epoch");
  }

  @Test
  void aCredentialThatIsAddedAtTheLastMomentIsLookedAtLikeTheOthers() throws Exception {
    List<ObjectId> added = new ArrayList<>();
    Repository late = machine("web").open(storage, key("one"));
    lastThing(
        () -> {
          create("three");
          added.add(late.keyRegister("adder").add(key("three"), "late", CHEAP).id());
          storage.delete(ObjectKind.CREDENTIAL.name(added.getFirst()));
        });
    unfinished("is gone");
    late.close();
  }

  @Test
  void whoeverAddsCredentialsWhileKeysAreDestroyedIsNotFollowedForever() throws Exception {
    Storage slow =
        new ForwardingStorage(storage) {
          @Override
          public StorageTraits traits() {
            return new StorageTraits(Duration.ofSeconds(1), false);
          }
        };
    List<Repository> others = new ArrayList<>();
    int[] late = {0};
    lastThing(
        () -> {
          others.add(machine("web").open(storage, key("two")));
          whileAsleep =
              () -> {
                create("late" + late[0]);
                quietly(
                    () ->
                        others
                            .getFirst()
                            .keyRegister("adder")
                            .add(key("late" + late[0]++), "late", CHEAP));
              };
        });
    assertThatThrownBy(
            () ->
                Erasure.run(
                    () -> machine.open(slow, key("one")), opening, request("two"), Progress.NONE))
        .hasMessageContaining("9 old keys are destroyed")
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> assertThat(e.why()).isEqualTo("somebody adds credentials all the time"));
    assertThat(isDestroyed("one")).isTrue();
    assertThat(isDestroyed("two")).isFalse();
    assertThat(isDestroyed("late7")).isTrue();
    others.getFirst().close();
  }

  @Test
  void itIsCancelledWhileItWaitsAndBeforeEachCopy() throws Exception {
    patience = Duration.ofMinutes(1);
    boolean[] cancelled = {false};
    Progress watched =
        new Progress() {
          @Override
          public void checkCancelled() {
            if (cancelled[0]) {
              throw new SalvorException(ErrorCode.INTERRUPTED, "stopped", "so", "go on");
            }
          }
        };
    lastThing(
        () -> {
          var _ = session();
          cancelled[0] = true;
        });
    assertInterrupted(watched);
    assertThat(slept).as("nothing was waited for any more").isEmpty();

    cancelled[0] = false;
    patience = Duration.ZERO;
    clock.advance(Duration.ofDays(3));
    lastThing(() -> cancelled[0] = true);
    copies = List.of("copy", "another");
    int[] opened = {0};
    Erasure.CopyOpening first = opening;
    opening =
        (address, successor) -> {
          opened[0]++;
          return first.open(address, successor);
        };
    assertInterrupted(watched);
    assertThat(opened[0]).isEqualTo(1);
  }

  private void assertInterrupted(Progress watched) {
    assertThatThrownBy(() -> erase(watched))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED));
    assertThat(isDestroyed("one")).isFalse();
  }

  @Test
  void whatCredentialsAreBehindIsNotedBeforeTheyGo() throws Exception {
    ObjectId client = new ObjectId(7, 7);
    try (Repository repository = machine.open(storage, key("one"))) {
      Withdrawals.noteClient(repository, client, "tester");
      KeyRegister register = repository.keyRegister("tester");
      Withdrawals.noteAll(repository, register, "tester");
      ObjectId own = register.credentials().getFirst().id();
      assertThat(Facts.of(repository).notes().stream().map(note -> note.fact()))
          .containsExactly(
              new Fact.Withdrawn(new TreeMap<>(Map.of(client, ""))),
              new Fact.Withdrawn(new TreeMap<>(Map.of(own, reference("one")))));
    }
    MemoryStorage plain = new MemoryStorage();
    machine.init(plain);
    try (Repository repository = machine.open(plain)) {
      Withdrawals.noteClient(repository, client, "tester");
      assertThat(Facts.of(repository).notes()).as("nothing can be erased there").isEmpty();
    }
  }

  @Test
  void anotherRepositoryIsNoCopy() throws Exception {
    MemoryStorage stranger = new MemoryStorage();
    create("stranger");
    machine.initErasable(stranger, key("stranger"));
    named((address, successor) -> machine.open(stranger, key("stranger")));
    unfinished("copy is no copy of this repository");
  }

  @Test
  void aCopyThatTheNewKeyDoesNotOpenYetStopsIt() throws Exception {
    MemoryStorage copy = MemoryStorage.of(storage.snapshot());
    named((address, successor) -> machine.open(copy, successor));
    unfinished("the copy copy does not open with the new key yet");
  }

  @Test
  void aCopyThatIsAsTheRepositoryIsCheckedAndRecorded() throws Exception {
    named((address, successor) -> machine("copier").open(snapshot(), successor));
    ErasureReport report = erase();
    assertThat(report.checked()).containsExactly("copy");
    assertThat(report.copies()).containsExactly("copy");
  }

  @Test
  void aCopyThatLacksWhatStaysStopsIt() throws Exception {
    named(
        (address, successor) -> {
          Repository copy = machine("copier").open(snapshot(), successor);
          forgetIn(copy, other);
          return copy;
        });
    unfinished("the copy copy lacks 1 backup that is to stay");
  }

  @Test
  void aCopyWithACredentialOfItsOwnStopsIt() throws Exception {
    create("own");
    List<ObjectId> added = new ArrayList<>();
    named(
        (address, successor) -> {
          Repository copy = machine("copier").open(snapshot(), successor);
          added.add(copy.keyRegister("copier").add(key("own"), "own", CHEAP).id());
          return copy;
        });
    SalvorException e = unfinished("the copy copy has a credential of its own");
    assertThat(e.why()).contains(added.getFirst().toString());
    assertThat(isDestroyed("own")).isFalse();
  }

  @Test
  void aCopyThatStillHasWhatIsErasedOrIsSealedToTheOldEpochStopsIt() throws Exception {
    MemoryStorage copy = MemoryStorage.named("copy", storage.snapshot());
    BackupId own = backup(copy, source.copy().put("own", text("the copy's")));
    named((address, successor) -> machine("copier").open(copy, successor));
    unfinished("does not open with the new key yet");
    try (Repository from = machine.open(storage, key("one"));
        Repository to = machine("copier").open(copy, key("one"))) {
      assertThat(Copies.copy(from, to, "host", Progress.NONE).complete()).isTrue();
    }

    unfinished("has 5 objects that are still sealed to the epoch");
    try (Repository to = machine("copier").open(copy, key("one"))) {
      assertThat(Reencryption.run(to, "copier", Progress.NONE).failures()).isEmpty();
    }
    also = own;
    unfinished("the copy copy still has what is to be erased");
  }

  @Test
  void aCopyThatCannotBeReachedIsRecordedOnTheirWordWithAWarning() throws Exception {
    copies = List.of("away");
    List<String> warned = new ArrayList<>();
    ErasureReport report =
        erase(
            new Progress() {
              @Override
              public void warn(String code, String key, String message) {
                warned.add(key + ": " + message);
              }
            });
    assertThat(report.copies()).containsExactly("away");
    assertThat(report.checked()).isEmpty();
    assertThat(warned).hasSize(1);
    assertThat(warned.getFirst()).startsWith("away: this copy was not looked at");
  }

  @Test
  void aDamagedCopyIsNotOneThatIsAway() throws Exception {
    named(
        (address, successor) -> {
          throw new SalvorException(ErrorCode.OBJECT_DAMAGED, "damaged", "why", "what to do");
        });
    assertThatThrownBy(this::erase)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED));
    assertThat(isDestroyed("one")).isFalse();
  }

  private interface Action {
    void run() throws Exception;
  }

  /** Does something when a phase begins. */
  private static Progress at(String phase, Action action) {
    return new Progress() {
      @Override
      public void phase(String name) {
        if (name.equals(phase)) {
          quietly(action);
        }
      }
    };
  }

  private static void quietly(Action action) {
    try {
      action.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private ErasureReport erase() throws IOException, InterruptedException {
    return erase(Progress.NONE);
  }

  private ErasureReport erase(Progress progress) throws IOException, InterruptedException {
    return erase("one", progress);
  }

  private ErasureReport erase(String with, Progress progress)
      throws IOException, InterruptedException {
    return Erasure.run(() -> machine.open(storage, key(with)), opening, request("two"), progress);
  }

  private ErasureRequest request(String successor) {
    Set<BackupId> backups = also == null ? Set.of(erased) : Set.of(erased, also);
    return new ErasureRequest(backups, key(successor), "next", copies, patience, "eraser");
  }

  /** It ends so, and the key is as it was. */
  private SalvorException unfinished(String why) {
    SalvorException e = catchThrowableOfType(SalvorException.class, this::erase);
    assertThat(e).as("erasure that stops").isNotNull();
    assertThat(e.code()).as("%s", e).isEqualTo(ErrorCode.ERASURE_UNFINISHED);
    assertThat(e.why()).contains(why);
    assertThat(e).hasMessageContaining("no key was destroyed");
    assertThat(isDestroyed("one")).isFalse();
    return e;
  }

  /** A session of a writer who knows the new key; the eraser cannot tell whether it lives. */
  private CopySession session() throws IOException {
    return CopySession.begin(machine("web").open(storage, key("two")), "web", "work");
  }

  /** What happens after everything has been sealed anew, and before writers are waited for. */
  private void lastThing(Action action) {
    named(
        (address, successor) -> {
          Repository copy = machine("copier").open(snapshot(), successor);
          slept.clear();
          quietly(action);
          return copy;
        });
  }

  private void named(Erasure.CopyOpening copy) {
    copies = List.of("copy");
    opening = copy;
  }

  private MemoryStorage snapshot() {
    return MemoryStorage.of(storage.snapshot());
  }

  private List<BackupId> backups() throws IOException {
    try (Repository repository = machine.open(storage, key("one"))) {
      return BackupList.read(repository).backups().stream().map(Backup::id).toList();
    }
  }

  private BackupId backup(MemoryStorage to, MapSource content) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = machine.open(to, key("one"))) {
      return machine.backup(repository, content, null).backup().id();
    }
  }

  private static void forgetIn(Repository repository, BackupId id) throws IOException {
    ObjectName manifest = BackupList.read(repository).byPrefix(id.text()).object();

    repository
        .ledger()
        .append(
            LedgerChange.removing(List.of(manifest.value())),
            repository.now(),
            "copier",
            repository.random());
    repository.storage().delete(manifest);
  }

  /** Adds a credential behind a key of this name. */
  private ObjectId add(String name) throws IOException {
    create(name);
    try (Repository repository = machine.open(storage, key("one"))) {
      return repository.keyRegister("tester").add(key(name), name, CHEAP).id();
    }
  }

  private void withdraw(ObjectId id, boolean noted) throws IOException {
    try (Repository repository = machine.open(storage, key("one"))) {
      KeyRegister register = repository.keyRegister("tester");
      if (noted) {
        List<CredentialInfo> leaving =
            register.credentials().stream().filter(one -> one.id().equals(id)).toList();
        Withdrawals.note(repository, register, leaving, "tester");
      }
      register.remove(id, false);
    }
  }

  /** Exchanges words in a key object, with the checksum that goes with them. */
  private void exchange(ObjectName name, String was, String is) throws IOException {
    byte[] object = storage.get(name);
    int length = object.length - Sha256.SIZE;
    String body = new String(object, 0, length, StandardCharsets.ISO_8859_1).replace(was, is);
    byte[] exchanged = Arrays.copyOf(body.getBytes(StandardCharsets.ISO_8859_1), object.length);
    System.arraycopy(Sha256.of(exchanged, 0, length), 0, exchanged, length, Sha256.SIZE);
    storage.delete(name);
    storage.put(name, exchanged);
  }

  private void create(String name) {
    assertThat(KeyServices.createIfMissing(reference(name), new SecureRandom())).isTrue();
  }

  private boolean isDestroyed(String name) {
    try (KeyService service = KeyServices.open(reference(name), new SecureRandom())) {
      return service.isDestroyed();
    }
  }

  private Machine machine(String host) throws IOException {
    Sleeper sleeper =
        time -> {
          slept.add(time);
          clock.advance(time);
          whileAsleep.run();
        };
    // As with real clocks, what comes later is later.
    InstantSource ticking =
        () -> {
          clock.advance(Duration.ofMillis(1));
          return clock.instant();
        };
    return new Machine(
        Files.createDirectory(temp.resolve("local" + places++)), ticking, host, sleeper);
  }

  private KmsKey key(String name) {
    return new KmsKey(KeyServices.open(reference(name), new SecureRandom()));
  }

  private String reference(String name) {
    return "kms:file:" + temp.resolve(name);
  }

  private static byte[] text(String text) {
    return text.repeat(50).getBytes(StandardCharsets.UTF_8);
  }
}
