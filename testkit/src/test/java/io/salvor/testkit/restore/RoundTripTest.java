package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.testkit.files.NastyTree;
import io.salvor.testkit.files.TreeComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundTripTest {
  @TempDir Path temp;
  private Path source;
  private Path target;

  @BeforeEach
  void places() throws Exception {
    source = Files.createDirectory(temp.resolve("source"));
    target = temp.resolve("target");
  }

  @AfterEach
  void away() throws Exception {
    World.remove(source);
    World.remove(target);
  }

  @Test
  void everyNastyThingComesBackAsItWas() throws Exception {
    NastyTree.make(source, 1);
    try (World world = new World(temp)) {
      Backup backup = world.backup(source);
      RestoreReport report = world.restore(backup, target);
      assertThat(report.problems()).isEmpty();
      assertThat(report.status()).isEqualTo(RestoreStatus.DONE);
      assertThat(report.undo()).isEmpty();
      assertThat(TreeComparison.byWalking(source, target)).isEmpty();
    }
  }

  @Test
  void anIndependentToolFindsNoDifference() throws Exception {
    NastyTree.makeShallow(source, 2);
    try (World world = new World(temp)) {
      world.restore(world.backup(source), target);
      assertThat(TreeComparison.byRsync(source, target)).isEmpty();
    }
  }

  @Test
  void whatWasRestoredDiffersInNothing() throws Exception {
    NastyTree.make(source, 3);
    try (World world = new World(temp)) {
      Backup backup = world.backup(source);
      world.restore(backup, target);
      for (Path place : new Path[] {source, target}) {
        try (PlannedRestore again =
            world.plan(World.request(backup, ConflictStrategy.FAIL), place)) {
          assertThat(World.steps(again)).isEmpty();
          assertThat(again.plan().counts().unchanged())
              .isEqualTo(backup.manifest().entries().total());
        }
      }
    }
  }
}
