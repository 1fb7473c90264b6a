package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.files.target.FilesTarget;
import io.salvor.testkit.files.TreeComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How restores are taken back. */
class RollbackTest {
  @TempDir Path temp;
  private Path live;
  private Path before;
  private LiveTree tree;

  @BeforeEach
  void files() throws Exception {
    tree = LiveTree.make(temp.resolve("live"));
    live = tree.top();
    before = temp.resolve("before");
  }

  @AfterEach
  void away() throws Exception {
    World.remove(live);
    World.remove(before);
  }

  @Test
  void aRollbackLeavesWhatHasChangedSinceTheRestore() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      Files.delete(live.resolve("a"));
      tree.write("d/b", "BETA");
      world.restore(World.request(backup, ConflictStrategy.OVERWRITE), live);
      tree.write("a", "edited after the restore");
      assertThatThrownBy(() -> world.rollBack(live, ConflictStrategy.FAIL))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RESTORE_CONFLICTS));
      assertThat(tree.read("d/b")).isEqualTo("beta");
      world.rollBack(live, ConflictStrategy.SKIP);
      assertThat(tree.read("a")).isEqualTo("edited after the restore");
      assertThat(tree.read("d/b")).isEqualTo("BETA");
    }
  }

  @Test
  void theUndoMayLieInAnotherRepository() throws Exception {
    try (World world = new World(temp);
        World other = new World(temp, "other")) {
      Backup backup = world.backup(live);
      tree.mutate();
      tree.copyTo(before);
      RestoreRequest request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      try (FilesTarget target = world.target(live);
          PlannedRestore planned = world.restores.plan(request, target, Progress.NONE)) {
        RestoreReport report =
            world.restores.apply(
                planned, true, new Undo.Into(other.repository), target, Progress.NONE);
        assertThat(report.problems()).isEmpty();
      }
      assertThat(tree.read("a")).isEqualTo("alpha");
      assertThat(BackupList.read(world.repository).backups()).hasSize(1);
      RestoreReport back = other.rollBack(live, ConflictStrategy.FAIL);
      assertThat(back.problems()).isEmpty();
      assertThat(TreeComparison.byWalking(before, live)).isEmpty();
    }
  }

  @Test
  void withoutAnUndoThereIsNoWayBackAndThatIsSaid() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.mutate();
      try (FilesTarget target = world.target(live);
          PlannedRestore planned =
              world.restores.plan(
                  World.request(backup, ConflictStrategy.OVERWRITE), target, Progress.NONE)) {
        world.restores.apply(planned, true, new Undo.None(), target, Progress.NONE);
      }
      assertThatThrownBy(() -> world.rollBack(live, ConflictStrategy.OVERWRITE))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.UNDO_IMPOSSIBLE));
    }
  }

  @Test
  void aRestoreIntoNothingIsTakenBackWithoutAnUndo() throws Exception {
    Path target = temp.resolve("new/deep/target");
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      assertThat(world.restore(backup, target).undo()).isEmpty();
      Files.writeString(target.resolve("d/mine"), "made after the restore");
      world.rollBack(target, ConflictStrategy.SKIP);
      assertThat(target.resolve("a")).doesNotExist();
      assertThat(target.resolve("d/mine")).hasContent("made after the restore");
    }
  }
}
