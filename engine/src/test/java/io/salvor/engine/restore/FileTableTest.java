package io.salvor.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.local.LocalState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTableTest {
  @TempDir Path temp;
  private LocalDirectory directory;
  private final AtomicInteger files = new AtomicInteger();

  @BeforeEach
  void makeDirectory() {
    directory =
        LocalState.open(Map.of("SALVOR_CACHE_DIR", temp.toString()), temp)
            .state("repository")
            .directory("restores");
  }

  private LocalDraft scratch() {
    files.incrementAndGet();
    return directory.draft();
  }

  @Test
  void itHoldsWhatWasAddedAndNotRemovedAndNothingElse() {
    Map<List<Long>, Long> model = new HashMap<>();
    Random random = new Random(3);
    try (FileTable table = new FileTable(this::scratch, 2)) {
      for (int i = 0; i < 60_000; i++) {
        // Inodes come in runs, on few devices; zero and negative ones are no exceptions.
        long device = random.nextInt(3) - 1;
        long inode = random.nextInt(30_000) - 100;
        List<Long> file = List.of(device, inode);
        long slot = table.find(device, inode);
        Long known = model.get(file);
        if (known == null) {
          assertThat(slot).isNegative();
          long added = table.add(device, inode);
          assertThat(table.get(added, 0)).isZero();
          table.set(added, 1, i);
          model.put(file, (long) i);
        } else {
          assertThat(table.get(slot, 1)).isEqualTo(known);
          if (random.nextBoolean()) {
            table.remove(slot);
            model.remove(file);
          }
        }
      }
      model.forEach(
          (file, number) -> {
            long slot = table.find(file.get(0), file.get(1));
            assertThat(table.get(slot, 1)).isEqualTo(number);
          });
      assertThat(table.contains(7, 7)).isFalse();
      assertThat(files.get()).isPositive();
    }
  }

  @Test
  void fewFilesNeedNoDiskAndManyLeaveNothingThere() throws IOException {
    try (FileTable table = new FileTable(this::scratch, 0)) {
      for (int i = 0; i < 2000; i++) {
        long _ = table.add(1, i);
      }
      assertThat(files.get()).isZero();
      for (int i = 2000; i < 10_000; i++) {
        long _ = table.add(1, i);
      }
      assertThat(files.get()).isPositive();
    }
    try (var left = Files.walk(temp)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }
}
