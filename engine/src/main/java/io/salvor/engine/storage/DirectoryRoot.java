package io.salvor.engine.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A storage's root as it was found when the storage was opened. A file system that is unmounted
 * leaves an empty directory in its place, which must be taken neither for a repository that has
 * lost everything nor for a place to write to.
 *
 * @param device number of its file system; may change when a network file system is mounted anew
 * @param inode its number therein; some file systems in user space change it while mounted
 */
record DirectoryRoot(Path path, long device, long inode) {

  static DirectoryRoot of(Path path) throws IOException {
    return new DirectoryRoot(path, number(path, "dev"), number(path, "ino"));
  }

  private static long number(Path path, String attribute) throws IOException {
    return Files.getAttribute(path, "unix:" + attribute) instanceof Number number
        ? number.longValue()
        : 0;
  }

  /** Whether it is not there any more, or something else is there. */
  boolean isGone() {
    if (!Files.isDirectory(path)) {
      return true;
    }
    try {
      DirectoryRoot now = of(path);
      return now.device != device && now.inode != inode;
    } catch (IOException e) {
      // The operation that asks has failed or will fail by itself, and says why.
      return false;
    }
  }
}
