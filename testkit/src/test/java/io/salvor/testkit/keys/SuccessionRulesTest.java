package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.erasure.Withdrawals;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.keys.Forgeries;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a succession of the authority insists on: nothing that was acknowledged is left out, whoever
 * else is at work, whatever lists hide, and of several at once at most one ends well.
 */
class SuccessionRulesTest {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);
  private static final String OLD = "secret";
  private static final String NEW = "after the theft";
  private static final String OTHER = "after the theft, too";

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final MemoryStorage storage = new MemoryStorage();
  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MapSource source = new MapSource("map:shop").put("a", text("first"));
  private Machine machine;
  private Machine other;
  private int places;

  @BeforeEach
  void begin() throws Exception {
    machine = newMachine();
    other = newMachine();
    machine.init(storage);
    backup(storage, OLD);
  }

  @Test
  void whatListsHideCountsAllTheSame() throws Exception {
    backup(storage, OLD);
    Set<String> hidden = Set.copyOf(values("backups/"));
    Storage hiding = new Hiding(storage, name -> hidden.contains(name.value()));
    succeed(newMachine(), hiding, OLD, NEW);
    holds(storage, NEW, 2);
  }

  @Test
  void damageIsToBeMendedBeforeItIsLeftOutForGood() throws Exception {
    for (String prefix : List.of("backups/", "index/", "ledger/")) {
      MemoryStorage damaged = MemoryStorage.of(storage.snapshot());
      for (ObjectName name : names(damaged, prefix)) {
        byte[] object = damaged.get(name);
        byte[] turned = object.clone();
        turned[turned.length / 2] ^= 1;
        damaged.delete(name);
        damaged.put(name, turned);
        fails(ErrorCode.OBJECT_DAMAGED, () -> succeed(newMachine(), damaged, OLD, NEW));
        assertThat(names(damaged, "keys/")).noneMatch(n -> n.value().endsWith("authority"));
        damaged.delete(name);
        if (prefix.equals("backups/")) {
          fails(ErrorCode.OBJECT_LOST, () -> succeed(newMachine(), damaged, OLD, NEW));
        }
        damaged.put(name, object);
      }
      succeed(newMachine(), damaged, OLD, NEW);
      holds(damaged, NEW, 1);
    }
  }

  @Test
  void whatIsSealedMeanwhileToAnEpochThatWasMadeMeanwhileCounts() throws Exception {
    Storage busy =
        Meanwhile.before(
            storage,
            ".authority",
            () ->
                quietly(
                    () -> {
                      try (Repository repository = other.open(storage)) {
                        var _ = repository.keyRegister("other").rotate();
                      }
                      backup(storage, OLD);
                    }));
    succeed(machine, busy, OLD, NEW);
    holds(storage, NEW, 2);
  }

  @Test
  void aWriteOnlyClientThatIsAdmittedMeanwhileRefusesItAndLeavesEverythingAsItWas()
      throws Exception {
    Storage busy =
        Meanwhile.before(
            storage,
            ".authority",
            () ->
                quietly(
                    () -> {
                      try (Repository repository = other.open(storage);
                          Passphrase client = passphrase("client")) {
                        var _ = repository.keyRegister("other").addWriter(client, "web", CHEAP);
                      }
                    }));
    fails(ErrorCode.CREDENTIAL_NEEDED, () -> succeed(machine, busy, OLD, NEW));
    assertThat(names(storage, "keys/")).noneMatch(n -> n.value().endsWith("authority"));
    backup(storage, OLD);
    holds(storage, OLD, 2);
  }

  @Test
  void ofTwoAtOnceAtMostOneEndsWell() throws Exception {
    atOnce(11);
  }

  @Test
  @Tag("slow")
  void ofTwoAtOnceAtMostOneEndsWellWhereverTheyMeet() throws Exception {
    atOnce(1);
  }

  private void atOnce(int step) throws Exception {
    // Once the ledger names key objects a succession enters nothing under the authority before.
    try (Repository repository = machine.open(storage)) {
      var _ = repository.keyRegister("owner").rotate();
    }
    int first = 0;
    int second = 0;
    int neither = 0;
    boolean met = true;
    for (int at = 1; met; at += step) {
      MemoryStorage meeting = MemoryStorage.of(storage.snapshot());
      boolean[] ended = new boolean[2];
      Meanwhile one =
          Meanwhile.at(meeting, at, () -> ended[1] = tries(newMachine(), meeting, OTHER));
      ended[0] = tries(newMachine(), one, NEW);
      met = one.isDone();
      assertThat(ended[0] && ended[1]).as("both, at %d", at).isFalse();
      first += ended[0] ? 1 : 0;
      second += ended[1] ? 1 : 0;
      if (!ended[0] && !ended[1]) {
        neither++;
        succeed(newMachine(), meeting, OLD, NEW);
      }
      String opens = ended[1] ? OTHER : NEW;
      holds(meeting, opens, 1);
      fails(
          ErrorCode.WRONG_CREDENTIAL,
          () -> newMachine().open(meeting, opens.equals(NEW) ? OTHER : NEW).close());
    }
    System.out.printf(
        "successions at once: %d times the first, %d the second, %d neither%n",
        first, second, neither);
    assertThat(first).isPositive();
    assertThat(second).isPositive();
  }

  @Test
  void twoWithTheSamePassphraseEndAsOne() throws Exception {
    try (Repository repository = machine.open(storage)) {
      var _ = repository.keyRegister("owner").rotate();
    }
    boolean met = true;
    for (int at = 1; met; at += 13) {
      MemoryStorage meeting = MemoryStorage.of(storage.snapshot());
      Meanwhile one = Meanwhile.at(meeting, at, () -> tries(newMachine(), meeting, NEW));
      boolean _ = tries(newMachine(), one, NEW);
      met = one.isDone();
      holds(meeting, NEW, 1);
    }
  }

  @Test
  void whatWasCutOffAndMayBeInUseIsNotGonePast() throws Exception {
    // Cut off between its credential and its ledger entry, and used since.
    Machine user = newMachine();
    Storage dying = new CutOff(storage, ".credential");
    assertThatThrownBy(() -> succeed(newMachine(), dying, OLD, NEW))
        .isInstanceOf(IOException.class);
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = user.open(storage, NEW)) {
      var _ = user.backup(repository, source.put("b", text("under the new one")), null);
    }
    fails(ErrorCode.CREDENTIAL_NEEDED, () -> succeed(newMachine(), storage, OLD, OTHER));
    holds(storage, NEW, 2);
    succeed(newMachine(), storage, OLD, NEW);
    holds(storage, NEW, 2);
    fails(ErrorCode.WRONG_CREDENTIAL, () -> newMachine().open(storage, OLD).close());
    try (Repository repository = user.open(storage, NEW)) {
      assertThat(repository.ledger().issues()).isEmpty();
      assertThat(repository.keyRegister("owner").credentials()).hasSize(1);
    }
  }

  @Test
  void itWaitsTwiceAsLateAsListsAreAndRefusesWhereThatIsUnknown() throws Exception {
    List<Duration> waits = new ArrayList<>();
    Machine patient = new Machine(temp.resolve("patient"), clock, "host", waits::add);
    succeed(patient, new Lagging(storage, Duration.ofSeconds(3)), OLD, NEW);
    assertThat(waits.getFirst()).isEqualTo(Duration.ofSeconds(6));
    MemoryStorage later = new MemoryStorage();
    machine.init(later);
    Storage unknown = new Lagging(later, StorageTraits.UNKNOWN_LAG);
    fails(ErrorCode.LISTING_LAG_UNKNOWN, () -> succeed(newMachine(), unknown, OLD, NEW));
  }

  @Test
  void anEpochThatNobodyWasGrantedIsInTheWayOnlyIfSomethingIsSealedToIt() throws Exception {
    ObjectId before;
    try (Repository repository = machine.open(storage)) {
      before = repository.keys().epoch();
    }
    Forgeries.epoch(storage, OLD, before, clock.instant().minusSeconds(1));
    // Somebody may have made it the newest; nothing is written by this credential then.
    succeed(newMachine(), storage, OLD, NEW);
    holds(storage, NEW, 1);
  }

  @Test
  void whoWasNotGrantedWhatSomethingIsSealedToLeavesNothingBehind() throws Exception {
    Set<String> before = Set.copyOf(values("keys/"));
    try (Repository repository = machine.open(storage)) {
      var _ = repository.keyRegister("owner").rotate();
    }
    backup(storage, OLD);
    List<String> grants =
        values("keys/").stream().filter(n -> n.endsWith(".grant") && !before.contains(n)).toList();
    try (Repository repository = machine.open(storage)) {
      // Without the sealed manifest nothing but packs of the index tells of that epoch.
      other.forget(storage, BackupList.read(repository).backups().getLast().id());
      repository
          .ledger()
          .append(LedgerChange.removing(grants), clock.instant(), "test", repository.random());
    }
    for (String grant : grants) {
      storage.delete(new ObjectName(grant));
    }
    fails(ErrorCode.EPOCH_NOT_GRANTED, () -> succeed(newMachine(), storage, OLD, NEW));
    assertThat(names(storage, "keys/")).noneMatch(n -> n.value().endsWith("authority"));

    try (Repository repository = machine.open(storage);
        Passphrase blind = passphrase("blind")) {
      var _ = repository.keyRegister("owner").add(blind, "blind", CHEAP, false);
    }
    fails(ErrorCode.EPOCH_NOT_GRANTED, () -> succeed(newMachine(), storage, "blind", NEW));
  }

  @Test
  void afterAnErasureItIsPossible() throws Exception {
    MemoryStorage erasable = new MemoryStorage();
    KmsKey first = key("one");
    machine.initErasable(erasable, first);
    Backup erased;
    try (Repository repository = machine.open(erasable, first)) {
      var _ = machine.backup(repository, source, null);
      clock.advance(Duration.ofMinutes(1));
      erased = machine.backup(repository, source.copy().put("x", text("away")), null).backup();
      clock.advance(Duration.ofMinutes(1));
      var _ = machine.backup(repository, source.put("b", text("stays")), null);
    }
    ErasureRequest request =
        new ErasureRequest(
            Set.of(erased.id()), key("two"), "two", List.of(), Duration.ZERO, "owner");
    var _ = Erasure.run(() -> machine.open(erasable, key("one")), request, Progress.NONE);
    try (Repository repository = machine.open(erasable, key("two"))) {
      var _ = repository.succeedAuthority(key("three"), "three", CHEAP, "owner", Progress.NONE);
    }
    try (Repository repository = machine.open(erasable, key("three"))) {
      List<Backup> backups = BackupList.read(repository).backups();
      assertThat(backups).hasSize(2);
      assertThat(new TreeMap<>(Contents.of(repository, backups.getLast())))
          .isEqualTo(source.contents());
    }
  }

  @Test
  void whatWasCutOffInAnErasableRepositoryCanBeEnded() throws Exception {
    MemoryStorage erasable = new MemoryStorage();
    machine.initErasable(erasable, key("one"));
    try (Repository repository = machine.open(erasable, key("one"))) {
      var _ = machine.backup(repository, source, null);
    }
    for (String ending : List.of(".authority", ".census", ".grant", ".credential")) {
      MemoryStorage left = MemoryStorage.of(erasable.snapshot());
      assertThatThrownBy(() -> succeedNoting(new CutOff(left, ending)))
          .as(ending)
          .isInstanceOf(IOException.class);
      succeedNoting(left);
      try (Repository repository = newMachine().open(left, key("two"))) {
        assertThat(BackupList.read(repository).backups()).hasSize(1);
        assertThat(Facts.of(repository).notes())
            .extracting(Note::fact)
            .filteredOn(Fact.Withdrawn.class::isInstance)
            .isNotEmpty();
      }
    }
  }

  /** As the command does it. */
  private void succeedNoting(Storage in) throws Exception {
    try (Repository repository = newMachine().open(in, key("one"))) {
      Withdrawals.noteAll(repository, repository.keyRegister("owner"), "owner");
      var _ = repository.succeedAuthority(key("two"), "two", CHEAP, "owner", Progress.NONE);
    }
  }

  /** Fails right after an object was stored whose name ends so. */
  private static final class CutOff extends ForwardingStorage {
    private final String ending;

    CutOff(Storage storage, String ending) {
      super(storage);
      this.ending = ending;
    }

    @Override
    public void put(ObjectName name, byte[] content) throws IOException {
      super.put(name, content);
      if (name.value().endsWith(ending)) {
        throw new IOException("cut off");
      }
    }
  }

  /** Whose lists lag, by its own word. */
  private static final class Lagging extends ForwardingStorage {
    private final Duration lag;

    Lagging(Storage storage, Duration lag) {
      super(storage);
      this.lag = lag;
    }

    @Override
    public StorageTraits traits() {
      return new StorageTraits(lag, false);
    }
  }

  private KmsKey key(String name) throws IOException {
    SecureRandom random = new SecureRandom();
    String reference = "kms:file:" + temp.resolve(name);
    KeyServices.createIfMissing(reference, random);
    return new KmsKey(KeyServices.open(reference, random));
  }

  private Machine newMachine() {
    return new Machine(temp.resolve("m" + places++), clock);
  }

  private void backup(Storage in, String passphrase) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    Machine writer = newMachine();
    try (Repository repository = writer.open(in, passphrase)) {
      String key = "entry" + places;
      var _ = writer.backup(repository, source.put(key, text(key)), null);
    }
  }

  private static boolean tries(Machine with, Storage in, String next) {
    try {
      succeed(with, in, OLD, next);
      return true;
    } catch (SalvorException e) {
      assertThat(e.code())
          .as("%s", e)
          .isIn(
              ErrorCode.CREDENTIAL_NEEDED,
              ErrorCode.EPOCH_NOT_GRANTED,
              ErrorCode.AUTHORITY_SUCCEEDED,
              ErrorCode.CREDENTIAL_WITHDRAWN,
              ErrorCode.WRONG_CREDENTIAL,
              ErrorCode.KEY_DAMAGED);
      return false;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void succeed(Machine with, Storage in, String passphrase, String next)
      throws IOException, InterruptedException {
    try (Repository repository = with.open(in, passphrase);
        Passphrase opener = passphrase(next)) {
      ObjectId _ = repository.succeedAuthority(opener, "new", CHEAP, "owner", Progress.NONE);
    }
  }

  private void holds(MemoryStorage in, String passphrase, int count) throws Exception {
    try (Repository repository = newMachine().open(in, passphrase)) {
      List<Backup> backups = BackupList.read(repository).backups();
      assertThat(backups).hasSize(count);
      assertThat(new TreeMap<>(Contents.of(repository, backups.getLast())))
          .isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues())
          .filteredOn(issue -> issue.severity() == Severity.DAMAGE)
          .isEmpty();
    }
  }

  /** What somebody else does while a storage is asked for something. */
  private interface Step {
    void run() throws Exception;
  }

  private static void quietly(Step step) {
    try {
      step.run();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private List<String> values(String prefix) throws IOException {
    return names(storage, prefix).stream().map(ObjectName::value).toList();
  }

  private static List<ObjectName> names(Storage in, String prefix) throws IOException {
    List<ObjectName> names = new ArrayList<>();
    in.list(prefix, info -> names.add(info.name()));
    return names;
  }

  private static void fails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
  }

  private static Passphrase passphrase(String text) {
    return Passphrase.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
