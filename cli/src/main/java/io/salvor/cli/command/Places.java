package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.DirectoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Directories of this machine that are Salvor's own. */
final class Places {
  private Places() {}

  /** The repository's directory, if it lies in one, and the local state: no backup takes them. */
  static List<Path> ofSalvor(Repository repository) {
    List<Path> places = new ArrayList<>(repository.local().places());
    if (repository.place() instanceof DirectoryStorage directory) {
      places.add(directory.root().toAbsolutePath().normalize());
    }
    return places;
  }

  /**
   * Refuses what lies within directories that are Salvor's own, whatever links lead there.
   *
   * @param message what cannot be done then
   * @throws SalvorException TARGET_IN_REPOSITORY
   */
  static void requireOutside(Path path, List<Path> own, String message, String remedy) {
    Path place = real(path);
    for (Path directory : own) {
      Path there = real(directory);
      if (place.startsWith(there) && !place.equals(there)) {
        throw new SalvorException(
            ErrorCode.TARGET_IN_REPOSITORY,
            message,
            "it lies within " + directory + ", which is Salvor's own",
            remedy);
      }
    }
  }

  /** Without symbolic links as far as the path exists, as storages say it. */
  static Path real(Path path) {
    Path there = existing(path);
    Path rest = there.relativize(path.toAbsolutePath().normalize());
    try {
      return there.toRealPath().resolve(rest).normalize();
    } catch (IOException e) {
      return there.resolve(rest).normalize();
    }
  }

  /** The path, or the directory nearest to it that is there. */
  static Path existing(Path path) {
    Path there = path.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }
}
