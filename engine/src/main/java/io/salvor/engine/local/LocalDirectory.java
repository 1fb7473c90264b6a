package io.salvor.engine.local;

import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.durable.Temporaries;
import io.salvor.engine.durable.Temporaries.Temporary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A private local directory, made when it is first needed and made again when somebody has removed
 * it. File names are letters, digits, {@code .}, {@code _} and {@code -}, and begin with none of
 * the latter three; {@code tmp} and {@code locks} are taken.
 */
public final class LocalDirectory {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
  private static final String TEMPORARY = "tmp";
  private static final String LOCKS = "locks";

  private final Path path;
  private final @Nullable Path readable;

  LocalDirectory(Path path, @Nullable Path readable) {
    this.path = path;
    this.readable = readable;
  }

  static String requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name for local state: " + name);
    }
    return name;
  }

  private static String requireFile(String name) {
    if (name.equals(TEMPORARY) || name.equals(LOCKS)) {
      throw new IllegalArgumentException("taken: " + name);
    }
    return requireName(name);
  }

  /** The directory itself, made if it is missing. */
  public Path path() {
    try {
      PrivateFiles.createDirectories(path);
      return path;
    } catch (IOException e) {
      throw LocalErrors.failed("make the directory", path, e);
    }
  }

  /** A directory in this one. */
  public LocalDirectory directory(String name) {
    requireFile(name);
    return new LocalDirectory(path.resolve(name), readable == null ? null : readable.resolve(name));
  }

  /** The file of this name, for instance to be mapped; empty if there is none. */
  public Optional<Path> find(String name) {
    Path file = path.resolve(requireFile(name));
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(file);
    }
    Path other = readable == null ? null : readable.resolve(name);
    return other != null && Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(other)
        : Optional.empty();
  }

  /** The whole file of this name; empty if there is none. */
  public Optional<byte[]> read(String name) {
    Optional<Path> file = find(name);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readAllBytes(file.get()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw LocalErrors.failed("read", file.get(), e);
    }
  }

  /** The names of the files here, in order. */
  public SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    addNames(path, names);
    if (readable != null) {
      addNames(readable, names);
    }
    return names;
  }

  private static void addNames(Path directory, SortedSet<String> names) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (NAME.matcher(name).matches() && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever kept here.
    } catch (IOException e) {
      throw LocalErrors.failed("list", directory, e);
    }
  }

  /**
   * Writes a file so that a reader, and a machine that crashes, sees either all of it or what was
   * there before; durable when this returns.
   */
  public void writeAtomically(String name, byte[] content) {
    requireFile(name);
    for (int attempt = 0; ; attempt++) {
      try (LocalDraft draft = draft()) {
        PrivateFiles.writeFully(draft.channel(), ByteBuffer.wrap(content));
        draft.publish(name);
        return;
      } catch (NoSuchFileException e) {
        // Somebody clears the directory at this moment.
        if (attempt == 9) {
          throw LocalErrors.failed("write", path.resolve(name), e);
        }
      } catch (IOException e) {
        throw LocalErrors.failed("write", path.resolve(name), e);
      }
    }
  }

  /** Begins a file that is given its name when it is complete. */
  public LocalDraft draft() {
    Temporaries temporaries = new Temporaries(path().resolve(TEMPORARY));
    try {
      Temporary temporary = temporaries.create();
      temporaries.clearAbandoned(temporary.path());
      return new LocalDraft(this, temporary);
    } catch (IOException e) {
      throw LocalErrors.failed("write to", path, e);
    }
  }

  void publish(Temporary temporary, String name) throws IOException {
    Path target = path.resolve(requireFile(name));
    temporary.channel().force(true);
    PrivateFiles.rename(temporary.path(), target);
    PrivateFiles.forceDirectory(path);
  }

  /** Removes a file durably; one that is not there is no error. */
  public void delete(String name) {
    Path file = path.resolve(requireFile(name));
    try {
      if (Files.deleteIfExists(file)) {
        PrivateFiles.forceDirectory(path);
      }
    } catch (IOException e) {
      throw LocalErrors.failed("delete", file, e);
    }
  }

  /**
   * Waits for the lock of this name. It is advisory and saves double work; should its file be
   * deleted, or the file system know no locks, two may hold it, and the last to publish wins.
   */
  public LocalLock lock(String name) {
    return LocalLock.acquire(lockFile(name));
  }

  /** Takes the lock of this name if nobody has it. */
  public Optional<LocalLock> tryLock(String name) {
    return LocalLock.tryAcquire(lockFile(name));
  }

  private Path lockFile(String name) {
    Path locks = path().resolve(LOCKS);
    try {
      PrivateFiles.createDirectory(locks);
    } catch (IOException e) {
      throw LocalErrors.failed("make the directory", locks, e);
    }
    return locks.resolve(requireName(name));
  }
}
