package io.salvor.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.reencrypt.Exposure;
import io.salvor.engine.reencrypt.Reencryption;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.crash.Crashes.Moment;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Crashes at every storage operation of changing keys. Whatever was reached, the repository opens
 * with the old passphrase or the new one, nothing is reported lost, and the next change and the
 * next backup succeed.
 */
class KeyCrashTest {
  private static final long SEED = 20260131;
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);
  private static final String OLD = "secret";
  private static final String NEW = "another";

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Crashes crashes;
  private Moment moment;

  /** A change of keys. */
  private interface Change {
    void make(Machine machine, Storage storage) throws Exception;
  }

  /** A change of keys of an opened repository. */
  private interface OpenedChange {
    void make(KeyRegister register) throws IOException;
  }

  private static Change opened(OpenedChange change) {
    return (machine, storage) -> change.make(machine.open(storage).keyRegister("tester"));
  }

  @BeforeEach
  void makeMoment() throws Exception {
    crashes = new Crashes(temp);
    MapSource files =
        new MapSource()
            .put("a", "first".getBytes(StandardCharsets.UTF_8))
            .put("c", "secret".getBytes(StandardCharsets.UTF_8))
            .sensitive("c");
    Moment empty = crashes.empty(files);
    moment =
        crashes.afterBackup(empty, files.copy().put("b", "b".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whileAPassphraseIsChanged() throws Exception {
    int deaths =
        everywhere(
            opened(
                register -> {
                  List<CredentialInfo> before = register.credentials();
                  try (Passphrase passphrase = passphrase(NEW)) {
                    register.add(passphrase, "new", CHEAP);
                  }
                  register.remove(before.getFirst().id(), true);
                }),
            NEW);
    assertThat(deaths).isGreaterThan(15);
  }

  @Test
  void whileAnEpochIsMade() throws Exception {
    assertThat(everywhere(opened(KeyRegister::rotate), OLD)).isGreaterThan(8);
  }

  @Test
  void whileEverythingIsSealedToANewEpoch() throws Exception {
    int deaths =
        everywhere(
            (machine, storage) -> {
              opened(KeyRegister::rotate).make(machine, storage);
              Reencryption.run(machine.open(storage), "tester", Progress.NONE);
            },
            OLD);
    assertThat(deaths).isGreaterThan(40);
  }

  /** Whatever was reached before, another run ends it. */
  private static void completes(Repository repository) throws Exception {
    assertThat(Reencryption.run(repository, "tester", Progress.NONE).failures()).isEmpty();
    List<Exposure> exposure =
        Exposure.of(repository, repository.keyRegister("tester"), Progress.NONE);
    assertThat(exposure)
        .filteredOn(e -> !e.epoch().newest())
        .isNotEmpty()
        .allSatisfy(
            e -> {
              assertThat(e.packs()).isZero();
              assertThat(e.backups()).isEmpty();
              assertThat(e.others()).isZero();
            });
  }

  private int everywhere(Change change, String after) throws Exception {
    for (int operation = 1; ; operation++) {
      String at = dies(change, operation, Extent.NOTHING, after);
      if (at.isEmpty()) {
        return operation - 1;
      }
      if (at.startsWith("put") || at.startsWith("delete")) {
        String _ = dies(change, operation, Extent.TORN, after);
        String _ = dies(change, operation, Extent.WHOLE, after);
      }
    }
  }

  /** Where the process died, or an empty text if it ended before that operation. */
  private String dies(Change change, int operation, Extent extent, String after) throws Exception {
    MemoryStorage storage = MemoryStorage.of(moment.objects());
    Path local = crashes.copy(moment.local());
    Machine machine = new Machine(local, new SettableClock(moment.now()));
    FaultyStorage faulty =
        new FaultyStorage(storage, SEED + operation).at(operation, new Fault.Crash(extent));
    boolean died = false;
    try {
      change.make(machine, faulty);
    } catch (SimulatedCrash e) {
      died = true;
    }
    String what = faulty.crashedAt().orElse("no crash") + ": " + extent;
    try {
      check(machine, storage, extent == Extent.TORN, died ? null : after);
      if (extent != Extent.NOTHING) {
        Machine another = new Machine(crashes.newPlace(), machine.clock());
        check(another, storage, extent == Extent.TORN, null);
        LocalCopies.remove(another.local());
      }
    } catch (AssertionError | Exception e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
    LocalCopies.remove(local);
    return faulty.crashedAt().orElse("");
  }

  private void check(Machine machine, MemoryStorage left, boolean torn, String acknowledged)
      throws Exception {
    MemoryStorage storage = MemoryStorage.of(left.snapshot());
    String works = acknowledged != null ? acknowledged : opens(machine, storage, OLD) ? OLD : NEW;
    try (Repository repository = machine.open(storage, works)) {
      Crashes.holds(repository, moment);
      if (!torn) {
        assertThat(repository.keyFaults()).isEmpty();
        assertThat(Machine.verify(repository).intact()).isTrue();
      }
      repository.keyRegister("tester").rotate();
    }
    try (Repository repository = machine.open(storage, works)) {
      assertThat(repository.keys().canSeal()).isTrue();
      machine.backup(repository, moment.source().copy(), null);
      if (!torn) {
        completes(repository);
        Crashes.holds(repository, moment);
      }
      assertThat(torn || Machine.verify(repository).intact()).isTrue();
    }
  }

  private static boolean opens(Machine machine, Storage storage, String passphrase)
      throws IOException {
    try {
      machine.open(storage, passphrase).close();
      return true;
    } catch (SalvorException e) {
      assertThat(e.code()).isIn(ErrorCode.WRONG_CREDENTIAL, ErrorCode.CREDENTIAL_WITHDRAWN);
      return false;
    }
  }

  private static Passphrase passphrase(String text) {
    return Passphrase.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
