package io.salvor.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FileSetTest {
  @Test
  void itHoldsWhatWasAddedAndNothingElse() {
    FileSet set = new FileSet();
    Set<List<Long>> model = new HashSet<>();
    Random random = new Random(3);
    for (int i = 0; i < 50_000; i++) {
      // Inodes come in runs, on few devices; zero and negative ones are no exceptions.
      long device = random.nextInt(3) - 1;
      long inode = random.nextInt(40_000) - 100;
      assertThat(set.contains(device, inode)).isEqualTo(model.contains(List.of(device, inode)));
      assertThat(set.add(device, inode)).isEqualTo(model.add(List.of(device, inode)));
    }
    for (List<Long> file : model) {
      assertThat(set.contains(file.get(0), file.get(1))).isTrue();
    }
    assertThat(set.contains(7, 7)).isFalse();
  }
}
