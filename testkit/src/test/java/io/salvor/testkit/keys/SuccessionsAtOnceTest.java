package io.salvor.testkit.keys;

import static io.salvor.testkit.keys.Successions.CHEAP;
import static io.salvor.testkit.keys.Successions.NEW;
import static io.salvor.testkit.keys.Successions.OLD;
import static io.salvor.testkit.keys.Successions.OTHER;
import static io.salvor.testkit.keys.Successions.passphrase;
import static io.salvor.testkit.repository.Refusal.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Interruption;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of several successions of the authority at once at most one ends well; and what others do
 * meanwhile counts, or refuses it.
 */
class SuccessionsAtOnceTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Successions world;
  private MemoryStorage storage;

  @BeforeEach
  void begin() throws Exception {
    world = new Successions(temp);
    storage = world.storage;
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
    world.rotate();
    int first = 0;
    int second = 0;
    int neither = 0;
    boolean met = true;
    for (int at = 1; met; at += step) {
      MemoryStorage meeting = MemoryStorage.of(storage.snapshot());
      boolean[] ended = new boolean[2];
      Interruption one = Interruption.at(at, () -> ended[1] = world.tries(meeting, OTHER));
      ended[0] = world.tries(one.of(meeting), NEW);
      met = one.hasHappened();
      assertThat(ended[0] && ended[1]).as("both, at %d", at).isFalse();
      first += ended[0] ? 1 : 0;
      second += ended[1] ? 1 : 0;
      if (!ended[0] && !ended[1]) {
        neither++;
        world.succeed(meeting, NEW);
      }
      String opens = ended[1] ? OTHER : NEW;
      world.holds(meeting, opens, 1);
      fails(
          ErrorCode.WRONG_CREDENTIAL,
          () -> world.newMachine().open(meeting, opens.equals(NEW) ? OTHER : NEW).close());
    }
    System.out.printf(
        "successions at once: %d times the first, %d the second, %d neither%n",
        first, second, neither);
    assertThat(first).isPositive();
    assertThat(second).isPositive();
  }

  @Test
  void twoWithTheSamePassphraseEndAsOne() throws Exception {
    world.rotate();
    boolean met = true;
    for (int at = 1; met; at += 13) {
      MemoryStorage meeting = MemoryStorage.of(storage.snapshot());
      Interruption one = Interruption.at(at, () -> world.tries(meeting, NEW));
      boolean _ = world.tries(one.of(meeting), NEW);
      met = one.hasHappened();
      world.holds(meeting, NEW, 1);
    }
  }

  @Test
  void whatIsSealedMeanwhileToAnEpochThatWasMadeMeanwhileCounts() throws Exception {
    Interruption busy =
        Interruption.beforePutOf(
            ".authority",
            () -> {
              world.rotate();
              world.backup(storage, OLD);
            });
    world.succeed(busy.of(storage), NEW);
    world.holds(storage, NEW, 2);
  }

  @Test
  void aWriteOnlyClientThatIsAdmittedMeanwhileRefusesItAndLeavesEverythingAsItWas()
      throws Exception {
    Interruption busy =
        Interruption.beforePutOf(
            ".authority",
            () -> {
              try (Repository repository = world.newMachine().open(storage);
                  Passphrase client = passphrase("client")) {
                var _ = repository.keyRegister("other").addWriter(client, "web", CHEAP);
              }
            });
    fails(ErrorCode.CREDENTIAL_NEEDED, () -> world.succeed(busy.of(storage), NEW));
    assertThat(storage.names("keys/")).noneMatch(n -> n.value().endsWith("authority"));
    world.backup(storage, OLD);
    world.holds(storage, OLD, 2);
  }

  @Test
  void whatWasCutOffAndMayBeInUseIsNotGonePast() throws Exception {
    // Cut off between its credential and its ledger entry, and used since.
    assertThatThrownBy(() -> world.succeed(new Successions.CutOff(storage, ".credential"), NEW))
        .isInstanceOf(IOException.class);
    Machine user = world.newMachine();
    world.clock.advance(Duration.ofMinutes(1));
    world.source.put("b", Successions.text("under the new one"));
    try (Repository repository = user.open(storage, NEW)) {
      var _ = user.backup(repository, world.source, null);
    }
    fails(ErrorCode.CREDENTIAL_NEEDED, () -> world.succeed(storage, OTHER));
    world.holds(storage, NEW, 2);
    world.succeed(storage, NEW);
    world.holds(storage, NEW, 2);
    fails(ErrorCode.WRONG_CREDENTIAL, () -> world.newMachine().open(storage, OLD).close());
    try (Repository repository = user.open(storage, NEW)) {
      assertThat(repository.ledger().issues()).isEmpty();
      assertThat(repository.keyRegister("owner").credentials()).hasSize(1);
    }
  }
}
