package io.salvor.engine.storage;

import io.salvor.engine.durable.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The directories beneath a storage's root: makes them, forces them, and never follows a symbolic
 * link among them.
 */
final class DirectoryTree {
  private final Path root;

  /** Directories that their parents are known to hold durably. */
  private final Map<Path, Incarnation> durable = new ConcurrentHashMap<>();

  DirectoryTree(Path root) {
    this.root = root;
  }

  /** Tells a directory from one that was made later under the same name. */
  private record Incarnation(@Nullable Object file, FileTime created) {}

  /** The attributes of an object's file; null if there is no regular file by that way. */
  @Nullable BasicFileAttributes find(Path file) throws IOException {
    Path path = root;
    BasicFileAttributes attributes = null;
    for (Path part : root.relativize(file)) {
      if (attributes != null && !attributes.isDirectory()) {
        return null;
      }
      path = path.resolve(part);
      attributes = attributes(path);
      if (attributes == null) {
        return null;
      }
    }
    return attributes != null && attributes.isRegularFile() ? attributes : null;
  }

  /**
   * Renames a forced temporary to an object's file, makes the directories for that, forces them.
   */
  void publish(Path temporary, Path target) throws IOException {
    Path directory = parent(target);
    for (int attempt = 0; ; attempt++) {
      make(directory);
      try {
        PrivateFiles.rename(temporary, target);
        break;
      } catch (NoSuchFileException e) {
        // Somebody who deletes objects has just removed the empty directory.
        if (attempt == 9 || Files.notExists(temporary)) {
          throw e;
        }
      }
    }
    force(directory);
  }

  private void make(Path directory) throws IOException {
    if (directory.equals(root)) {
      return;
    }
    BasicFileAttributes attributes = attributes(directory);
    if (attributes == null) {
      make(parent(directory));
      try {
        PrivateFiles.createDirectory(directory);
      } catch (NoSuchFileException e) {
        if (!Files.isDirectory(root)) {
          throw e;
        }
      }
    } else if (!attributes.isDirectory()) {
      throw new FileSystemException(directory.toString(), null, "not a directory");
    } else {
      make(parent(directory));
    }
  }

  /** Forces the directory that a file lies in. */
  void forceParent(Path file) throws IOException {
    force(parent(file));
  }

  /** Forces a directory, and whatever above it may not be durable yet, whoever has made it. */
  private void force(Path directory) throws IOException {
    PrivateFiles.forceDirectory(directory);
    for (Path made = directory; !made.equals(root); made = parent(made)) {
      BasicFileAttributes attributes =
          Files.readAttributes(made, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Incarnation incarnation = new Incarnation(attributes.fileKey(), attributes.creationTime());
      if (!incarnation.equals(durable.get(made))) {
        PrivateFiles.forceDirectory(parent(made));
        durable.put(made, incarnation);
      }
    }
  }

  /** Removes a file if it is an object's, and the directory that this leaves empty. */
  void delete(Path file) throws IOException {
    BasicFileAttributes attributes = find(file);
    if (attributes != null) {
      Files.deleteIfExists(file);
    }
    // Also when there was nothing: an earlier delete may have failed between removing and forcing.
    Path directory = parent(file);
    if (!directory.equals(root) && !parent(directory).equals(root)) {
      try {
        if (attributes != null && Files.deleteIfExists(directory)) {
          durable.remove(directory);
        }
      } catch (DirectoryNotEmptyException e) {
        // The usual case: other objects lie there.
      }
    }
    forceNearest(directory);
  }

  /** Forces a directory, or the one above where somebody else has just removed it. */
  private void forceNearest(Path directory) throws IOException {
    try {
      PrivateFiles.forceDirectory(directory);
    } catch (NoSuchFileException e) {
      if (directory.equals(root)) {
        throw e;
      }
      forceNearest(parent(directory));
    }
  }

  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no parent: " + path);
    }
    return parent;
  }
}
