package io.salvor.provider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.RenameMode;
import io.salvor.engine.source.CaptureOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Directories of any depth, and directories that are exchanged meanwhile. */
class DescentTest extends FilesTest {
  private static final int DEPTH = 3 * Descent.MOST_OPEN;

  private int made;

  @AfterEach
  void removeDeep() throws Exception {
    // Others cannot remove what is deeper than PATH_MAX.
    for (Path top : List.of(root().resolve("d"), root().resolve("x".repeat(100)))) {
      if (Files.exists(top)) {
        new ProcessBuilder("rm", "-rf", top.toString()).inheritIO().start().waitFor();
      }
    }
  }

  private void deep(String name, int levels) throws Exception {
    Dir dir = posix.openRoot(root());
    try {
      for (int i = 0; i < levels; i++) {
        dir.mkdir(bytes(name), 0755);
        Dir next = dir.openDir(bytes(name));
        dir.close();
        dir = next;
        writeRaw(dir, bytes("a"), "before");
        writeRaw(dir, bytes("z"), "after");
        made += 3;
      }
    } finally {
      dir.close();
    }
  }

  @Test
  void pathsLongerThanPathMaxAreCapturedWithFewDescriptors() throws Exception {
    deep("x".repeat(100), DEPTH);
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.exists(descriptors), "descriptors are counted in /proc");
    long before = count(descriptors);
    long[] most = new long[1];
    MemoryCapture capture = new MemoryCapture();
    capture.whileReading = () -> most[0] = Math.max(most[0], count(descriptors));
    try (var source =
        new FilesProvider(posix, Path.of("/"), 1)
            .open(List.of(root().toString()), CaptureOptions.ALL)) {
      source.capture(capture);
    }
    assertThat(capture.failures).isEmpty();
    assertThat(capture.entries).hasSize(made + 1);
    String bottom = ("x".repeat(100) + "/").repeat(DEPTH);
    assertThat(capture.text(bottom + "z")).isEqualTo("after");
    assertThat(most[0] - before).isLessThan(Descent.MOST_OPEN + 40);
    assertThat(count(descriptors)).isEqualTo(before);
  }

  @Test
  void comingBackToADirectoryThatWasExchangedIsNoticed() throws Exception {
    deep("d", DEPTH);
    Descent descent = new Descent();
    SharedDir root = new SharedDir(posix.openRoot(root()));
    descent.push(level(new byte[0], root));
    for (int i = 0; i < DEPTH; i++) {
      descent.push(level(bytes("d"), new SharedDir(descent.open().dir().openDir(bytes("d")))));
    }
    List<Integer> opened = new ArrayList<>();
    for (int i = DEPTH; i > DEPTH / 2; i--) {
      assertThat(descent.open().dir().statSelf().isSameFile(descent.lowest().stat)).isTrue();
      opened.add(i);
      descent.pop();
    }
    assertThat(opened).hasSize(DEPTH / 2);
    Files.move(root().resolve("d/d"), root().resolve("elsewhere"));
    deepBelow(root().resolve("d"));
    assertThatThrownBy(
            () -> {
              while (descent.depth() > 3) {
                descent.open();
                descent.pop();
              }
            })
        .isInstanceOfSatisfying(PosixException.class, e -> assertThat(e.isNotFound()).isTrue());
    descent.close();
    assertThat(descent.isEmpty()).isTrue();
    new ProcessBuilder("rm", "-rf", root().resolve("elsewhere").toString()).start().waitFor();
  }

  private void deepBelow(Path top) throws Exception {
    Dir dir = posix.openRoot(top);
    try {
      for (int i = 0; i < DEPTH; i++) {
        dir.mkdir(bytes("d"), 0755);
        Dir next = dir.openDir(bytes("d"));
        dir.close();
        dir = next;
      }
    } finally {
      dir.close();
    }
  }

  private static Level level(byte[] name, SharedDir dir) throws PosixException {
    return new Level(name, dir.dir().statSelf(), dir.dir().list().sort(), Verdict.TAKEN, null, dir);
  }

  @Test
  void aDirectoryExchangedForALinkNeverLeadsOutside() throws Exception {
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    write("a", "1");
    for (int i = 0; i < 40; i++) {
      write("d" + i + "/inside", "2");
    }
    write("z", "3");
    Path link = Files.createSymbolicLink(directory.resolve("link"), outside);
    AtomicBoolean done = new AtomicBoolean();
    Thread swapper =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Dir root = posix.openRoot(root());
                      Dir top = posix.openRoot(directory)) {
                    for (int i = 0; !done.get() || i % 2 != 0; i++) {
                      root.rename(bytes("d7"), top, bytes("link"), RenameMode.EXCHANGE);
                    }
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });
    try {
      for (int i = 0; i < 60; i++) {
        MemoryCapture capture = capture();
        assertThat(capture.keys()).contains("a", "z", "d6/inside", "d8/inside");
        assertThat(capture.keys()).noneMatch(key -> key.endsWith("secret"));
      }
    } finally {
      done.set(true);
      swapper.join();
    }
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void descriptorsAreClosedWhenTheCaptureFails() throws Exception {
    deep("d", 20);
    long before = count(Path.of("/proc/self/fd"));
    MemoryCapture capture = new MemoryCapture();
    capture.whileReading =
        () -> {
          throw new IllegalStateException("the repository is gone");
        };
    try {
      capture(capture, CaptureOptions.ALL);
      throw new AssertionError("it should have failed");
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("the repository is gone");
    }
    assertThat(count(Path.of("/proc/self/fd"))).isEqualTo(before);
    assertNoThreadIsLeft();
  }

  @Test
  void aCancelledCaptureEndsInTheMiddleOfAFile() throws Exception {
    try (Dir dir = posix.openRoot(root());
        FileHandle file = dir.createFile(bytes("large"), 0600)) {
      file.pwrite(0, new byte[20 << 20], 0, 20 << 20);
    }
    MemoryCapture capture = new MemoryCapture();
    capture.whileReading = () -> capture.cancelled = true;
    try {
      capture(capture, CaptureOptions.ALL);
      throw new AssertionError("it should have been cancelled");
    } catch (SalvorException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED);
    }
    assertThat(capture.bytesRead.get()).isLessThan(2 << 20);
    assertNoThreadIsLeft();
  }

  private static void assertNoThreadIsLeft() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("files-")) {
        // Its work has ended; the thread itself may need a moment more.
        assertThat(thread.join(Duration.ofSeconds(30))).as(thread.getName()).isTrue();
      }
    }
  }

  private static long count(Path descriptors) {
    String[] names = descriptors.toFile().list();
    return names == null ? -1 : names.length;
  }
}
