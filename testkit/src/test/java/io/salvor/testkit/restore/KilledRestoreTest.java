package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.testkit.files.TreeComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KilledRestoreTest {
  @TempDir Path temp;
  private Path source;
  private Path target;
  private Path before;

  @BeforeEach
  void trees() throws Exception {
    source = Files.createDirectory(temp.resolve("source"));
    target = temp.resolve("target");
    before = temp.resolve("before");
    Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      Path file = source.resolve("d" + i % 7 + "/e" + i % 3 + "/f" + i);
      Files.createDirectories(file.getParent());
      byte[] content = new byte[random.nextInt(200_000)];
      random.nextBytes(content);
      Files.write(file, content);
    }
    Files.createLink(source.resolve("d3/twin"), source.resolve("d0/e0/f0"));
    byte[] large = new byte[40 << 20];
    random.nextBytes(large);
    Files.write(source.resolve("large"), large);
  }

  private void live() throws Exception {
    copy(source, target);
    World.remove(target.resolve("d1"));
    Files.writeString(target.resolve("d1"), "a file in the place of a directory");
    World.remove(target.resolve("d2/e2"));
    Files.createDirectories(target.resolve("extra/deep"));
    Files.writeString(target.resolve("extra/deep/file"), "extra");
    Files.writeString(target.resolve("large"), "small");
  }

  private static void copy(Path from, Path to) throws Exception {
    assertThat(new ProcessBuilder("cp", "-a", from + "/.", to.toString()).start().waitFor())
        .isZero();
  }

  private List<String> temporaries() throws Exception {
    try (var walk = Files.walk(target)) {
      return walk.map(p -> String.valueOf(p.getFileName()))
          .filter(n -> n.startsWith(".salvor-"))
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 13, 30, 45, 55, 65})
  void theSameCommandCompletesIt(int deadline) throws Exception {
    Files.createDirectory(target);
    live();
    try (World world = new World(temp)) {
      Backup backup = world.backup(source);
      StringBuilder said = new StringBuilder();
      int status = RestoreChild.run(List.of(), temp, target, deadline, said);
      assertThat(status).as(said::toString).isEqualTo(137);
      assertThat(world.restores.records().list())
          .singleElement()
          .satisfies(r -> assertThat(r.status()).isEqualTo(RestoreStatus.INTERRUPTED));
      world.restore(World.deleting(World.request(backup, ConflictStrategy.OVERWRITE)), target);
      assertThat(TreeComparison.byWalking(source, target)).isEmpty();
      assertThat(temporaries()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 20, 50, 65})
  void itCanBeRolledBack(int deadline) throws Exception {
    Files.createDirectory(target);
    live();
    Files.createDirectory(before);
    copy(target, before);
    try (World world = new World(temp)) {
      world.backup(source);
      StringBuilder said = new StringBuilder();
      assertThat(RestoreChild.run(List.of(), temp, target, deadline, said))
          .as(said::toString)
          .isEqualTo(137);
    }
    try (World world = new World(temp)) {
      // What the dead process was doing at that moment may look like somebody else's change.
      world.rollBack(target, ConflictStrategy.OVERWRITE);
      assertThat(TreeComparison.byRsync(before, target, "--omit-dir-times")).isEmpty();
      assertThat(temporaries()).isEmpty();
    }
  }
}
