package io.salvor.engine.storage;

import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.durable.Temporaries;
import io.salvor.engine.durable.Temporaries.Temporary;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files of a local directory, each under its own name. They are written to {@code tmp/}
 * in the same directory, forced, renamed, and their directory forced; so a crash leaves an object
 * whole or not at all. Directories are 0700 and files 0600. The root may be a symbolic link; links
 * beneath it are not followed, and files whose names are no object names are not seen. Reading
 * writes nothing, not even where the file system has no byte left.
 */
public final class DirectoryStorage implements Storage {
  /** Where unfinished objects lie; no object's name begins with it. */
  static final String TEMPORARY = "tmp";

  private final String address;
  private final Path root;
  private final DirectoryErrors errors;
  private final DirectoryTree tree;
  private final Temporaries temporaries;
  private final AtomicBoolean cleared = new AtomicBoolean();

  private DirectoryStorage(String address, DirectoryRoot identity) {
    this.address = address;
    this.root = identity.path();
    this.errors = new DirectoryErrors(address, identity);
    this.tree = new DirectoryTree(root);
    this.temporaries = new Temporaries(root.resolve(TEMPORARY));
  }

  /** Opens a directory that is there; creates nothing. */
  public static DirectoryStorage open(Path directory) throws IOException {
    Path absolute = absolute(directory);
    try {
      if (!Files.readAttributes(absolute, BasicFileAttributes.class).isDirectory()) {
        throw missing(absolute, "it is not a directory", null);
      }
      return new DirectoryStorage(absolute.toString(), DirectoryRoot.of(absolute.toRealPath()));
    } catch (NoSuchFileException e) {
      throw missing(absolute, "there is no such directory", e);
    } catch (IOException e) {
      throw DirectoryErrors.beforeOpening(absolute).failed("open the directory", e);
    }
  }

  /** Opens a directory, and makes it durably if it is missing. An empty one becomes private. */
  public static DirectoryStorage create(Path directory) throws IOException {
    Path absolute = absolute(directory);
    try {
      PrivateFiles.createDirectories(absolute);
      if (Files.isDirectory(absolute) && isEmpty(absolute)) {
        PrivateFiles.restrictDirectory(absolute.toRealPath());
      }
    } catch (IOException e) {
      throw DirectoryErrors.beforeOpening(absolute).failed("make the directory", e);
    }
    return open(absolute);
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return !entries.iterator().hasNext();
    }
  }

  private static Path absolute(Path directory) {
    Path absolute = directory.toAbsolutePath();
    // "a/../b" is not "b" where a is a symbolic link.
    for (Path part : absolute) {
      if (part.toString().equals("..")) {
        return absolute;
      }
    }
    return absolute.normalize();
  }

  private static SalvorException missing(Path path, String why, @Nullable IOException cause) {
    return new SalvorException(
        ErrorCode.REPOSITORY_MISSING,
        "no repository at " + path,
        why,
        "check the address, or create a repository with salvor init --repo " + path,
        cause);
  }

  /** The directory itself, without symbolic links. */
  public Path root() {
    return root;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public String place() {
    return root.toString();
  }

  @Override
  public StorageTraits traits() {
    return new StorageTraits(Duration.ZERO, true);
  }

  @Override
  public ObjectWriter create(ObjectName name) throws IOException {
    Path target = path(name);
    if (errors.isRootGone()) {
      throw errors.rootGone("store " + name);
    }
    try {
      Temporary temporary = temporaries.create();
      DirectoryWriter writer = new DirectoryWriter(name, target, temporary, tree, errors);
      if (cleared.compareAndSet(false, true)) {
        clearAbandoned(temporary, writer);
      }
      return writer;
    } catch (IOException e) {
      throw errors.notStored(name, 0, 0, e);
    }
  }

  private void clearAbandoned(Temporary temporary, DirectoryWriter writer) throws IOException {
    try {
      temporaries.clearAbandoned(temporary.path());
    } catch (IOException e) {
      try (writer) {
        throw e;
      }
    }
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    BasicFileAttributes attributes = require(name);
    if (attributes.size() > MAX_WHOLE) {
      throw new SalvorException(
          ErrorCode.OBJECT_DAMAGED,
          "The object " + name + " is damaged",
          "It has " + attributes.size() + " bytes, more than any object of its kind",
          "Put it back from a copy of the repository");
    }
    return read(name, 0, (int) attributes.size());
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) throws IOException {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + ", length " + length);
    }
    long size = require(name).size();
    if (offset > size || length > size - offset) {
      throw end(name, offset, length, size);
    }
    return read(name, offset, length);
  }

  private byte[] read(ObjectName name, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    try (FileChannel channel =
        FileChannel.open(path(name), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      PrivateFiles.readFully(channel, offset, bytes);
      return bytes;
    } catch (EOFException e) {
      throw end(name, offset, length, -1);
    } catch (NoSuchFileException e) {
      throw absent(name);
    } catch (IOException e) {
      throw errors.failed("read " + name, e);
    }
  }

  private static EOFException end(ObjectName name, long offset, int length, long size) {
    return new EOFException(
        name + " ends before " + offset + " + " + length + (size < 0 ? "" : ", at " + size));
  }

  private BasicFileAttributes require(ObjectName name) throws IOException {
    BasicFileAttributes attributes = attributes(name);
    if (attributes == null) {
      throw absent(name);
    }
    return attributes;
  }

  private @Nullable BasicFileAttributes attributes(ObjectName name) throws IOException {
    try {
      BasicFileAttributes attributes = tree.find(path(name));
      if (attributes == null && errors.isRootGone()) {
        throw errors.rootGone("find " + name);
      }
      return attributes;
    } catch (IOException e) {
      throw errors.failed("find " + name, e);
    }
  }

  private IOException absent(ObjectName name) {
    if (errors.isRootGone()) {
      throw errors.rootGone("read " + name);
    }
    return new NoSuchFileException(path(name).toString(), null, "no such object");
  }

  @Override
  public Optional<ObjectInfo> find(ObjectName name) throws IOException {
    BasicFileAttributes attributes = attributes(name);
    return attributes == null
        ? Optional.empty()
        : Optional.of(new ObjectInfo(name, attributes.size()));
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
    new DirectoryListing(root, errors, prefix, each).run();
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    Path file = path(name);
    try {
      tree.delete(file);
    } catch (IOException e) {
      throw errors.failed("delete " + name, e);
    }
  }

  private Path path(ObjectName name) {
    if (name.value().equals(TEMPORARY) || name.value().startsWith(TEMPORARY + "/")) {
      throw new IllegalArgumentException("reserved for unfinished objects: " + name);
    }
    return root.resolve(name.value());
  }

  @Override
  public void close() {
    // Holds nothing between operations.
  }
}
