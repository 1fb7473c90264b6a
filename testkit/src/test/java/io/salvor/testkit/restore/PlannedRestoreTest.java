package io.salvor.testkit.restore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreId;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.files.target.FilesTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Between a plan and what comes of it: what moves, plans that are kept, restores that died. */
class PlannedRestoreTest {
  @TempDir Path temp;
  private Path live;
  private LiveTree tree;

  @BeforeEach
  void files() throws Exception {
    tree = LiveTree.make(temp.resolve("live"));
    live = tree.top();
  }

  @AfterEach
  void away() throws Exception {
    World.remove(live);
  }

  @Test
  void whatMovesAfterThePlanIsLeftAloneAndTheRestGoesOn() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.write("a", "ALPHA");
      tree.write("d/b", "BETA");
      Files.delete(live.resolve("d/e/c"));
      RestoreRequest request = World.request(backup, ConflictStrategy.OVERWRITE);
      try (FilesTarget target = world.target(live);
          PlannedRestore planned = world.restores.plan(request, target, Progress.NONE)) {
        tree.write("a", "somebody else's");
        tree.write("d/e/c", "somebody else's, too");
        RestoreReport report =
            world.restores.apply(
                planned, true, new Undo.Into(world.repository), target, Progress.NONE);
        assertThat(report.status()).isEqualTo(RestoreStatus.PARTIAL);
        assertThat(report.worst()).isEqualTo(ErrorCode.TARGET_MOVED);
        assertThat(report.problems())
            .extracting(RestoreReport.Problem::key)
            .containsExactlyInAnyOrder("a", "d/e/c");
      }
      assertThat(tree.read("a")).isEqualTo("somebody else's");
      assertThat(tree.read("d/e/c")).isEqualTo("somebody else's, too");
      assertThat(tree.read("d/b")).isEqualTo("beta");
      assertThat(tree.temporaries()).isEmpty();
    }
  }

  @Test
  void aSavedPlanIsAppliedLaterOnce() throws Exception {
    Path saved = temp.resolve("plan");
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.mutate();
      try (PlannedRestore planned =
          world.plan(World.request(backup, ConflictStrategy.OVERWRITE), live)) {
        planned.save(saved);
      }
      try (FilesTarget target = world.target(live);
          PlannedRestore planned = world.restores.load(saved, target)) {
        world.restores.apply(planned, true, new Undo.Into(world.repository), target, Progress.NONE);
      }
      assertThat(tree.read("a")).isEqualTo("alpha");
      try (FilesTarget target = world.target(live)) {
        assertThatThrownBy(() -> world.restores.load(saved, target))
            .isInstanceOfSatisfying(
                SalvorException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.PLAN_UNUSABLE));
        byte[] bytes = Files.readAllBytes(saved);
        bytes[bytes.length / 2] ^= 1;
        Files.write(saved, bytes);
        assertThatThrownBy(() -> world.restores.load(saved, target)).hasMessageContaining("plan");
      }
    }
  }

  @Test
  void whatADeadRestoreLeftIsNotShownAndIsRemoved() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.write("a", "a restore of its own, which has ended");
      world.restore(backup, live);
      RestoreId ended = world.restores.records().list().getLast().id();
      tree.write("d/e/.salvor-" + ended + "-12", "half a file");
      tree.write("a", "ALPHA");
      RestoreRequest request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      try (PlannedRestore planned = world.plan(request, live)) {
        assertThat(World.steps(planned)).noneMatch(s -> s.contains(".salvor"));
      }
      world.restore(request, live);
      assertThat(tree.temporaries()).isEmpty();
      assertThat(new String(Files.readAllBytes(live.resolve("a")), UTF_8)).isEqualTo("alpha");
    }
  }

  @Test
  void whatARestoreFromAnotherRepositoryHasNotFinishedStays() throws Exception {
    try (World world = new World(temp);
        World other = new World(temp, "other")) {
      Backup backup = world.backup(live);
      Backup theirs = other.backup(live);
      tree.write("a", "ALPHA");
      List<String> whileItRuns = new ArrayList<>();
      Progress second =
          new Progress() {
            @Override
            public void advance(long items, long bytes) {
              if (bytes == 0 || !whileItRuns.isEmpty()) {
                return;
              }
              try {
                whileItRuns.addAll(tree.temporaries());
                if (whileItRuns.isEmpty()) {
                  return;
                }
                RestoreRequest request = World.request(theirs, ConflictStrategy.SKIP);
                try (PlannedRestore planned = other.plan(request, live)) {
                  assertThat(planned.plan().leftovers()).isEmpty();
                  assertThat(planned.plan().warnings())
                      .extracting(Notice::code)
                      .contains("restore-of-others");
                }
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            }
          };
      RestoreReport report =
          world.restore(World.request(backup, ConflictStrategy.OVERWRITE), live, second);
      assertThat(whileItRuns).as("the second was planned amid the first").isNotEmpty();
      assertThat(report.problems()).isEmpty();
      assertThat(tree.read("a")).isEqualTo("alpha");
    }
  }
}
