package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.files.target.FilesTarget;
import io.salvor.testkit.files.TmpfsMount;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file system may hold although hardly anybody makes it on purpose. */
class OddStatesTest {
  @TempDir Path temp;
  private final List<TmpfsMount> mounts = new ArrayList<>();

  @AfterEach
  void unmount() throws Exception {
    for (TmpfsMount mount : mounts.reversed()) {
      mount.close();
    }
  }

  private Path mount(Path at) throws Exception {
    TmpfsMount mount = TmpfsMount.at(at, "size=8m");
    mounts.add(mount);
    return mount.path();
  }

  @Test
  void aFileOfOneEnormousHoleComesBackAndSoDoesTheRest() throws Exception {
    Path source = Files.createDirectory(mount(temp.resolve("tmpfs")).resolve("source"));
    try (RandomAccessFile hole = new RandomAccessFile(source.resolve("hole").toFile(), "rw")) {
      hole.setLength(1L << 61);
    }
    Files.writeString(source.resolve("z"), "what comes after it");
    Path target = source.resolveSibling("target");
    try (World world = new World(temp)) {
      RestoreReport report = world.restore(world.backup(source), target);
      assertThat(report.status()).isEqualTo(RestoreStatus.DONE);
    }
    assertThat(target.resolve("hole").toFile().length()).isEqualTo(1L << 61);
    assertThat(target.resolve("z")).hasContent("what comes after it");
  }

  @Test
  void aLiveFileThatIsTooLongForTheFormatStaysAndTheRestIsRestored() throws Exception {
    Path live = Files.createDirectory(mount(temp.resolve("tmpfs")).resolve("live"));
    Path tooLong = Files.writeString(live.resolve("a"), "in the backup");
    Files.writeString(live.resolve("b"), "in the backup");
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      try (RandomAccessFile hole = new RandomAccessFile(tooLong.toFile(), "rw")) {
        hole.setLength(5L << 60);
      }
      Files.writeString(live.resolve("b"), "changed");
      RestoreReport report = world.restore(World.request(backup, ConflictStrategy.OVERWRITE), live);
      assertThat(report.status()).isEqualTo(RestoreStatus.PARTIAL);
      assertThat(report.problems()).extracting(RestoreReport.Problem::key).containsExactly("a");
    }
    assertThat(tooLong.toFile().length()).isEqualTo(5L << 60);
    assertThat(live.resolve("b")).hasContent("in the backup");
  }

  @Test
  void inodesOfTwoFileSystemsAreNotMistakenForOneInTheUndo() throws Exception {
    Path live = Files.createDirectory(temp.resolve("live"));
    Path one = mount(live.resolve("one"));
    Path two = mount(live.resolve("two"));
    for (Path place : List.of(one, two)) {
      Files.writeString(place.resolve("a"), "in the backup");
      Files.createLink(place.resolve("b"), place.resolve("a"));
    }
    assertThat(Files.getAttribute(one.resolve("a"), "unix:ino"))
        .isEqualTo(Files.getAttribute(two.resolve("a"), "unix:ino"));
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      Files.writeString(one.resolve("a"), "ones' own");
      Files.writeString(two.resolve("a"), "twos' own");
      world.restore(World.request(backup, ConflictStrategy.OVERWRITE), live);
      assertThat(two.resolve("a")).hasContent("in the backup");
      world.rollBack(live, ConflictStrategy.FAIL);
    }
    assertThat(one.resolve("a")).hasContent("ones' own");
    assertThat(two.resolve("a")).hasContent("twos' own");
  }

  @Test
  void aRollbackDoesNotBringBackWhatHadGoneBeforeTheRestoreCouldDeleteIt() throws Exception {
    Path live = Files.createDirectory(temp.resolve("live"));
    Files.writeString(live.resolve("kept"), "kept");
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      Files.writeString(live.resolve("kept"), "changed");
      Files.writeString(live.resolve("extra"), "not in the backup");
      RestoreRequest request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      try (FilesTarget target = world.target(live);
          PlannedRestore planned = world.restores.plan(request, target, Progress.NONE)) {
        Files.delete(live.resolve("extra"));
        RestoreReport report =
            world.restores.apply(
                planned, true, new Undo.Into(world.repository), target, Progress.NONE);
        assertThat(report.problems()).isEmpty();
      }
      world.rollBack(live, ConflictStrategy.FAIL);
    }
    assertThat(live.resolve("kept")).hasContent("changed");
    assertThat(live.resolve("extra")).doesNotExist();
  }
}
