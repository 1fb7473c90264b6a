package io.salvor.engine.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For whom deleting waits, and for how long. */
class WaitingTest {
  private static final ObjectId ONE = new ObjectId(1, 1);
  private static final ObjectId TWO = new ObjectId(2, 2);
  private static final ObjectId FIRST = new ObjectId(11, 11);
  private static final ObjectId SECOND = new ObjectId(12, 12);
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path temp;
  private TestRepository test;
  private Repository repository;
  private Sessions sessions;

  @BeforeEach
  void make() throws IOException {
    test = new TestRepository(temp);
    repository = test.open();
    sessions = new Sessions(repository);
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void withNobodyAtWorkNothingIsWaitedFor() throws Exception {
    Waiting waiting = waiting(Duration.ZERO);
    waiting.begin(Set.of(FIRST));
    waiting.await();
    assertThat(waiting.ready()).containsExactly(FIRST);
    assertThat(waiting.blocking()).isEmpty();
    assertThat(waiting.toClose(Set.of(FIRST))).isEmpty();
  }

  @Test
  void aWriterAtWorkIsInTheWayOfWhatWasCondemnedWhileItWasThere() throws Exception {
    sessions.open(ONE, repository.now());
    Waiting before = waiting(Duration.ZERO);
    before.begin(Set.of(FIRST));
    before.await();
    assertThat(before.blocking()).extracting(FoundSession::id).containsExactly(ONE);
    assertThat(before.ready()).isEmpty();
    sessions.end(ONE);
    sessions.open(TWO, repository.now());
    // Who has come later knows of the first, and not of the second.
    Waiting after = waiting(Duration.ZERO);
    after.begin(Set.of(FIRST, SECOND));
    assertThat(after.ready()).containsExactly(FIRST);
    assertThat(after.blocking()).extracting(FoundSession::id).containsExactly(TWO);
  }

  @Test
  void whoDoesNotRememberWaitsForAllThatAreOpen() throws Exception {
    Waiting before = waiting(Duration.ZERO);
    before.begin(Set.of(FIRST));
    assertThat(before.ready()).containsExactly(FIRST);
    sessions.open(ONE, repository.now());
    assertThat(again().ready()).as("remembered").containsExactly(FIRST);
    LocalDirectory local = repository.local().state(repository.id().toString());
    byte[] bytes = local.read("prune-waits").orElseThrow();
    bytes[0] ^= 0x20;
    local.writeAtomically("prune-waits", bytes);
    assertThat(again().ready()).as("not remembered").isEmpty();
  }

  @Test
  void whoWasThereThenStaysInTheWayAtTheNextRunAndWhoCameLaterDoesNot() throws Exception {
    sessions.open(ONE, repository.now());
    waiting(Duration.ZERO).begin(Set.of(FIRST));
    sessions.open(TWO, repository.now());
    Waiting again = again();
    assertThat(again.ready()).isEmpty();
    assertThat(again.blocking()).extracting(FoundSession::id).containsExactly(ONE);
    assertThat(again.toClose(Set.of(FIRST))).containsExactly(ONE);
  }

  private Waiting again() throws IOException {
    Waiting again = waiting(Duration.ZERO);
    again.begin(Set.of(FIRST));
    return again;
  }

  @Test
  void itWaitsInStepsUntilTheWriterHasEnded() throws Exception {
    sessions.open(ONE, repository.now());
    Instant start = repository.now();
    test.whileWaiting(
        () -> {
          if (repository.now().equals(start.plusSeconds(10))) {
            end(ONE);
          }
        });
    Waiting waiting = waiting(Duration.ofSeconds(60));
    waiting.begin(Set.of(FIRST));
    SessionList last = waiting.await();
    assertThat(last.sessions()).isEmpty();
    assertThat(repository.now()).isEqualTo(start.plusSeconds(10));
    assertThat(waiting.ready()).containsExactly(FIRST);
  }

  @Test
  void itWaitsNoLongerThanItWasAskedTo() throws Exception {
    sessions.open(ONE, repository.now());
    Instant start = repository.now();
    Waiting waiting = waiting(Duration.ofSeconds(12));
    waiting.begin(Set.of(FIRST));
    waiting.await();
    assertThat(repository.now()).isEqualTo(start.plusSeconds(12));
    assertThat(waiting.ready()).isEmpty();
    Waiting impatient = waiting(Duration.ofSeconds(-1));
    impatient.begin(Set.of(FIRST));
    impatient.await();
    assertThat(repository.now()).isEqualTo(start.plusSeconds(12));
  }

  @Test
  void aClosureThatComesWhileItWaitsIsSeen() throws Exception {
    sessions.open(ONE, repository.now());
    Instant start = repository.now();
    test.whileWaiting(() -> closeElsewhere(ONE));
    Waiting waiting = waiting(Duration.ofSeconds(60));
    waiting.begin(Set.of(FIRST));
    waiting.await();
    assertThat(repository.now()).isEqualTo(start.plusSeconds(5));
    assertThat(waiting.ready()).containsExactly(FIRST);
    assertThat(waiting.toClose(Set.of(FIRST))).as("it is closed already").isEmpty();
  }

  @Test
  void aSilentWriterIsGivenUpAndHasToBeClosed() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.open(TWO, repository.now().plus(DAY));
    test.advance(DAY.toSeconds() + 1);
    Waiting waiting = waiting(Duration.ZERO);
    waiting.begin(Set.of(FIRST));
    waiting.await();
    Revocation told = Revocation.find(repository.storage(), repository.keys(), ONE).orElseThrow();
    assertThat(told).isEqualTo(new Revocation(ONE, repository.now(), "me", false));
    assertThat(Revocation.find(repository.storage(), repository.keys(), TWO)).isEmpty();
    assertThat(waiting.blocking()).extracting(FoundSession::id).containsExactly(TWO);
    assertThat(waiting.toClose(Set.of(FIRST))).containsExactly(ONE, TWO);
    assertThat(waiting.toClose(Set.of())).isEmpty();
  }

  @Test
  void oneThatIsClosedIsNotWaitedForFromTheBeginning() throws Exception {
    sessions.open(ONE, repository.now());
    closeElsewhere(ONE);
    repository.ledger().refresh();
    Waiting waiting = waiting(Duration.ZERO);
    waiting.begin(Set.of(FIRST));
    assertThat(waiting.ready()).containsExactly(FIRST);
    assertThat(waiting.toClose(Set.of(FIRST))).isEmpty();
  }

  private Waiting waiting(Duration patience) throws IOException {
    PruneRequest request = new PruneRequest(0.25, DAY, patience, "me");
    return new Waiting(repository, request, SessionList.read(repository), Progress.NONE);
  }

  private void end(ObjectId session) {
    try {
      sessions.end(session);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeElsewhere(ObjectId session) {
    try (Repository other = test.open()) {
      new Sessions(other).close(session);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
