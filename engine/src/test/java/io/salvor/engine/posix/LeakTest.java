package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeakTest extends PosixContract {

  private static final int ROUNDS = 100_000;
  private static final int FEW = 10_000;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @BeforeEach
  void needsProc() throws PosixException {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "no /proc here");
    needs(Capability.SAFE_DESCENT);
    write("file", name("content"));
    root.mkdir(name("dir"), 0755);
  }

  @Test
  void keepsDescriptorsAndScratchMemoryFlat() throws Exception {
    rounds(root, FEW / 10);
    long descriptors = descriptors();
    int scratches = Scratch.made();
    rounds(root, FEW);
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(Scratch.made()).isEqualTo(scratches);
  }

  /** In a process of its own, whose heap is resident from the start: all growth is outside it. */
  @Test
  void keepsTheWholeProcessFlat() throws Exception {
    assumeTrue(posix() == Posix.system(), "the old ways differ in a few calls only");
    String grown =
        run(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms48m",
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:+AlwaysPreTouch",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            LeakTest.class.getName(),
            temp.toString());
    assertThat(grown).as("the other process's answer").isNotNull();
    assertThat(Long.parseLong(grown.strip())).as("growth in KiB").isLessThan(12 * 1024);
  }

  /** In the other process: shows by how many KiB it has grown. */
  public static void main(String[] arguments) throws Exception {
    try (Dir root = Posix.system().openRoot(Path.of(arguments[0]))) {
      rounds(root, FEW * 2);
      long resident = residentKiB();
      rounds(root, ROUNDS);
      System.out.println(residentKiB() - resident);
    }
  }

  private static void rounds(Dir root, int rounds) throws PosixException {
    byte[] buffer = new byte[16];
    for (int i = 0; i < rounds; i++) {
      root.stat(name("file"));
      try (FileHandle file = root.openFile(name("file"))) {
        file.read(buffer, 0, buffer.length);
      }
      try (Dir dir = root.openDir(name("dir"))) {
        assertThat(dir.list().size()).isZero();
      }
      for (String wrong : List.of("dir", "none")) {
        assertThat(opens(root, wrong)).isFalse();
      }
    }
  }

  private static boolean opens(Dir root, String file) {
    try (FileHandle handle = root.openFile(name(file))) {
      return handle != null;
    } catch (PosixException e) {
      return false;
    }
  }

  @Test
  void isBoundedUnderManyVirtualThreads() throws Exception {
    int before = Scratch.made();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10_000; i++) {
        threads.submit(() -> root.stat(name("file")));
      }
    }
    assertThat(Scratch.made() - before).isLessThan(200);
  }

  @Test
  void neverMeetsAnotherFileWhenClosedInTheMidstOfACall() throws Exception {
    write("other", name("content"));
    Stat file = root.stat(name("file"));
    Stat other = root.stat(name("other"));
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      // Takes the descriptor's number as soon as it is free, and misses it when closed twice.
      Future<?> taker =
          threads.submit(
              () -> {
                while (!stop.get()) {
                  try (FileHandle mine = root.openFile(name("other"))) {
                    assertThat(mine.stat().isSameFile(other)).isTrue();
                  }
                }
                return null;
              });
      try {
        for (int i = 0; i < 2000; i++) {
          FileHandle shared = root.openFile(name("file"));
          Future<?> user =
              threads.submit(
                  () -> {
                    try {
                      while (true) {
                        assertThat(shared.stat().isSameFile(file)).isTrue();
                      }
                    } catch (PosixException e) {
                      assertThat(e.operation()).isEqualTo("use of a closed handle");
                    }
                  });
          for (int spin = 0; spin < i % 50; spin++) {
            Thread.onSpinWait();
          }
          threads.submit(shared::close).get();
          user.get();
        }
      } finally {
        stop.set(true);
      }
      taker.get();
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    }
  }

  private static long residentKiB() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no VmRSS");
  }
}
