package io.salvor.testkit.repository;

import io.salvor.engine.durable.TreeRemoval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Copies of local states, so that one may be used again and again. */
public final class LocalCopies {
  private LocalCopies() {}

  /** Copies a directory to one that does not exist; gives the copy. */
  public static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
    return to;
  }

  /** Removes a directory with everything in it. */
  public static void remove(Path directory) throws IOException {
    TreeRemoval.remove(directory);
  }
}
