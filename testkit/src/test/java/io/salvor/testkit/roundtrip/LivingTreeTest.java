package io.salvor.testkit.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.testkit.files.RandomTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory that changes at random between its backups comes back as it was at each of them. */
class LivingTreeTest {
  @TempDir Path temp;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void everyGenerationComesBackAsItWas(long seed) throws Exception {
    live(seed, 4, 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {101, 102, 103, 104, 105, 106, 107, 108})
  @Tag("slow")
  void everyGenerationOfALongLifeComesBackAsItWas(long seed) throws Exception {
    live(seed, 12, 300);
  }

  private void live(long seed, int generations, int changes) throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    RandomTree tree = new RandomTree(source, seed);
    Trips trips = new Trips(temp);
    List<Backup> backups = new ArrayList<>();
    for (int i = 0; i < generations; i++) {
      tree.change(changes);
      backups.add(trips.backup(source));
      copy(source, temp.resolve("kept " + i));
    }
    for (int i = 0; i < generations; i++) {
      Path restored = temp.resolve("restored " + i);
      trips.restore(backups.get(i), restored);
      Trips.assertEqual(temp.resolve("kept " + i), restored);
    }
    trips.verify();
  }

  private static void copy(Path from, Path to) throws Exception {
    Process process =
        new ProcessBuilder("cp", "-a", from.toString(), to.toString()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
