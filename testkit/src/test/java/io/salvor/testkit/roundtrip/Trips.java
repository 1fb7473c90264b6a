package io.salvor.testkit.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import io.salvor.provider.files.FilesProvider;
import io.salvor.testkit.files.TreeComparison;
import io.salvor.testkit.repository.DirectoryRestore;
import io.salvor.testkit.repository.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Takes directories into a repository and out again. */
final class Trips {
  private final Path directory;
  private final Machine machine;

  /** With a repository of its own below {@code temp}. */
  Trips(Path temp) throws IOException {
    directory = temp.resolve("repository");
    machine = new Machine(temp.resolve("local"), Clock.systemUTC());
    try (Storage storage = DirectoryStorage.create(directory)) {
      machine.init(storage);
    }
  }

  /** Backs up; nothing may fail. */
  Backup backup(Path source) throws Exception {
    CaptureOptions options = new CaptureOptions(List.of(), List.of(), true, List.of(directory));
    try (Source opened = new FilesProvider().open(List.of(source.toString()), options)) {
      Backup backup = machine.backup(DirectoryStorage.open(directory), opened, null).backup();
      assertThat(backup.manifest().failures()).isEmpty();
      assertThat(backup.manifest().status()).isEqualTo(BackupStatus.SUCCESS);
      return backup;
    }
  }

  /** Restores; nothing may fail. */
  void restore(Backup backup, Path to) throws Exception {
    try (Repository repository = machine.open(DirectoryStorage.open(directory))) {
      RestoreReport report =
          DirectoryRestore.restore(repository, backup, ConflictStrategy.FAIL, to);
      assertThat(report.problems()).isEmpty();
    }
  }

  /** Verifies every byte. */
  void verify() throws Exception {
    assertThat(machine.verify(DirectoryStorage.open(directory)).issues()).isEmpty();
  }

  /** Two judges who do not know each other find no difference. */
  static void assertEqual(Path expected, Path actual) throws Exception {
    assertThat(TreeComparison.byWalking(expected, actual)).isEmpty();
    assertThat(TreeComparison.byRsync(expected, actual)).isEmpty();
  }
}
