package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a copy is to be, and whether this machine has seen one there: an empty directory may be
 * where a disk is not mounted. Beside other files a copy was rather deleted.
 *
 * @param address as a person wrote it
 */
record CopyPlace(String address, Session session) {
  static final String REMEDY =
      "mount what belongs there; if the copy is lost, make a new one with --init --yes";

  /** Whether this machine has seen a repository there. */
  boolean wasSeen() {
    try (LocalState local = session.localState()) {
      return Repository.wasSeenIn(local, real(path()));
    } catch (IllegalArgumentException | IOException e) {
      return false;
    }
  }

  /** As storages and the local state say it; the address itself if it is none of a directory. */
  String place() {
    try {
      return real(path());
    } catch (IllegalArgumentException | IOException e) {
      return address;
    }
  }

  /**
   * Refuses what lies within Salvor's own directories.
   *
   * @throws SalvorException TARGET_IN_REPOSITORY
   */
  void requireOutside(List<Path> own) {
    Path place = Path.of(place());
    for (Path directory : own) {
      if (place.startsWith(directory) && !place.equals(directory)) {
        throw new SalvorException(
            ErrorCode.TARGET_IN_REPOSITORY,
            "Cannot copy to " + address,
            "it lies within " + directory + ", which is Salvor's own",
            "name a directory elsewhere");
      }
    }
  }

  private Path path() {
    String path = address.startsWith("file:") ? URI.create(address).getPath() : address;
    return Path.of(path).toAbsolutePath().normalize();
  }

  /** As the storage says it, without symbolic links as far as the path exists. */
  private static String real(Path path) throws IOException {
    Path there = path;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there.toRealPath().resolve(there.relativize(path)).normalize().toString();
  }

  /**
   * Refuses to make a copy where this machine has seen one, and an empty directory is now.
   *
   * @throws SalvorException STORAGE_UNREACHABLE
   */
  void requireNotGone() throws IOException {
    if (wasSeen() && isEmpty()) {
      throw new SalvorException(
          ErrorCode.STORAGE_UNREACHABLE,
          "The copy in " + address + " cannot be reached",
          "this machine has seen a repository there, and now there is an empty directory",
          REMEDY);
    }
  }

  private boolean isEmpty() throws IOException {
    Path there = path();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try (Stream<Path> entries = Files.list(there)) {
      return entries.findAny().isEmpty();
    } catch (NotDirectoryException e) {
      return false;
    }
  }
}
