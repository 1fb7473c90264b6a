package io.salvor.testkit.copy;

import static io.salvor.engine.error.ErrorCode.STORAGE_DENIED;
import static io.salvor.engine.error.ErrorCode.STORAGE_FULL;
import static io.salvor.engine.error.ErrorCode.STORAGE_READ_ONLY;
import static io.salvor.testkit.repository.Noise.noise;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.engine.writer.Intake;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a repository in which a write-only client's backup waits to be read back. */
class WaitingBackupsTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final MemoryStorage copy = MemoryStorage.named("copy");
  private final MapSource source = new MapSource("map:web1").put("own", noise(2, 9_000));
  private Machine admin;
  private BackupId waiting;
  private int places;

  @BeforeEach
  void aClientBacksUp() throws Exception {
    admin = new Machine(temp.resolve("admin"), clock, "admin");
    Machine client = new Machine(temp.resolve("client"), clock, "web1");
    admin.init(storage);
    admin.backup(storage, new MapSource().put("a", noise(1, 900)), null);
    try (Repository repository = admin.open(storage);
        Passphrase passphrase = Passphrase.of("web1".getBytes(StandardCharsets.UTF_8))) {
      var _ = repository.keyRegister("admin").addWriter(passphrase, "web1", new Argon2id(64, 1, 1));
    }
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = client.open(storage, "web1")) {
      waiting = client.backup(repository, source, null).backup().id();
    }
    Twins.copy(admin, storage, copy);
  }

  @Test
  void itWaitsInTheCopyTooAndCanBeTakenInThere() throws Exception {
    accept(copy);
    assertReadable(copy);
    accept(storage);
    Twins.copy(admin, storage, copy);
    assertReadable(storage);
    assertReadable(copy);
    var _ = admin.prune(copy);
    assertReadable(copy);
  }

  @Test
  void whatIsTakenInHereIsReadableThereAfterTheNextCopy() throws Exception {
    accept(storage);
    Twins.copy(admin, storage, copy);
    assertReadable(copy);
    var _ = admin.prune(copy);
    assertReadable(copy);
  }

  @Test
  void aPruneOfTheCopyKeepsWhatWaits() throws Exception {
    var _ = admin.prune(copy);
    accept(copy);
    assertReadable(copy);
  }

  @Test
  void whatIsCondemnedThereWhileItWaitsIsStoredAnew() throws Exception {
    MemoryStorage partial = condemnedWhileItWaits();
    Twins.copy(admin, storage, partial);
    assertReadable(partial);
    assertReadable(storage);
    var _ = admin.prune(partial);
    assertReadable(partial);
  }

  @Test
  void whereNothingCanBeTakenInTheRestIsCopied() throws Exception {
    for (ErrorCode code : List.of(STORAGE_READ_ONLY, STORAGE_DENIED, STORAGE_FULL)) {
      MemoryStorage partial = condemnedWhileItWaits();
      FaultyStorage closed =
          new FaultyStorage(storage, 1).wherever(Operation::changes, new Fault.Refuse(code));
      try (Repository from = admin.open(closed);
          Repository to = admin.open(partial)) {
        CopyReport report = Copies.copy(from, to, "host", Progress.NONE);
        assertThat(report.damaged()).as("%s", code).isEmpty();
        assertThat(report.waiting()).as("%s", code).hasSize(1).allMatch(this::isWaiting);
        assertThat(report.complete()).isFalse();
        assertThat(BackupList.read(to).backups()).hasSize(2);
      }
      assertThat(admin.list(storage)).hasSize(2);
      Twins.copy(admin, MemoryStorage.of(storage.snapshot()), partial);
      assertReadable(partial);
    }
  }

  private boolean isWaiting(ObjectName name) {
    return ObjectKind.INDEX_SEGMENT.idIn(name).filter(this::isForeign).isPresent();
  }

  private MemoryStorage condemnedWhileItWaits() throws Exception {
    // Of a copy that was cut off after the packs; the next prune there takes them for nobody's.
    MemoryStorage partial = MemoryStorage.named("partial", copy.snapshot());
    int gone = 0;
    for (ObjectName name : names(partial)) {
      boolean late = name.value().matches("(ledger|backups|facts)/.*");
      if (late || isWaiting(name)) {
        partial.delete(name);
        gone++;
      }
    }
    assertThat(gone).isGreaterThan(2);
    assertThat(admin.prune(partial).deleted()).isGreaterThan(1);
    // The place has another memory of its ledger than this machine's.
    admin = new Machine(temp.resolve("admin " + places++), clock, "admin");
    return partial;
  }

  private boolean isForeign(ObjectId segment) {
    try (Repository repository = admin.open(storage)) {
      return repository.keys().isForeign(segment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ObjectName> names(MemoryStorage where) throws IOException {
    List<ObjectName> names = new ArrayList<>();
    where.list("", info -> names.add(info.name()));
    return names;
  }

  private void accept(MemoryStorage where) throws Exception {
    try (Repository repository = admin.open(where)) {
      assertThat(Intake.run(repository, Progress.NONE).refused()).isEmpty();
    }
  }

  private void assertReadable(MemoryStorage where) throws Exception {
    try (Repository repository = admin.open(where)) {
      assertThat(Contents.of(repository, BackupList.read(repository).byPrefix(waiting.text())))
          .isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues())
          .noneMatch(issue -> issue.severity() == Severity.DAMAGE);
    }
  }
}
