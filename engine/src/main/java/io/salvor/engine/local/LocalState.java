package io.salvor.engine.local;

import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.durable.Temporaries;
import io.salvor.engine.durable.TreeRemoval;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The place of the cache and of the state on this machine. Every method throws {@link
 * SalvorException} with code LOCAL_STATE where the place cannot be used.
 */
public final class LocalState implements AutoCloseable {
  private final Path cache;
  private final Path state;
  private final @Nullable LocalState readable;
  private final @Nullable Path removedAtClose;

  private LocalState(
      Path cache, Path state, @Nullable LocalState readable, @Nullable Path removedAtClose) {
    this.cache = cache;
    this.state = state;
    this.readable = readable;
    this.removedAtClose = removedAtClose;
  }

  /**
   * The place that the environment names; makes it, and tries that it can be written.
   *
   * @param environment SALVOR_CACHE_DIR, XDG_CACHE_HOME and XDG_STATE_HOME are looked at; empty
   *     ones, and relative ones of XDG (as its specification demands), count as unset
   * @param home the user's home directory
   */
  public static LocalState open(Map<String, String> environment, Path home) {
    LocalState local = locate(environment, home);
    tryToWrite(local.cache);
    tryToWrite(local.state);
    return local;
  }

  /**
   * As {@link #open}; but where that place cannot be written, gives a temporary one that still
   * reads what is there, and passes the failure to {@code warn}, once. For commands that only read.
   */
  public static LocalState openOrTemporary(
      Map<String, String> environment, Path home, Consumer<SalvorException> warn) {
    LocalState local = locate(environment, home);
    try {
      tryToWrite(local.cache);
      tryToWrite(local.state);
      return local;
    } catch (SalvorException e) {
      LocalState temporary = temporary(local);
      warn.accept(e);
      return temporary;
    }
  }

  /** A place of its own that begins empty and is removed at the end. */
  public static LocalState temporary() {
    return temporary(null);
  }

  /** In a directory that somebody else removes. */
  public static LocalState within(Path directory) {
    return new LocalState(directory.resolve("cache"), directory.resolve("state"), null, null);
  }

  private static LocalState temporary(@Nullable LocalState readable) {
    try {
      Path directory = Files.createTempDirectory("salvor-");
      return new LocalState(
          directory.resolve("cache"), directory.resolve("state"), readable, directory);
    } catch (IOException e) {
      throw LocalErrors.failed(
          "make a directory in", Path.of(System.getProperty("java.io.tmpdir", "/tmp")), e);
    }
  }

  private static LocalState locate(Map<String, String> environment, Path home) {
    String all = environment.getOrDefault("SALVOR_CACHE_DIR", "");
    if (!all.isEmpty()) {
      Path directory = Path.of(all).toAbsolutePath();
      return new LocalState(directory.resolve("cache"), directory.resolve("state"), null, null);
    }
    Path cache = xdg(environment, "XDG_CACHE_HOME", home.resolve(".cache"));
    Path state = xdg(environment, "XDG_STATE_HOME", home.resolve(".local/state"));
    return new LocalState(cache.resolve("salvor"), state.resolve("salvor"), null, null);
  }

  private static Path xdg(Map<String, String> environment, String name, Path otherwise) {
    try {
      Path path = Path.of(environment.getOrDefault(name, ""));
      return path.isAbsolute() ? path : otherwise;
    } catch (InvalidPathException e) {
      return otherwise;
    }
  }

  /** Permissions tell too little: of quotas, read-only mounts, other users' homes. */
  private static void tryToWrite(Path directory) {
    try {
      PrivateFiles.createDirectories(directory);
      Temporaries temporaries = new Temporaries(directory);
      Temporaries.Temporary file = temporaries.create();
      file.channel().close();
      temporaries.clearAbandoned(file.path());
      Files.delete(file.path());
    } catch (IOException e) {
      throw LocalErrors.failed("write to", directory, e);
    }
  }

  /** What can be made again from the repository of this id. */
  public LocalDirectory cache(String repository) {
    return new LocalDirectory(
        cache.resolve(LocalDirectory.requireName(repository)),
        readable == null ? null : readable.cache.resolve(repository));
  }

  /** What the repository of this id cannot tell. */
  public LocalDirectory state(String repository) {
    return new LocalDirectory(
        state.resolve(LocalDirectory.requireName(repository)),
        readable == null ? null : readable.state.resolve(repository));
  }

  /** The directories that everything lies below. */
  public List<Path> places() {
    return List.of(cache, state);
  }

  /** Whether what is written here is forgotten at the end of the process. */
  public boolean isTemporary() {
    return removedAtClose != null;
  }

  /** Removes a temporary place; otherwise does nothing. */
  @Override
  public void close() {
    if (removedAtClose == null) {
      return;
    }
    try {
      TreeRemoval.remove(removedAtClose);
    } catch (IOException e) {
      throw LocalErrors.failed("remove", removedAtClose, e);
    }
  }
}
