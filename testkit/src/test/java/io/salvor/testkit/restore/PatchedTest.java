package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Undo;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.FilesTarget;
import io.salvor.provider.files.target.InPlace;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets in which large files are changed where they lie, and links lead on. */
class PatchedTest {
  private static final int LARGE = 20 << 20;

  @TempDir Path temp;

  private static RestoreReport restore(World world, Backup backup, Path to, InPlace inPlace)
      throws Exception {
    try (FilesTarget target =
            FilesTarget.open(
                to,
                List.of(),
                Restores.records(world.repository)::isDead,
                world.repository.blobs(),
                world.repository.keys()::blobId,
                inPlace);
        var planned =
            world.restores.plan(
                World.deleting(World.request(backup, ConflictStrategy.OVERWRITE)),
                target,
                Progress.NONE)) {
      return world.restores.apply(
          planned, true, new Undo.Into(world.repository), target, Progress.NONE);
    }
  }

  @Test
  void ofALargeFileOnlyWhatDiffersIsWritten() throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    byte[] bytes = new byte[LARGE];
    new Random(5).nextBytes(bytes);
    for (String name : List.of("same", "changed", "longer", "shorter")) {
      Files.write(source.resolve(name), bytes);
    }
    try (RandomAccessFile holes = new RandomAccessFile(source.resolve("holes").toFile(), "rw")) {
      holes.write(bytes, 0, 1 << 20);
      holes.setLength(5 << 20);
    }
    try (World world = new World(temp)) {
      Backup backup = world.backup(source);
      Path target = temp.resolve("target");
      var _ = world.restore(backup, target);
      for (String name : List.of("changed", "longer", "shorter", "holes")) {
        try (RandomAccessFile file = new RandomAccessFile(target.resolve(name).toFile(), "rw")) {
          file.seek(3 << 20);
          file.write(1);
          file.setLength(
              switch (name) {
                case "longer" -> LARGE + 100;
                case "shorter" -> LARGE - 100;
                default -> file.length();
              });
        }
      }
      Object inode = Files.getAttribute(target.resolve("changed"), "unix:ino");

      RestoreReport report = restore(world, backup, target, new InPlace(Map.of(), true));

      assertThat(report.status()).isEqualTo(RestoreStatus.DONE);
      assertThat(report.results().updated()).isEqualTo(4);
      assertThat(report.results().bytes()).isLessThan(40L << 20);
      assertThat(Files.getAttribute(target.resolve("changed"), "unix:ino")).isEqualTo(inode);
      for (String name : List.of("same", "changed", "longer", "shorter", "holes")) {
        assertThat(Files.mismatch(target.resolve(name), source.resolve(name))).isEqualTo(-1);
      }
    }
  }

  @Test
  void aLinkThatIsToldLeadsOnAndStays() throws Exception {
    Path source = Files.createDirectories(temp.resolve("source/place/below")).getParent();
    Files.writeString(source.resolve("below/file"), "kept");
    try (World world = new World(temp)) {
      Backup backup = world.backup(temp.resolve("source"));
      Path target = Files.createDirectory(temp.resolve("target"));
      Path far = Files.createDirectory(temp.resolve("far"));
      Files.createSymbolicLink(target.resolve("place"), far);
      Files.writeString(far.resolve("extra"), "not in the backup");
      InPlace inPlace = new InPlace(Map.of(Key.of("place"), far), true);

      RestoreReport report = restore(world, backup, target, inPlace);

      assertThat(report.status()).isEqualTo(RestoreStatus.DONE);
      assertThat(target.resolve("place")).isSymbolicLink();
      assertThat(far.resolve("below/file")).hasContent("kept");
      assertThat(far.resolve("extra")).doesNotExist();
    }
  }
}
