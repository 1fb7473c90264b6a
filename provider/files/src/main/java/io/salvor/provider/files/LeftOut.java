package io.salvor.provider.files;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The directories that are left out wherever they come up, by device and inode. */
final class LeftOut {
  private final Set<Id> ids;

  private record Id(long dev, long inode) {
    static Id of(Stat stat) {
      return new Id(stat.dev(), stat.inode());
    }
  }

  private LeftOut(Set<Id> ids) {
    this.ids = ids;
  }

  /** These directories, as far as they exist. */
  static LeftOut of(Posix posix, List<Path> paths) {
    Set<Id> ids = new HashSet<>();
    for (Path path : paths) {
      try (Dir dir = posix.openRoot(path)) {
        ids.add(Id.of(dir.statSelf()));
      } catch (PosixException _) {
        // Not there, so it cannot come up; or not ours to open, so it is not the repository in use.
      }
    }
    return new LeftOut(ids);
  }

  boolean contains(Stat stat) {
    return !ids.isEmpty() && ids.contains(Id.of(stat));
  }

  /** Those of the paths that lie below {@code root}, symbolic links resolved. */
  static List<Path> below(Path root, List<Path> paths) {
    List<Path> below = new ArrayList<>();
    for (Path path : paths) {
      if (real(path).startsWith(root)) {
        below.add(path);
      }
    }
    return below;
  }

  static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (java.io.IOException _) {
      return path.toAbsolutePath().normalize();
    }
  }
}
