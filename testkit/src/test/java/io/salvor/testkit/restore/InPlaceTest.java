package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.Resolution;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Undo;
import io.salvor.provider.files.target.FilesTarget;
import io.salvor.testkit.files.NastyTree;
import io.salvor.testkit.files.TreeComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InPlaceTest {
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
  void conflictsStopARestoreUnlessSomebodyHasDecided() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.mutate();
      tree.copyTo(before);
      assertThatThrownBy(() -> world.restore(World.request(backup, ConflictStrategy.FAIL), live))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RESTORE_CONFLICTS));
      assertThat(TreeComparison.byRsync(before, live)).isEmpty();
      assertThat(world.restores.records().list()).isEmpty();
    }
  }

  @Test
  void changingNeedsConsent() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.mutate();
      tree.copyTo(before);
      try (FilesTarget target = world.target(live);
          PlannedRestore planned =
              world.restores.plan(
                  World.request(backup, ConflictStrategy.OVERWRITE), target, Progress.NONE)) {
        assertThatThrownBy(
                () -> world.restores.apply(planned, false, new Undo.None(), target, Progress.NONE))
            .isInstanceOfSatisfying(
                SalvorException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.CONSENT_MISSING));
      }
      assertThat(TreeComparison.byRsync(before, live)).isEmpty();
    }
  }

  @Test
  void skipAddsWhatIsMissingAndChangesNothing() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.mutate();
      tree.copyTo(before);
      RestoreRequest request = World.request(backup, ConflictStrategy.SKIP);
      try (PlannedRestore planned = world.plan(request, live)) {
        assertThat(planned.plan().alters()).isFalse();
        assertThat(planned.plan().counts().create()).isEqualTo(1);
        assertThat(planned.plan().counts().update()).isZero();
      }
      RestoreReport report = world.restore(request, live);
      assertThat(report.undo()).isEmpty();
      assertThat(tree.read("d/b")).isEqualTo("beta");
      Files.copy(
          live.resolve("d/b"),
          before.resolve("d/b"),
          java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
      // The directory's time is as it was although something was made in it.
      assertThat(TreeComparison.byRsync(before, live, "--omit-dir-times")).isEmpty();
      world.rollBack(live, ConflictStrategy.FAIL);
      Files.delete(before.resolve("d/b"));
      assertThat(TreeComparison.byRsync(before, live, "--omit-dir-times")).isEmpty();
      assertThat(live.resolve("d/b")).doesNotExist();
    }
  }

  @Test
  void overwriteAndDeleteExtraMakeItTheBackupAndRollbackTakesItBack() throws Exception {
    Path original = temp.resolve("original");
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.copyTo(original);
      tree.mutate();
      tree.copyTo(before);
      RestoreRequest request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      RestoreReport report = world.restore(request, live);
      assertThat(report.problems()).isEmpty();
      assertThat(TreeComparison.byRsync(original, live)).isEmpty();
      assertThat(report.undo()).isNotEmpty();
      Backup undo = BackupList.read(world.repository).byPrefix(report.undo());
      assertThat(undo.isUndo()).isTrue();
      assertThat(undo.manifest().undo().created().entries()).isEqualTo(1);

      RestoreReport back = world.rollBack(live, ConflictStrategy.FAIL);
      assertThat(back.problems()).isEmpty();
      assertThat(TreeComparison.byRsync(before, live)).isEmpty();
      assertThat(TreeComparison.byWalking(before, live)).isEmpty();
      assertThat(world.restores.records().list().getFirst().status())
          .isEqualTo(RestoreStatus.ROLLED_BACK);
    } finally {
      World.remove(original);
    }
  }

  @Test
  void everyKindBecomesEveryOther() throws Exception {
    Path kinds = Files.createDirectory(live.resolve("kinds"));
    String[] all = {"file", "directory", "link", "fifo", "none"};
    for (String from : all) {
      for (String to : all) {
        make(kinds.resolve(from + " " + to), from);
      }
    }
    Path original = temp.resolve("original");
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.copyTo(original);
      for (String from : all) {
        for (String to : all) {
          World.remove(kinds.resolve(from + " " + to));
          make(kinds.resolve(from + " " + to), to);
        }
      }
      tree.copyTo(before);
      RestoreRequest request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      RestoreReport report = world.restore(request, live);
      assertThat(report.problems()).isEmpty();
      assertThat(TreeComparison.byWalking(original, live)).isEmpty();
      RestoreReport back = world.rollBack(live, ConflictStrategy.FAIL);
      assertThat(back.problems()).isEmpty();
      assertThat(TreeComparison.byWalking(before, live)).isEmpty();
    } finally {
      World.remove(original);
    }
  }

  private static void make(Path path, String kind) throws Exception {
    switch (kind) {
      case "file" -> Files.writeString(path, "content of " + path.getFileName());
      case "directory" -> {
        Files.createDirectory(path);
        Files.writeString(path.resolve("inside"), "content");
        Files.createDirectory(path.resolve("deeper"));
      }
      case "link" -> Files.createSymbolicLink(path, Path.of("/etc/passwd"));
      case "fifo" ->
          assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
      default -> {}
    }
  }

  @Test
  void aNastyTreeIsTornApartAndMendedAndTakenBack() throws Exception {
    Path original = temp.resolve("original");
    NastyTree.makeShallow(live, 7);
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      world.restore(backup, original);
      Random random = new Random(3);
      List<Path> files;
      try (var walk = Files.walk(live.resolve("contents"))) {
        files = new ArrayList<>(walk.filter(p -> Files.isRegularFile(p)).toList());
      }
      for (Path file : files) {
        switch (random.nextInt(6)) {
          case 0 -> Files.delete(file);
          case 1 -> Files.writeString(file, "other");
          case 2 -> Files.setLastModifiedTime(file, FileTime.fromMillis(random.nextInt()));
          default -> {}
        }
      }
      World.remove(live.resolve("links elsewhere/hard 3"));
      Files.writeString(live.resolve("links elsewhere/hard 3"), "one file, three names");
      Files.delete(live.resolve("links/relative"));
      Files.createSymbolicLink(live.resolve("links/relative"), Path.of("elsewhere"));
      World.remove(live.resolve("attributes/file"));
      Files.createDirectory(live.resolve("attributes/file"));
      tree.copyTo(before);
      RestoreRequest request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      RestoreReport report = world.restore(request, live);
      assertThat(report.problems()).isEmpty();
      assertThat(TreeComparison.byWalking(original, live)).isEmpty();
      RestoreReport back = world.rollBack(live, ConflictStrategy.FAIL);
      assertThat(back.problems()).isEmpty();
      assertThat(TreeComparison.byWalking(before, live)).isEmpty();
    } finally {
      World.remove(original);
    }
  }

  @Test
  void aPartIsRestoredAndNothingBesideItIsTouched() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.mutate();
      tree.copyTo(before);
      RestoreRequest request =
          World.deleting(World.including(backup, ConflictStrategy.OVERWRITE, "/d/b", "/d/more"));
      RestoreReport report = world.restore(request, live);
      assertThat(report.problems()).isEmpty();
      assertThat(report.results().created()).isEqualTo(1);
      assertThat(report.results().deleted()).isEqualTo(2);
      assertThat(tree.read("d/b")).isEqualTo("beta");
      assertThat(live.resolve("d/more")).doesNotExist();
      World.remove(before.resolve("d/more"));
      Files.delete(live.resolve("d/b"));
      assertThat(TreeComparison.byRsync(before, live, "--omit-dir-times")).isEmpty();
    }
  }

  @Test
  void someoneIsAskedForEachConflict() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      tree.write("a", "ALPHA");
      tree.write("d/b", "BETA");
      List<String> asked = new ArrayList<>();
      RestoreRequest request =
          new RestoreRequest(
              backup,
              Scope.ALL,
              RestoreMode.INPLACE,
              ConflictStrategy.PROMPT,
              step -> {
                asked.add(step.key().toString());
                assertThat(step.wanted()).isNotNull();
                assertThat(step.live()).isNotNull();
                return step.key().toString().equals("a") ? Resolution.SKIP : Resolution.OVERWRITE;
              },
              false,
              Check.CONTENT);
      world.restore(request, live);
      assertThat(asked).contains("a", "d/b");
      assertThat(tree.read("a")).isEqualTo("ALPHA");
      assertThat(tree.read("d/b")).isEqualTo("beta");
    }
  }

  @Test
  void aSymbolicLinkInTheWayIsAConflictAndNeverFollowed() throws Exception {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      World.remove(live.resolve("d"));
      Files.createSymbolicLink(live.resolve("d"), outside);
      world.restore(World.request(backup, ConflictStrategy.SKIP), live);
      assertThat(outside).isEmptyDirectory();
      assertThat(live.resolve("d")).isSymbolicLink();
      world.restore(World.request(backup, ConflictStrategy.OVERWRITE), live);
      assertThat(outside).isEmptyDirectory();
      assertThat(tree.read("d/e/c")).isEqualTo("gamma");
    }
  }

  @Test
  void contentIsComparedEvenWhereTimesAndSizesAreEqual() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      FileTime time = Files.getLastModifiedTime(live.resolve("a"));
      FileTime root = Files.getLastModifiedTime(live);
      tree.write("a", "alphA");
      Files.setLastModifiedTime(live.resolve("a"), time);
      Files.setLastModifiedTime(live, root);
      try (PlannedRestore planned =
          world.plan(World.request(backup, ConflictStrategy.OVERWRITE), live)) {
        assertThat(World.steps(planned)).containsExactly("update a overwrite");
      }
    }
  }

  @Test
  void aRepositoryInsideTheTargetIsNeverTouched() throws Exception {
    try (World world = new World(temp)) {
      Backup backup = world.backup(live);
      RestoreRequest request = World.deleting(World.request(backup, ConflictStrategy.OVERWRITE));
      try (PlannedRestore planned = world.plan(request, temp)) {
        assertThat(World.steps(planned)).noneMatch(s -> s.contains(" repository"));
        assertThat(World.steps(planned)).noneMatch(s -> s.contains(" local"));
        assertThat(World.steps(planned)).contains("delete live/a none");
      }
      assertThatThrownBy(() -> world.restore(backup, temp.resolve("repository/packs/x")))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_IN_REPOSITORY));
    }
  }

  @Test
  void everythingReadsBackFromTheDevice() throws Exception {
    NastyTree.makeShallow(live, 9);
    Path target = temp.resolve("target");
    try (World world = new World(temp)) {
      RestoreRequest all = World.request(world.backup(live), ConflictStrategy.FAIL);
      RestoreRequest durable =
          new RestoreRequest(
              all.backup(),
              all.scope(),
              all.mode(),
              all.strategy(),
              all.prompt(),
              false,
              Check.DURABLE);
      RestoreReport report = world.restore(durable, target);
      assertThat(report.problems()).isEmpty();
      assertThat(TreeComparison.byWalking(live, target)).isEmpty();
    }
  }
}
