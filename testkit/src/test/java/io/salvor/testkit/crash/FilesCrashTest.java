package io.salvor.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.Storage;
import io.salvor.provider.files.FilesProvider;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.files.RandomTree;
import io.salvor.testkit.files.TreeComparison;
import io.salvor.testkit.repository.DirectoryRestore;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real files, and a crash at every change of the storage: what was acknowledged before, and what
 * the next run makes, are restored and compared with the files.
 */
class FilesCrashTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  @Test
  void whatWasAcknowledgedIsRestoredAfterACrashAtEveryChange() throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    Path kept = temp.resolve("kept");
    Path local = temp.resolve("local");
    RandomTree tree = new RandomTree(source, 5);
    tree.change(50);
    MemoryStorage storage = new MemoryStorage();
    new Machine(local, Clock.systemUTC()).init(storage);
    Backup first = backup(local, storage, source);
    copy(source, kept);
    tree.change(20);
    MemoryStorage.Snapshot before = storage.snapshot();
    int crashes = 0;
    for (Extent extent : List.of(Extent.NOTHING, Extent.WHOLE)) {
      for (int change = 1; ; change++) {
        storage.restore(before);
        Path dying = LocalCopies.copy(local, temp.resolve("dying"));
        FaultyStorage faulty =
            new FaultyStorage(storage, change).atChange(change, new Fault.Crash(extent));
        if (!dies(dying, faulty, source)) {
          LocalCopies.remove(dying);
          break;
        }
        crashes++;
        assertRestores(dying, storage, first, kept);
        assertRestores(dying, storage, backup(dying, storage, source), source);
        LocalCopies.remove(dying);
      }
    }
    assertThat(crashes).isGreaterThan(2 * 8);
  }

  private static boolean dies(Path local, FaultyStorage storage, Path source) throws Exception {
    try {
      backup(local, storage, source);
    } catch (SimulatedCrash | IOException | RuntimeException e) {
      if (!storage.hasCrashed()) {
        throw e;
      }
    }
    return storage.hasCrashed();
  }

  private static Backup backup(Path local, Storage storage, Path path) throws Exception {
    try (Source source = new FilesProvider().open(List.of(path.toString()), CaptureOptions.ALL)) {
      return new Machine(local, Clock.systemUTC()).backup(storage, source, null).backup();
    }
  }

  private void assertRestores(Path local, Storage storage, Backup backup, Path expected)
      throws Exception {
    Path restored = temp.resolve("restored");
    try (Repository repository = new Machine(local, Clock.systemUTC()).open(storage)) {
      assertThat(
              DirectoryRestore.restore(repository, backup, ConflictStrategy.FAIL, restored)
                  .problems())
          .isEmpty();
    }
    assertThat(TreeComparison.byWalking(expected, restored)).isEmpty();
    LocalCopies.remove(restored);
  }

  private static void copy(Path from, Path to) throws Exception {
    Process process =
        new ProcessBuilder("cp", "-a", from.toString(), to.toString()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
