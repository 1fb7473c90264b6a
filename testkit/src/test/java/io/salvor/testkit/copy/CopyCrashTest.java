package io.salvor.testkit.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dies at every operation on either storage while a copy is made or brought up to date: what is
 * left there is a repository in which nothing is missed, and the next copy completes it.
 */
class CopyCrashTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Twins twins;
  private final AtomicInteger places = new AtomicInteger();

  @BeforeEach
  void makeTwins() throws Exception {
    twins = Twins.make(temp);
  }

  @Test
  void whileACopyIsMade() throws Exception {
    everywhereThere("made", MemoryStorage.Snapshot.EMPTY);
  }

  @Test
  void whileACopyWithABackupOfItsOwnIsBroughtUpToDate() throws Exception {
    everywhereThere("brought up to date", twins.older());
  }

  @Test
  void whileTheSourceIsRead() throws Exception {
    int operation = 1;
    while (true) {
      MemoryStorage from = twins.source();
      MemoryStorage to = MemoryStorage.named("copy", twins.older());
      FaultyStorage faulty =
          new FaultyStorage(from, 1).at(operation, new Fault.Crash(Extent.NOTHING));
      if (!dies(faulty, to)) {
        break;
      }
      String what = "death at operation " + operation + " on the source";
      assertIntact(what, to, false);
      complete(what, from, to, false);
      operation += 2;
    }
    assertThat(operation).isGreaterThan(30);
  }

  private void everywhereThere(String what, MemoryStorage.Snapshot before) throws Exception {
    int deaths = 0;
    for (int operation = 1; ; operation++) {
      String at = death(what, before, operation, Extent.NOTHING);
      if (at.isEmpty()) {
        break;
      }
      deaths++;
      if (at.startsWith("put") || at.startsWith("delete")) {
        death(what, before, operation, Extent.TORN);
        death(what, before, operation, Extent.WHOLE);
        deaths += 2;
      }
    }
    System.out.println(what + ": " + deaths + " deaths");
    assertThat(deaths).isGreaterThan(60);
  }

  /** Where it died, or an empty string if it ended before that operation. */
  private String death(String what, MemoryStorage.Snapshot before, int operation, Extent extent)
      throws Exception {
    MemoryStorage to = MemoryStorage.named("copy", before);
    FaultyStorage faulty = new FaultyStorage(to, operation).at(operation, new Fault.Crash(extent));
    if (!dies(twins.source(), faulty)) {
      return "";
    }
    String at = faulty.crashedAt().orElseThrow();
    String where = what + ", death at operation " + operation + ", " + at + ": " + extent;
    boolean torn = extent == Extent.TORN;
    if (!at.startsWith("put") && !at.startsWith("delete") && operation % 3 != 0) {
      // As after the change before it.
      return at;
    }
    assertIntact(where, to, torn);
    complete(where, twins.source(), to, torn);
    return at;
  }

  private boolean dies(Storage from, Storage to) throws Exception {
    Machine machine = machine();
    try {
      copy(machine, from, to);
      return false;
    } catch (SimulatedCrash e) {
      return true;
    } catch (IOException | RuntimeException e) {
      if ((from instanceof FaultyStorage f && f.hasCrashed())
          || (to instanceof FaultyStorage t && t.hasCrashed())) {
        return true;
      }
      throw e;
    }
  }

  private static CopyReport copy(Machine machine, Storage from, Storage to) throws Exception {
    // A dead process closes nothing.
    Repository source = machine.open(from);
    Copies.prepare(source, to);
    Repository target = machine.open(to);
    CopyReport report = Copies.copy(source, target, "host", Progress.NONE);
    source.close();
    target.close();
    return report;
  }

  /** Nothing of the copy is missed, however far it has come. */
  private void assertIntact(String what, MemoryStorage storage, boolean torn) throws Exception {
    VerifyReport report;
    try {
      report = machine().verify(storage);
    } catch (SalvorException e) {
      // Keys come before the object salvor, as in a repository that is being made.
      assertThat(e.code())
          .as(what)
          .isIn(ErrorCode.REPOSITORY_MISSING, ErrorCode.REPOSITORY_DAMAGED, ErrorCode.KEY_DAMAGED);
      storage.list("", info -> assertThat(info.name().value()).as(what).matches("salvor|keys/.*"));
      return;
    }
    assertThat(report.issues().stream().filter(i -> i.severity() == Severity.DAMAGE))
        .as(what)
        .noneMatch(issue -> !torn || !issue.backups().isEmpty());
  }

  private void complete(String what, MemoryStorage from, MemoryStorage to, boolean torn)
      throws Exception {
    try {
      CopyReport report = copy(machine(), from, to);
      assertThat(report.complete()).isTrue();
      assertThat(copy(machine(), from, to).objects()).as("sent twice").isZero();
      assertThat(machine().verify(to).issues())
          .as("but for half an object that nobody will complete")
          .filteredOn(issue -> !torn || !issue.object().matches("(sessions|ledger)/.+"))
          .noneMatch(issue -> issue.severity() == Severity.DAMAGE);
      for (Backup backup : machine().list(from)) {
        if (backup.sealed()) {
          twins.assertRestorable(machine(), to, backup);
        }
      }
      twins.assertOwnIsThere(machine(), to);
    } catch (AssertionError | Exception e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
  }

  private Machine machine() throws IOException {
    return new Machine(
        Files.createDirectory(temp.resolve("machine" + places.getAndIncrement())), twins.clock());
  }
}
