package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A private directory that is there for a scratch server. It goes with whoever closes it; what was
 * killed before is found by its name and its lock, and removed by the next one that is made beside
 * it, with the server that may still run on it.
 */
public final class ScratchPlace implements AutoCloseable {
  private static final String PREFIX = "salvor-scratch-";
  private static final String LOCK = "lock";
  private static final String DATA = "data";

  /** A Unix socket's path has 107 bytes, and its own name takes some. */
  private static final int LONGEST = 80;

  private static final long PATIENCE_SECONDS = 10;

  private final Path directory;
  private final FileChannel lock;

  private ScratchPlace(Path directory, FileChannel lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Makes one, and removes what dead ones have left.
   *
   * @param base a directory that the user can reach
   * @param user whom the server runs as
   * @throws SalvorException TARGET_UNUSABLE if nothing can be made there
   */
  public static ScratchPlace in(Path base, OsUser user) throws IOException, InterruptedException {
    try {
      removeDead(base, user);
      Path directory = Files.createTempDirectory(base, PREFIX);
      FileChannel lock = open(directory.resolve(LOCK));
      var _ = lock.lock();
      ScratchPlace place = new ScratchPlace(directory, lock);
      user.own(directory);
      if (directory.toString().length() > LONGEST) {
        place.close();
        throw unusable(base, "its path is too long for a server's socket", null);
      }
      Path home = Files.createDirectory(place.home());
      user.own(home);
      return place;
    } catch (NoSuchFileException | java.nio.file.AccessDeniedException e) {
      throw unusable(base, "nothing can be made there", e);
    }
  }

  private static SalvorException unusable(Path base, String why, @Nullable IOException cause) {
    return new SalvorException(
        ErrorCode.TARGET_UNUSABLE,
        "A scratch server cannot be set up in " + base,
        why,
        "name another directory with --scratch",
        cause);
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  /** The data directory, which does not exist at first. */
  public Path data() {
    return directory.resolve(DATA);
  }

  /** A directory for sockets and what is on its way. */
  Path home() {
    return directory.resolve("run");
  }

  /** Where what must not outlive it can be kept beside the server. */
  public Path aside(String name) throws IOException {
    return Files.createDirectory(directory.resolve(name));
  }

  /** Those whose owner has been killed: nobody holds their lock. */
  private static void removeDead(Path base, OsUser user) throws IOException, InterruptedException {
    try (DirectoryStream<Path> there = Files.newDirectoryStream(base, PREFIX + "*")) {
      for (Path each : there) {
        if (isOurs(each, user)) {
          removeIfDead(each);
        }
      }
    }
  }

  private static boolean isOurs(Path directory, OsUser user) {
    try {
      OsUser owner = OsUser.ownerOf(directory);
      return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
          && (user.uid() < 0 ? Files.isWritable(directory) : owner.equals(user));
    } catch (IOException e) {
      // Gone meanwhile.
      return false;
    }
  }

  private static void removeIfDead(Path directory) throws IOException, InterruptedException {
    try (FileChannel channel = open(directory.resolve(LOCK));
        FileLock held = channel.tryLock()) {
      if (held != null) {
        Optional<ProcessHandle> server = server(directory.resolve(DATA));
        if (server.isPresent()) {
          end(server.get());
        }
        remove(directory);
      }
    } catch (OverlappingFileLockException e) {
      // Another thread of this process is at work there.
    } catch (NoSuchFileException e) {
      // Somebody else has removed it.
    }
  }

  /** The server on a data directory, if the number in its file is still that server's. */
  private static Optional<ProcessHandle> server(Path data) throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    String pid = Files.readAllLines(file).stream().findFirst().orElse("").strip();
    if (!pid.matches("\\d{1,18}")) {
      return Optional.empty();
    }
    Path works = Path.of("/proc", pid, "cwd");
    try {
      return Files.readSymbolicLink(works).equals(data.toRealPath())
          ? ProcessHandle.of(Long.parseLong(pid))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** At once: nobody will want what is on it. */
  private static void end(ProcessHandle server) throws IOException, InterruptedException {
    int _ = new ProcessBuilder("kill", "-QUIT", String.valueOf(server.pid())).start().waitFor();
    try {
      var _ = server.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      var _ = server.destroyForcibly();
    }
  }

  private static void remove(Path directory) throws IOException {
    var _ =
        Files.walkFileTree(
            directory,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                  throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFileFailed(Path file, IOException failure)
                  throws IOException {
                // A server that is ending removes files of its own.
                if (failure instanceof NoSuchFileException) {
                  return FileVisitResult.CONTINUE;
                }
                throw failure;
              }

              @Override
              public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure)
                  throws IOException {
                Files.deleteIfExists(each);
                return FileVisitResult.CONTINUE;
              }
            });
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      remove(directory);
    }
  }
}
