package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.files.target.FilesTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with several names, of which some are missing and others are not in the plan. */
class LinkedFilesTest {
  @TempDir Path temp;
  private Path live;
  private Path first;
  private Path second;

  @BeforeEach
  void files() throws Exception {
    live = Files.createDirectory(temp.resolve("live"));
    first = Files.writeString(live.resolve("first"), "as it was captured");
    second = Files.createLink(live.resolve("second"), first);
    Files.createLink(live.resolve("third"), first);
  }

  private interface Meanwhile {
    void happen() throws Exception;
  }

  private RestoreReport restore(World world, Backup backup, Meanwhile meanwhile) throws Exception {
    try (FilesTarget target = world.target(live);
        PlannedRestore planned =
            world.restores.plan(
                World.request(backup, ConflictStrategy.OVERWRITE), target, Progress.NONE)) {
      meanwhile.happen();
      return world.restores.apply(
          planned, true, new Undo.Into(world.repository), target, Progress.NONE);
    }
  }

  @Test
  void aNameThatIsMissingIsLinkedToTheOneThatIsThere() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      Files.delete(second);
      assertThat(restore(world, backup, () -> {}).status()).isEqualTo(RestoreStatus.DONE);
    }
    assertThat(Files.isSameFile(first, second)).isTrue();
  }

  @Test
  void aNameIsNotLinkedToOneThatWasWrittenToAfterThePlanAndHasItsOldTimeAgain() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      Files.delete(second);
      FileTime time = Files.getLastModifiedTime(first);
      RestoreReport report =
          restore(
              world,
              backup,
              () -> {
                Files.writeString(first, "SOMEBODY ELSE'S ..");
                Files.setLastModifiedTime(first, time);
              });
      assertThat(report.status()).isEqualTo(RestoreStatus.DONE);
    }
    assertThat(first).hasContent("SOMEBODY ELSE'S ..");
    assertThat(second).hasContent("as it was captured");
  }
}
