package io.salvor.provider.files.target;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.FileSystemInfo;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The directory that a restore goes to, by the path that somebody gave. */
final class TargetRoot {
  private final Posix posix;
  private final Path path;
  private final InPlace inPlace;

  TargetRoot(Posix posix, Path path, InPlace inPlace) {
    this.inPlace = inPlace;
    this.posix = posix;
    this.path = path.toAbsolutePath().normalize();
  }

  String display() {
    return path.toString();
  }

  /** What is done otherwise in it. */
  InPlace inPlace() {
    return inPlace;
  }

  /** User that this process acts as. */
  long user() {
    return posix.effectiveUid();
  }

  /** Opens it; null if there is nothing. */
  @Nullable Dir open() {
    try {
      return posix.openRoot(path);
    } catch (PosixException e) {
      if (e.isNotFound()) {
        return null;
      }
      throw unusable(e);
    }
  }

  /** Makes it, and what is missing above it, and opens it. */
  Dir make(boolean ownMetadata) throws IOException {
    try {
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      if (ownMetadata) {
        // It is closed to others until it is filled and gets its own mode.
        Files.createDirectory(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(path);
      }
    } catch (FileAlreadyExistsException e) {
      // Made meanwhile; whatever it is, opening it tells.
    } catch (IOException e) {
      throw unusable(e);
    }
    Dir dir = open();
    if (dir == null) {
      throw unusable(new NoSuchFileException(display()));
    }
    return dir;
  }

  /** Room and nature of the file system that it lies in, or will. */
  FileSystemInfo fileSystem() throws PosixException {
    try (Dir dir = nearest()) {
      return dir.statfs();
    }
  }

  /** The directory itself, or the nearest above it that is there. */
  private Dir nearest() throws PosixException {
    for (Path at = path; at != null; at = at.getParent()) {
      try {
        return posix.openRoot(at);
      } catch (PosixException e) {
        if (!e.isNotFound()) {
          throw unusable(e);
        }
      }
    }
    throw new IllegalStateException("no root directory");
  }

  /** Whether it is, or lies in, one of these directories. */
  boolean isWithin(Path other) throws PosixException {
    Stat there;
    try (Dir dir = posix.openRoot(other)) {
      there = dir.statSelf();
    } catch (PosixException e) {
      if (e.isNotFound() || e.isWrongKind()) {
        return false;
      }
      throw e;
    }
    Path real = real();
    for (Path at = real; at != null; at = at.getParent()) {
      try (Dir dir = posix.openRoot(at)) {
        if (dir.statSelf().isSameFile(there)) {
          return true;
        }
      } catch (PosixException e) {
        if (!e.isNotFound() && !e.isPermission() && !e.isWrongKind()) {
          throw e;
        }
      }
    }
    return false;
  }

  /** The path without links, as far as it exists. */
  Path real() {
    for (Path at = path; at != null; at = at.getParent()) {
      try {
        return at.toRealPath().resolve(at.relativize(path));
      } catch (IOException e) {
        // Not there yet: try the one above it.
      }
    }
    return path;
  }

  void remove() throws IOException, MovedException {
    try {
      Files.delete(path);
    } catch (DirectoryNotEmptyException e) {
      throw new MovedException("it holds something that is not in the plan, and stays");
    } catch (NoSuchFileException e) {
      // Gone already, as was wanted.
    }
  }

  /** Makes everything durable, where the system can do that at once. */
  void sync(DirPool pool) throws PosixException {
    for (Key key : inPlace.links().keySet()) {
      try (Dir linked = inPlace.open(key)) {
        if (linked != null) {
          sync(linked);
        }
      }
    }
    DirPool.Node node = pool.root();
    Dir dir = node.enter();
    try {
      sync(dir);
    } finally {
      node.exit();
    }
  }

  private static void sync(Dir dir) throws PosixException {
    try {
      dir.syncFileSystem();
    } catch (PosixException e) {
      if (!e.isUnsupported()) {
        throw e;
      }
    }
  }

  private SalvorException unusable(IOException e) {
    return new SalvorException(
        ErrorCode.TARGET_UNUSABLE,
        "Cannot restore to " + path,
        e instanceof PosixException ? String.valueOf(e.getMessage()) : e.toString(),
        "name a directory that you may write, or one that can be made",
        e);
  }
}
