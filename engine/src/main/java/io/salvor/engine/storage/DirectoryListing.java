package io.salvor.engine.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One walk over a directory for the objects whose names begin with a prefix. */
final class DirectoryListing {
  private final Path root;
  private final DirectoryErrors errors;
  private final String prefix;
  private final Consumer<ObjectInfo> each;

  DirectoryListing(Path root, DirectoryErrors errors, String prefix, Consumer<ObjectInfo> each) {
    this.root = root;
    this.errors = errors;
    this.prefix = prefix;
    this.each = each;
  }

  void run() throws IOException {
    if (errors.isRootGone()) {
      throw errors.rootGone("list " + prefix);
    }
    // Straight to the deepest directory that the prefix names, by real directories only.
    String directory = prefix.substring(0, prefix.lastIndexOf('/') + 1);
    if (!directory.isEmpty()) {
      ObjectName name = nameOf(directory.substring(0, directory.length() - 1));
      if (name == null || directory.startsWith(DirectoryStorage.TEMPORARY + "/")) {
        return;
      }
      Path path = root;
      for (Path part : Path.of(name.value())) {
        path = path.resolve(part);
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          return;
        }
      }
    }
    walk(directory);
  }

  /** {@code directory} is "" or ends with a slash. */
  private void walk(String directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(directory))) {
      for (Path entry : entries) {
        ObjectName name = nameOf(directory + entry.getFileName());
        if (name != null && !name.value().equals(DirectoryStorage.TEMPORARY) && mayMatch(name)) {
          visit(name, entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Removed meanwhile, as empty directories are.
      if (errors.isRootGone()) {
        throw errors.rootGone("list " + prefix);
      }
    } catch (DirectoryIteratorException e) {
      throw errors.failed("list " + directory, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw errors.failed("list " + directory, e);
    }
  }

  private boolean mayMatch(ObjectName name) {
    return name.value().startsWith(prefix) || prefix.startsWith(name.value() + "/");
  }

  private void visit(ObjectName name, Path entry) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if (attributes.isDirectory()) {
      walk(name.value() + "/");
    } else if (attributes.isRegularFile()) {
      each.accept(new ObjectInfo(name, attributes.size()));
    }
  }

  /** The object's name; null for what is none, such as {@code lost+found}. */
  private static @Nullable ObjectName nameOf(String text) {
    return ObjectName.isValid(text) ? new ObjectName(text) : null;
  }
}
