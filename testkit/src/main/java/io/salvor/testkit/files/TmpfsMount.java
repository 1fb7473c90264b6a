package io.salvor.testkit.files;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system of its own, in memory, for tests that need one to be full or read-only. */
public final class TmpfsMount implements AutoCloseable {
  private final Path path;

  private TmpfsMount(Path path) {
    this.path = path;
  }

  /**
   * Mounts one. A test that may not (mounting needs root) is skipped.
   *
   * @param path a directory, which is made where it is missing
   * @param options as for {@code mount -o}: {@code size=8m}
   */
  public static TmpfsMount at(Path path, String options) throws IOException {
    Files.createDirectories(path);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path.toString()),
        "a tmpfs cannot be mounted here (not root?)");
    return new TmpfsMount(path);
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** From now on nothing can be written to it. */
  public void makeReadOnly() throws IOException {
    if (!run("mount", "-o", "remount,ro", path.toString())) {
      throw new IOException("cannot be made read-only: " + path);
    }
  }

  /** Unmounts it, whoever still uses it; a second time does nothing. */
  @Override
  public void close() throws IOException {
    boolean _ = run("umount", "-l", path.toString());
  }

  private static boolean run(String... command) throws IOException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
