package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeakTest extends PosixContract {

  private static final int ROUNDS = 100_000;

  /** The old ways differ in a few calls only. */
  private static final int ROUNDS_OF_OTHERS = 10_000;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @BeforeEach
  void needsProc() {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "no /proc here");
    needs(Capability.SAFE_DESCENT);
  }

  @Test
  void keepsDescriptorsAndNativeMemoryFlat() throws Exception {
    write("file", name("content"));
    root.mkdir(name("dir"), 0755);
    int many = posix() == Posix.system() ? ROUNDS : ROUNDS_OF_OTHERS;
    rounds(ROUNDS_OF_OTHERS);
    long descriptors = descriptors();
    int scratches = Scratch.made();
    long resident = residentKiB();
    rounds(many);
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(Scratch.made()).isEqualTo(scratches);
    assertThat(residentKiB() - resident).as("growth in KiB").isLessThan(48 * 1024);
  }

  private void rounds(int rounds) throws PosixException {
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
        PosixException refusal = null;
        try {
          root.openFile(name(wrong)).close();
        } catch (PosixException e) {
          refusal = e;
        }
        assertThat(refusal).isNotNull();
      }
    }
  }

  @Test
  void isBoundedUnderManyVirtualThreads() throws Exception {
    write("file", name("content"));
    int before = Scratch.made();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10_000; i++) {
        threads.submit(() -> root.stat(name("file")));
      }
    }
    assertThat(Scratch.made() - before).isLessThan(200);
  }

  @Test
  void closesOnlyWhenTheLastCallHasEnded() throws Exception {
    // A handle closed under the feet of others: they work or are told EBADF, never meet another.
    for (int i = 0; i < 300; i++) {
      write("file" + i, name("content"));
      FileHandle file = root.openFile(name("file" + i));
      long inode = file.stat().inode();
      Thread closer = Thread.ofPlatform().start(file::close);
      try {
        for (int round = 0; round < 50; round++) {
          assertThat(file.stat().inode()).isEqualTo(inode);
          root.openFile(name("file0")).close();
        }
      } catch (PosixException e) {
        assertThat(e.errno()).isEqualTo(Errno.EBADF);
      }
      closer.join();
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
