package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.testkit.files.TmpfsMount;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other file systems in a target. Mounting needs root; without it these tests are skipped. */
class MountedTargetTest {
  @TempDir Path temp;
  private Path source;
  private Path target;
  private TmpfsMount other;
  private Path mount;

  @BeforeEach
  void mount() throws Exception {
    source = Files.createDirectory(temp.resolve("source"));
    Files.writeString(source.resolve("file"), "content");
    target = Files.createDirectory(temp.resolve("target"));
    other = TmpfsMount.at(target.resolve("extra/a place"), "size=1m");
    mount = other.path();
    Files.writeString(mount.resolve("precious"), "of somebody else");
    Files.writeString(target.resolve("extra/file"), "extra");
  }

  @AfterEach
  void unmount() throws Exception {
    if (other != null) {
      other.close();
    }
  }

  @Test
  void whatIsMountedThereIsNeverDeletedNorEmptied() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(source);
      var request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      try (PlannedRestore planned = world.plan(request, target)) {
        assertThat(planned.plan().warnings())
            .extracting(Notice::code, Notice::key)
            .contains(org.assertj.core.groups.Tuple.tuple("mount-kept", "extra/a place"));
      }
      RestoreReport report = world.restore(request, target);
      assertThat(report.status()).isEqualTo(RestoreStatus.DONE);
    }
    assertThat(mount.resolve("precious")).hasContent("of somebody else");
    assertThat(target.resolve("extra/file")).doesNotExist();
    assertThat(target.resolve("file")).hasContent("content");
  }

  @Test
  void aDirectoryWithOneInItIsNotReplacedByAFile() throws Exception {
    Files.writeString(source.resolve("extra"), "a file in the backup");
    try (World world = new World(temp)) {
      Backup backup = world.backup(source);
      RestoreReport report =
          world.restore(World.request(backup, ConflictStrategy.OVERWRITE), target);
      assertThat(report.status()).isEqualTo(RestoreStatus.PARTIAL);
      assertThat(report.problems()).extracting(RestoreReport.Problem::key).contains("extra");
    }
    assertThat(mount.resolve("precious")).hasContent("of somebody else");
    assertThat(target.resolve("extra/file")).hasContent("extra");
    assertThat(target.resolve("file")).hasContent("content");
  }
}
