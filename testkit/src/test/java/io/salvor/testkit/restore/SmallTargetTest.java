package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.files.target.FilesTarget;
import io.salvor.testkit.files.TmpfsMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A target that is too small. Mounting needs root; without it these tests are skipped. */
class SmallTargetTest {
  private static final int MIB = 1 << 20;

  @TempDir Path temp;
  private TmpfsMount small;
  private Path mount;
  private Path source;

  @BeforeEach
  void mount() throws Exception {
    small = TmpfsMount.at(temp.resolve("mount"), "size=8m");
    mount = small.path();
    source = Files.createDirectory(temp.resolve("source"));
    for (int i = 0; i < 6; i++) {
      write(source.resolve("f" + i), 2 * MIB, i);
    }
  }

  @AfterEach
  void unmount() throws Exception {
    if (small != null) {
      small.close();
    }
  }

  private static void write(Path file, int size, int seed) throws Exception {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    Files.write(file, bytes);
  }

  @Test
  void itIsToldBeforeAnythingIsWritten() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(source);
      SalvorException failure =
          catchThrowableOfType(
              SalvorException.class, () -> world.restore(backup, mount.resolve("target")));
      assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_FULL);
      assertThat(failure.why()).containsPattern("[0-9,]{9,} are missing");
      assertThat(mount.resolve("target")).doesNotExist();
    }
  }

  @Test
  void aTargetThatFillsUpKeepsWhatItHasAndNothingHalfDone() throws Exception {
    try (World world = new World(temp)) {
      Path target = Files.createDirectory(mount.resolve("target"));
      for (int i = 0; i < 6; i++) {
        Files.delete(source.resolve("f" + i));
      }
      write(source.resolve("f0"), 2 * MIB, 0);
      write(source.resolve("f1"), 2 * MIB, 1);
      Backup backup = world.backup(source);
      write(target.resolve("f1"), MIB, 9);
      byte[] old = Files.readAllBytes(target.resolve("f1"));
      try (FilesTarget opened = world.target(target);
          PlannedRestore planned =
              world.restores.plan(
                  World.request(backup, ConflictStrategy.OVERWRITE), opened, Progress.NONE)) {
        write(mount.resolve("somebody else's"), 13 * MIB / 2, 3);
        assertThatThrownBy(
                () ->
                    world.restores.apply(
                        planned, true, new Undo.Into(world.repository), opened, Progress.NONE))
            .isInstanceOfSatisfying(
                SalvorException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(ErrorCode.TARGET_FULL);
                  assertThat(e.why()).containsPattern("[0-9,]{9,} bytes");
                });
      }
      assertThat(Files.readAllBytes(target.resolve("f1"))).isEqualTo(old);
      try (var names = Files.list(target)) {
        assertThat(names.map(p -> p.getFileName().toString()))
            .noneMatch(n -> n.startsWith(".salvor-"));
      }
    }
  }
}
