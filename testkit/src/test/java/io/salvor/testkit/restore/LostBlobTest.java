package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.storage.ObjectName;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostBlobTest {
  @TempDir Path temp;

  private List<Path> packs() throws IOException {
    try (var walk = Files.walk(temp.resolve("repository/packs"))) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFileWhoseContentIsLostIsNotRestoredAndTheRestIs() throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    Files.writeString(source.resolve("a"), "sound");
    Path target = temp.resolve("target");
    byte[] noise = new byte[40 << 20];
    new Random(1).nextBytes(noise);
    try (World world = new World(temp)) {
      world.backup(source);
      List<Path> before = packs();
      Files.write(source.resolve("lost"), noise);
      Files.writeString(source.resolve("z"), "sound");
      world.backup(source);
      List<Path> added = packs().stream().filter(p -> !before.contains(p)).toList();
      Files.delete(added.stream().max(Comparator.comparing(LostBlobTest::size)).orElseThrow());
    }
    Files.createDirectory(target);
    Files.writeString(target.resolve("lost"), "what was here before");
    try (World world = new World(temp)) {
      var backup = BackupList.read(world.repository).latest(b -> true).orElseThrow();
      RestoreReport report =
          world.restore(World.request(backup, ConflictStrategy.OVERWRITE), target);
      assertThat(report.worst()).isNotNull();
      assertThat(report.worst().exit()).isEqualTo(Exit.DAMAGED);
      assertThat(report.problems())
          .extracting(RestoreReport.Problem::key)
          .contains("lost")
          .doesNotContain("a");
    }
    assertThat(target.resolve("a")).hasContent("sound");
    assertThat(target.resolve("lost")).hasContent("what was here before");
    try (var names = Files.list(target)) {
      assertThat(names.map(p -> p.getFileName().toString()))
          .noneMatch(n -> n.startsWith(".salvor-"));
    }
  }

  @Test
  void aFileWhosePackCannotBeReadIsNamedAndTheRestIsRestored() throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    Files.writeString(source.resolve("a"), "sound");
    Path target = temp.resolve("target");
    byte[] noise = new byte[20 << 20];
    new Random(1).nextBytes(noise);
    List<String> added;
    try (World world = new World(temp)) {
      world.backup(source);
      List<Path> before = packs();
      Files.write(source.resolve("lost"), noise);
      Files.writeString(source.resolve("z"), "sound");
      world.backup(source);
      added =
          packs().stream()
              .filter(p -> !before.contains(p) && size(p) > (1 << 20))
              .map(p -> p.getFileName().toString())
              .toList();
    }
    Predicate<Operation> ofThese =
        o ->
            o instanceof Operation.GetRange(ObjectName name, long _, int _)
                && added.stream().anyMatch(pack -> name.value().endsWith(pack));
    try (World world =
        new World(
            temp,
            "repository",
            storage -> new FaultyStorage(storage, 1).wherever(ofThese, new Fault.Fail()))) {
      var backup = BackupList.read(world.repository).latest(b -> true).orElseThrow();
      RestoreReport report =
          world.restore(World.request(backup, ConflictStrategy.OVERWRITE), target);
      assertThat(report.status()).isEqualTo(RestoreStatus.PARTIAL);
      assertThat(report.problems())
          .extracting(RestoreReport.Problem::code)
          .containsOnly(ErrorCode.OBJECT_UNREADABLE);
      assertThat(report.problems())
          .extracting(RestoreReport.Problem::key)
          .contains("lost")
          .doesNotContain("a");
    }
    assertThat(target.resolve("a")).hasContent("sound");
    assertThat(target.resolve("lost")).doesNotExist();
  }

  @Test
  void noOtherNameIsLinkedToAFileThatOnlyLooksRestored() throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    Files.writeString(source.resolve("first"), "sound");
    byte[] noise = new byte[20 << 20];
    new Random(1).nextBytes(noise);
    Path target = Files.createDirectory(temp.resolve("target"));
    try (World world = new World(temp)) {
      world.backup(source);
      List<Path> before = packs();
      Files.write(source.resolve("leader"), noise);
      Files.createLink(source.resolve("other"), source.resolve("leader"));
      world.backup(source);
      for (Path pack : packs()) {
        if (!before.contains(pack) && size(pack) > (1 << 20)) {
          Files.delete(pack);
        }
      }
    }
    // Of the same size and time, and of other content.
    noise[7] ^= 1;
    Files.write(target.resolve("leader"), noise);
    Files.setLastModifiedTime(
        target.resolve("leader"), Files.getLastModifiedTime(source.resolve("leader")));
    try (World world = new World(temp)) {
      var backup = BackupList.read(world.repository).latest(b -> true).orElseThrow();
      RestoreReport report =
          world.restore(World.request(backup, ConflictStrategy.OVERWRITE), target);
      assertThat(report.problems())
          .extracting(RestoreReport.Problem::key)
          .contains("leader", "other");
    }
    assertThat(target.resolve("other")).doesNotExist();
    assertThat(target.resolve("leader")).hasBinaryContent(noise);
  }
}
