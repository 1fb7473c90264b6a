package io.salvor.testkit.damage;

import static io.salvor.testkit.repository.Refusal.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.PlainVerification;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.engine.verify.VerifyReport.Depth;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.storage.Damage;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What whoever has no key can tell of a repository: whether its bytes are those that were written.
 */
class PlainVerificationTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Specimen specimen;
  private MemoryStorage storage;

  @BeforeEach
  void make() throws Exception {
    specimen = Specimen.make(temp);
    storage = specimen.storage();
  }

  private VerifyReport verified() throws IOException {
    return PlainVerification.run(storage, Progress.NONE);
  }

  private static List<String> damaged(VerifyReport report) {
    return report.issues().stream()
        .filter(issue -> issue.severity() == Severity.DAMAGE)
        .map(Issue::object)
        .toList();
  }

  @Test
  void everyByteOfEveryObjectIsRead() throws Exception {
    storage.put(new ObjectName("holiday/picture.jpg"), new byte[100]);
    VerifyReport report = verified();
    assertThat(damaged(report)).isEmpty();
    assertThat(report.intact()).isTrue();
    assertThat(report.depth()).isEqualTo(Depth.CHECKSUMS);
    long all = 0;
    for (ObjectName name : specimen.names()) {
      all += name.value().equals("salvor") ? 0 : storage.get(name).length;
    }
    long plain = storage.get(new ObjectName("salvor")).length;
    assertThat(report.bytes()).isBetween(all, all + plain);
    assertThat(report.issues()).as("what it cannot tell is said").isNotEmpty();
  }

  @Test
  void everyTurnedBitAndEveryLostEndIsFound() throws Exception {
    for (ObjectName name : specimen.names()) {
      if (name.value().equals("salvor")) {
        continue;
      }
      int size = storage.get(name).length;
      for (int at : new int[] {0, size / 2, size - 1}) {
        Damage.flip(storage, name, at, 4);
        assertThat(damaged(verified())).as("%s at %s", name, at).containsExactly(name.value());
        Damage.flip(storage, name, at, 4);
      }
      byte[] good = storage.get(name);
      for (int length : new int[] {size - 1, 32, 31, 0}) {
        Damage.cut(storage, name, length);
        assertThat(damaged(verified())).as("%s of %s", length, name).containsExactly(name.value());
        storage.delete(name);
        storage.put(name, good);
      }
    }
    assertThat(damaged(verified())).isEmpty();
  }

  @Test
  void withoutADescriptionOrACredentialItIsDamaged() throws Exception {
    ObjectName description = new ObjectName("salvor");
    byte[] good = storage.get(description);
    Damage.flip(storage, description, good.length / 2, 4);
    assertThat(damaged(verified())).containsOnly("salvor");
    storage.put(description, good);
    for (ObjectName key : storage.names("keys/")) {
      if (key.value().endsWith(".credential")) {
        storage.delete(key);
      }
    }
    assertThat(damaged(verified())).containsExactly("keys/");
    MemoryStorage nothing = new MemoryStorage();
    fails(ErrorCode.REPOSITORY_MISSING, () -> PlainVerification.run(nothing, Progress.NONE));
  }

  @Test
  void whatGoesWhileItRunsIsNotMissedAndWhatEndsEarlyIs() throws Exception {
    ObjectName pack = storage.names("packs/").getFirst();
    FaultyStorage changing = new FaultyStorage(storage, 1);
    changing.wherever(
        o -> {
          if (o instanceof Operation.GetRange(ObjectName name, long _, int _)
              && name.equals(pack)) {
            storage.delete(pack);
          }
          return false;
        },
        new Fault.Fail());
    assertThat(PlainVerification.run(changing, Progress.NONE).intact()).isTrue();
    byte[] half = new byte[200];
    MemoryStorage behind = specimen.storage();
    FaultyStorage cutting = new FaultyStorage(behind, 1);
    cutting.wherever(
        o -> {
          if (o instanceof Operation.GetRange(ObjectName name, long at, int _)
              && name.equals(pack)
              && at == 0) {
            behind.delete(pack);
            putTo(behind, pack, half);
          }
          return false;
        },
        new Fault.Fail());
    assertThat(damaged(PlainVerification.run(cutting, Progress.NONE)))
        .containsExactly(pack.value());
  }

  private static void putTo(MemoryStorage storage, ObjectName name, byte[] bytes) {
    try {
      storage.put(name, bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void itIsCancelledBetweenPieces() {
    Progress cancelled =
        new Progress() {
          @Override
          public void checkCancelled() {
            throw new SalvorException(ErrorCode.INTERRUPTED, "stopped", "so", "go on");
          }
        };
    fails(ErrorCode.INTERRUPTED, () -> PlainVerification.run(storage, cancelled));
  }
}
