package io.salvor.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.fact.ReadCounts;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.verify.VerifyReport.Depth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What verifications leave, and that loss of whatever the ledger names is noticed. */
class ProofTest {
  private static final BackupId A = new BackupId("20260130-150000-aaaaa");

  @TempDir Path temp;
  private TestRepository test;

  @BeforeEach
  void make() throws IOException {
    test = new TestRepository(temp);
  }

  @Test
  void whereTheStorageCannotBeWrittenItOnlySaysSo() throws Exception {
    ReadCounts readOnly =
        new ReadCounts(DirectoryStorage.open(test.directory()), "") {
          @Override
          public ObjectWriter create(ObjectName name) {
            throw new SalvorException(ErrorCode.STORAGE_READ_ONLY, "read-only", "it is", "");
          }
        };
    try (Repository repository = test.open(readOnly)) {
      assertThat(VerifyProof.leave(repository, report(), Duration.ofSeconds(1), "me")).isPresent();
      assertThat(Facts.of(repository).notes()).isEmpty();
    }
  }

  @Test
  void proofsDoNotPileUp() throws Exception {
    try (Repository repository = test.open()) {
      for (int i = 0; i < 40; i++) {
        test.advance(1);
        assertThat(VerifyProof.leave(repository, report(), Duration.ofSeconds(i), "me")).isEmpty();
      }
      List<Note> notes = Facts.of(repository).notes();
      assertThat(notes).hasSize(33);
      assertThat(((Fact.Verified) notes.getLast().fact()).took()).isEqualTo(Duration.ofSeconds(39));
      assertThat(LedgerAudit.lost(repository)).isEmpty();
      assertThat(verify(repository).intact()).isTrue();
    }
  }

  @Test
  void aFactThatIsLostOrExchangedIsNoticed() throws IOException {
    try (Repository repository = test.open()) {
      Note one = Facts.add(repository, new Fact.Hold(A, "one"), "me");
      Note other = Facts.add(repository, new Fact.Hold(A, "other"), "me");
      assertThat(verify(repository).intact()).isTrue();
      repository.storage().delete(ObjectKind.FACT.name(one.id()));
      ObjectName name = ObjectKind.FACT.name(other.id());
      byte[] sealedAgain =
          repository
              .keys()
              .sealSmall(
                  ObjectKind.FACT,
                  other.id(),
                  repository
                      .keys()
                      .openSmall(ObjectKind.FACT, other.id(), repository.storage().get(name)));
      repository.storage().delete(name);
      repository.storage().put(name, sealedAgain);
      assertThat(verify(repository).issues())
          .extracting(VerifyReport.Issue::object, VerifyReport.Issue::severity)
          .containsExactlyInAnyOrder(
              tuple("facts/" + one.id(), VerifyReport.Severity.DAMAGE),
              tuple("facts/" + other.id(), VerifyReport.Severity.DAMAGE));
      assertThat(LedgerAudit.lost(repository))
          .extracting(LedgerEntry.Added::object)
          .containsExactly("facts/" + one.id());
    }
  }

  @Test
  void anyObjectThatSomebodyAddsToTheLedgerIsMissedWhenItIsGone() throws IOException {
    try (Repository repository = test.open()) {
      ObjectName key = ObjectKind.EPOCH.name(ObjectId.random(repository.random()));
      ObjectName state = ObjectKind.STATE.name(ObjectId.random(repository.random()));
      List<LedgerEntry.Added> lines =
          List.of(
              new LedgerEntry.Added(key.value(), Sha256.of(new byte[] {1}), "epoch"),
              new LedgerEntry.Added(state.value(), Sha256.of(new byte[] {2}), "policy"));
      repository.storage().put(key, new byte[] {1});
      repository.storage().put(state, new byte[] {2});
      repository
          .ledger()
          .append(LedgerChange.adding(lines), repository.now(), "me", repository.random());
      assertThat(LedgerAudit.lost(repository)).isEmpty();
      repository.storage().delete(key);
      repository.storage().delete(state);
      assertThat(LedgerAudit.lost(repository))
          .extracting(LedgerEntry.Added::label)
          .containsExactlyInAnyOrder("epoch", "policy");
      assertThat(verify(repository).intact()).isFalse();
      repository
          .ledger()
          .append(
              LedgerChange.removing(List.of(key.value(), state.value())),
              repository.now(),
              "me",
              repository.random());
      assertThat(verify(repository).intact()).as("withdrawn on purpose").isTrue();
    }
  }

  @Test
  void aStorageThatIsPutBackIsNoticedAtTheNextRunOfWhoHasSeenMore() throws IOException {
    Path kept = temp.resolve("kept");
    try (Repository repository = test.open()) {
      Note _ = Facts.add(repository, new Fact.Hold(A, "before"), "me");
    }
    copy(test.directory(), kept);
    try (Repository repository = test.open()) {
      Note _ = Facts.add(repository, new Fact.Hold(A, "after"), "me");
    }
    remove(test.directory());
    copy(kept, test.directory());
    try (Repository repository = test.open()) {
      assertThat(repository.ledger().issues())
          .hasSize(1)
          .first()
          .isInstanceOf(LedgerIssue.RolledBack.class);
      assertThat(verify(repository).intact()).isFalse();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList().reversed()) {
        Files.delete(path);
      }
    }
  }

  private static VerifyReport report() {
    return new VerifyReport(Depth.FULL, 1, 1, List.of(), List.of(A), List.of());
  }

  private static VerifyReport verify(Repository repository) throws IOException {
    try {
      return Verification.run(repository, Depth.FULL, 1, Verification.all(), Progress.NONE);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
