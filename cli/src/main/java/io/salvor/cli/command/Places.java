package io.salvor.cli.command;

import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.DirectoryStorage;
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
}
