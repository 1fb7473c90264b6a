package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.Exit;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of which some nodes of the tree are damaged: what can be read is restored. */
class LostTreeNodeTest {
  private static final int FILES = 6000;

  @TempDir Path temp;
  private Path source;

  @BeforeEach
  void manyNames() throws IOException {
    source = Files.createDirectory(temp.resolve("source"));
    Random random = new Random(3);
    for (int i = 0; i < FILES; i++) {
      // Empty files: all that is stored is the tree. Long random names: it takes several frames.
      StringBuilder name = new StringBuilder("d" + i % 40 + "/e/");
      for (int j = 0; j < 120; j++) {
        name.append((char) ('a' + random.nextInt(26)));
      }
      Path file = source.resolve(name.toString());
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
  }

  private Backup damaged() throws Exception {
    Backup backup;
    try (World world = new World(temp)) {
      backup = world.backup(source);
    }
    try (var walk = Files.walk(temp.resolve("repository/packs"))) {
      Path pack =
          walk.filter(Files::isRegularFile)
              .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
              .orElseThrow();
      byte[] bytes = Files.readAllBytes(pack);
      bytes[bytes.length / 3] ^= 1;
      Files.write(pack, bytes);
    }
    return backup;
  }

  private static Set<String> files(Path top) throws IOException {
    try (var walk = Files.walk(top)) {
      Set<String> names = new HashSet<>();
      walk.filter(Files::isRegularFile).forEach(p -> names.add(top.relativize(p).toString()));
      return names;
    }
  }

  @Test
  void whatCanBeReadIsRestoredAndTheLossIsNamed() throws Exception {
    Backup backup = damaged();
    Path target = temp.resolve("target");
    RestoreReport report;
    try (World world = new World(temp)) {
      report = world.restore(World.request(backup, ConflictStrategy.OVERWRITE), target);
    }
    assertThat(report.status()).isEqualTo(RestoreStatus.PARTIAL);
    assertThat(report.worst()).isNotNull();
    assertThat(report.worst().exit()).isEqualTo(Exit.DAMAGED);
    assertThat(report.problems()).allSatisfy(p -> assertThat(p.message()).contains("lost"));
    Set<String> restored = files(target);
    assertThat(restored.size()).isBetween(FILES / 10, FILES - 1);
    assertThat(files(source)).containsAll(restored);
    // Directories whose own entries are lost are made, closed to others.
    try (var walk = Files.walk(target)) {
      walk.filter(Files::isDirectory)
          .filter(dir -> !target.equals(dir))
          .forEach(
              dir -> {
                try {
                  assertThat(Files.getPosixFilePermissions(dir))
                      .contains(PosixFilePermission.OWNER_WRITE);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
  }

  @Test
  void whatMayBeLostIsNotExtra() throws Exception {
    Backup backup = damaged();
    Set<String> before = files(source);
    Path extra = Files.writeString(source.resolve("zzz-extra"), "behind everything");
    RestoreReport report;
    try (World world = new World(temp)) {
      report =
          world.restore(World.deleting(World.request(backup, ConflictStrategy.OVERWRITE)), source);
    }
    assertThat(report.worst()).isNotNull();
    assertThat(files(source)).containsAll(before);
    assertThat(extra).doesNotExist();
  }
}
