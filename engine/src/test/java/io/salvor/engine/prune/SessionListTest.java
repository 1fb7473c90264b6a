package io.salvor.engine.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which writers are at work, by what lies in the repository; and how one is asked to stop. */
class SessionListTest {
  private static final ObjectId ONE = new ObjectId(0x1100, 1);
  private static final ObjectId TWO = new ObjectId(0x1200, 2);

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
  void aSessionIsFoundWithItsLatestCheckpoint() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.write(ONE, 1, repository.now());
    sessions.write(ONE, 12, repository.now().plusSeconds(9));
    sessions.open(TWO, repository.now());
    List<FoundSession> found = SessionList.read(repository).sessions();
    assertThat(found).extracting(FoundSession::id).containsExactly(ONE, TWO);
    assertThat(found.getFirst().checkpoint().number()).isEqualTo(12);
    assertThat(found.getFirst().open().host()).isEqualTo("host");
    assertThat(found.getLast().checkpoint()).isNull();
    assertThat(found).noneMatch(FoundSession::isGivenUp);
    assertThat(SessionList.read(repository).byId().keySet()).containsExactlyInAnyOrder(ONE, TWO);
  }

  @Test
  void oneThatHasEndedIsNotAtWork() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.end(ONE);
    sessions.open(TWO, repository.now());
    SessionList list = SessionList.read(repository);
    assertThat(list.ended()).containsExactly(ONE);
    assertThat(list.sessions()).extracting(FoundSession::id).containsExactly(TWO);
  }

  @Test
  void anEndThatCannotBeReadIsNoEnd() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.end(ONE);
    sessions.damage(ObjectKind.SESSION_END.name(ONE));
    SessionList list = SessionList.read(repository);
    assertThat(list.ended()).isEmpty();
    assertThat(list.sessions()).extracting(FoundSession::id).containsExactly(ONE);
  }

  @Test
  void oneWhoseOpeningIsDamagedOrGoneIsFoundAllTheSame() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.damage(ObjectKind.SESSION_OPEN.name(ONE));
    sessions.write(TWO, 3, repository.now());
    List<FoundSession> found = SessionList.read(repository).sessions();
    assertThat(found).extracting(FoundSession::id).containsExactly(ONE, TWO);
    assertThat(found).allMatch(session -> session.open() == null);
    assertThat(found.getLast().checkpoint().number()).isEqualTo(3);
  }

  @Test
  void aDamagedCheckpointLeavesTheSessionWithoutOne() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.write(ONE, 1, repository.now());
    sessions.damage(ObjectKind.checkpoint(ONE, 1));
    assertThat(SessionList.read(repository).sessions().getFirst().checkpoint()).isNull();
  }

  @Test
  void onlyASoundRevocationOrAClosureGivesUp() throws Exception {
    for (ObjectId id : List.of(ONE, TWO)) {
      sessions.open(id, repository.now());
      new Revocation(id, repository.now(), "me", false)
          .publish(repository.storage(), repository.keys());
    }
    sessions.damage(ObjectKind.REVOCATION.name(TWO));
    List<FoundSession> found = SessionList.read(repository).sessions();
    assertThat(found.getFirst().revoked()).isTrue();
    assertThat(found.getLast().revoked()).isFalse();
    assertThat(SessionList.isRevoked(repository, ONE)).isTrue();
    assertThat(SessionList.isRevoked(repository, new ObjectId(9, 9))).isFalse();
    sessions.close(TWO);
    found = SessionList.read(repository).sessions();
    assertThat(found.getFirst().closed()).isFalse();
    assertThat(found.getLast().closed()).isTrue();
  }

  @Test
  void aRevocationOfAnotherSessionUnderThisOnesNameIsNone() throws Exception {
    byte[] other = new Revocation(TWO, repository.now(), "me", false).encode();
    repository
        .storage()
        .put(
            ObjectKind.REVOCATION.name(ONE),
            repository.keys().sealSmall(ObjectKind.REVOCATION, ONE, other));
    assertThat(SessionList.isRevoked(repository, ONE)).isFalse();
  }

  @Test
  void whatIsNoObjectOfASessionIsPassedOver() throws Exception {
    repository.storage().put(new ObjectName("sessions/" + ONE + "/unknown"), new byte[] {1});
    new Revocation(TWO, repository.now(), "me", false)
        .publish(repository.storage(), repository.keys());
    assertThat(SessionList.read(repository).sessions()).as("a revocation alone is none").isEmpty();
  }

  @Test
  void oneThatEndsBetweenTheListAndItsReadingIsNotAtWork() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.write(TWO, 1, repository.now());
    try (Repository late = test.open(new EndingStorage())) {
      assertThat(SessionList.read(late).sessions()).isEmpty();
    }
  }

  @Test
  void aCheckpointThatWasReplacedSinceTheListIsLookedForFurtherOn() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.write(ONE, 4, repository.now());
    try (Repository late = test.open(new StaleStorage(ObjectKind.checkpoint(ONE, 1)))) {
      assertThat(SessionList.read(late).sessions().getFirst().checkpoint().number()).isEqualTo(4);
    }
  }

  @Test
  void aCancelledWriterIsToldToEndForGood() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.open(TWO, repository.now());
    FoundSession found = Cancellation.cancel(repository, ONE.toString().substring(0, 14), "me");
    assertThat(found.id()).isEqualTo(ONE);
    Revocation told = Revocation.find(repository.storage(), repository.keys(), ONE).orElseThrow();
    assertThat(told).isEqualTo(new Revocation(ONE, repository.now(), "me", true));
    assertThat(Revocation.find(repository.storage(), repository.keys(), TWO)).isEmpty();
    test.advance(60);
    assertThat(Cancellation.cancel(repository, ONE.toString(), "you").revoked()).isTrue();
    assertThat(Revocation.find(repository.storage(), repository.keys(), ONE)).contains(told);
    String backup = Sessions.opening(TWO, repository.now(), "").backup().text();
    assertThat(Cancellation.cancel(repository, backup, "me").id()).isEqualTo(TWO);
  }

  @Test
  void whatIsNotOneWriterAtWorkIsNotCancelled() throws Exception {
    sessions.open(ONE, repository.now());
    sessions.open(TWO, repository.now());
    assertRefused("", ErrorCode.SESSION_UNKNOWN);
    assertRefused("ff", ErrorCode.SESSION_UNKNOWN);
    assertRefused("00000000", ErrorCode.BACKUP_AMBIGUOUS);
    assertRefused("20260130-", ErrorCode.BACKUP_AMBIGUOUS);
    sessions.close(ONE);
    assertRefused(ONE.toString(), ErrorCode.SESSION_UNKNOWN);
    assertThat(Cancellation.cancel(repository, "00000000", "me").id()).isEqualTo(TWO);
  }

  private void assertRefused(String id, ErrorCode code) {
    assertThatThrownBy(() -> Cancellation.cancel(repository, id, "me"))
        .isInstanceOfSatisfying(SalvorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  /** Whatever is listed of sessions has gone before anybody looks. */
  private final class EndingStorage extends ForwardingStorage {
    EndingStorage() throws IOException {
      super(DirectoryStorage.open(test.directory()));
    }

    @Override
    public byte[] get(ObjectName name) throws IOException {
      if (name.value().startsWith("sessions/")) {
        throw new NoSuchFileException(name.value());
      }
      return super.get(name);
    }

    @Override
    public Optional<ObjectInfo> find(ObjectName name) throws IOException {
      return name.value().startsWith("sessions/") ? Optional.empty() : super.find(name);
    }
  }

  /** Its lists show a checkpoint that its writer has replaced since. */
  private final class StaleStorage extends ForwardingStorage {
    private final ObjectName before;

    StaleStorage(ObjectName before) throws IOException {
      super(DirectoryStorage.open(test.directory()));
      this.before = before;
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
      super.list(
          prefix,
          info ->
              each.accept(
                  info.name().value().matches("sessions/.*/\\d{8}")
                      ? new ObjectInfo(before, info.size())
                      : info));
    }
  }
}
