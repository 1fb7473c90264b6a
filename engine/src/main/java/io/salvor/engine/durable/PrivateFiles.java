package io.salvor.engine.durable;

import io.salvor.engine.posix.Errno;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** Creates, writes, reads and publishes files and directories that only their owner may use. */
public final class PrivateFiles {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  /**
   * NIO copies a heap buffer into a direct one of the same size that the thread then keeps; pieces
   * bound that.
   */
  private static final int PIECE = 256 << 10;

  private PrivateFiles() {}

  /** Creates a file that must not be there yet, and opens it for reading and writing. */
  public static FileChannel create(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(FILE));
    try {
      restrict(file, FILE);
    } catch (IOException e) {
      try (channel) {
        throw e;
      }
    }
    return channel;
  }

  /**
   * Makes a directory and those above it that are missing, and forces each one's parent, so that
   * what is published in it later cannot be lost with it.
   */
  public static void createDirectories(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path absolute = directory.toAbsolutePath();
    for (Path path = absolute; path != null && Files.notExists(path); path = path.getParent()) {
      missing.push(path);
    }
    for (Path path : missing) {
      createDirectory(path);
      Path parent = path.getParent();
      if (parent != null) {
        forceDirectory(parent);
      }
    }
  }

  /** Makes one directory in an existing one; one that is there already is left as it is. */
  public static void createDirectory(Path directory) throws IOException {
    while (true) {
      try {
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
        break;
      } catch (FileAlreadyExistsException e) {
        switch (present(directory)) {
          case DIRECTORY -> {
            return;
          }
          case OTHER -> throw e;
          case NOTHING -> {
            // It was there a moment ago, and somebody has removed it.
          }
        }
      }
    }
    restrictDirectory(directory);
  }

  private enum Present {
    DIRECTORY,
    OTHER,
    NOTHING
  }

  /** One look, for what comes and goes would be something else at the second. */
  private static Present present(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .isDirectory()
          ? Present.DIRECTORY
          : Present.OTHER;
    } catch (NoSuchFileException e) {
      return Present.NOTHING;
    }
  }

  /** Takes a directory's permissions from everybody but its owner, where its file system can. */
  public static void restrictDirectory(Path directory) throws IOException {
    restrict(directory, DIRECTORY);
  }

  private static void restrict(Path path, Set<PosixFilePermission> mode) throws IOException {
    if (Files.getPosixFilePermissions(path).equals(mode)) {
      return;
    }
    try {
      Files.setPosixFilePermissions(path, mode);
    } catch (IOException e) {
      // Where the mount decides the modes (vfat, SMB), or another owns the directory, no file can
      // be made stricter than that; the mount's modes then hold.
      Errno errno = SystemErrors.of(e);
      if (errno != Errno.EPERM && errno != Errno.EACCES && errno != Errno.EOPNOTSUPP) {
        throw e;
      }
    }
  }

  /** Forces a directory's entries to the disk. */
  public static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Writes all that remains of the buffer; its position tells how far a failed write came. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      ByteBuffer piece = bytes.slice(bytes.position(), Math.min(PIECE, bytes.remaining()));
      try {
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      } finally {
        bytes.position(bytes.position() + piece.position());
      }
    }
  }

  /**
   * Reads as many bytes as the array has.
   *
   * @throws EOFException if the file ends before that
   */
  public static void readFully(FileChannel channel, long offset, byte[] into) throws IOException {
    int done = 0;
    while (done < into.length) {
      int piece = Math.min(PIECE, into.length - done);
      int read = channel.read(ByteBuffer.wrap(into, done, piece), offset + done);
      if (read < 0) {
        throw new EOFException();
      }
      done += read;
    }
  }

  /** Gives a forced temporary its own name, in place of what has that name; forces nothing. */
  public static void rename(Path temporary, Path target) throws IOException {
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }
}
