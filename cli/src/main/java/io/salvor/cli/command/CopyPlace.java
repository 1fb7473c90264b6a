package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a copy is to be, and whether this machine has seen one there: an empty directory may be
 * where a disk is not mounted.
 *
 * @param address as a person wrote it
 */
record CopyPlace(String address, Session session) {
  static final String REMEDY =
      "mount what belongs there; if the copy is lost, make a new one with --init --yes";

  /** Whether this machine has seen a repository there. */
  boolean wasSeen() {
    try (LocalState local = session.localState()) {
      String path = address.startsWith("file:") ? URI.create(address).getPath() : address;
      return Repository.wasSeenIn(local, real(Path.of(path).toAbsolutePath().normalize()));
    } catch (IllegalArgumentException | IOException e) {
      return false;
    }
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
   * Refuses to make a copy where this machine has seen one, and nothing is any more.
   *
   * @throws SalvorException STORAGE_UNREACHABLE
   */
  void requireNotGone() throws IOException {
    if (wasSeen() && isEmpty()) {
      throw new SalvorException(
          ErrorCode.STORAGE_UNREACHABLE,
          "The copy in " + address + " cannot be reached",
          "this machine has seen a repository there, and now there is nothing",
          REMEDY);
    }
  }

  private boolean isEmpty() throws IOException {
    boolean[] any = new boolean[1];
    try (Storage storage = Storages.open(address)) {
      storage.list("", info -> any[0] = true);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.REPOSITORY_MISSING) {
        throw e;
      }
    }
    return !any[0];
  }
}
