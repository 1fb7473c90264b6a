package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
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
      return Repository.wasSeenIn(local, place());
    }
  }

  /** As storages and the local state say it; the address itself if it is none of a directory. */
  String place() {
    try {
      return Places.real(Storages.directory(address)).toString();
    } catch (SalvorException e) {
      return address;
    }
  }

  /**
   * Refuses what lies within Salvor's own directories.
   *
   * @throws SalvorException TARGET_IN_REPOSITORY; USAGE if it is no address of a directory
   */
  void requireOutside(List<Path> own) {
    Places.requireOutside(
        Storages.directory(address),
        own,
        "Cannot copy to " + address,
        "name a directory elsewhere");
  }

  /**
   * Refuses to make a copy where this machine has seen one, and an empty directory is now.
   *
   * @throws SalvorException STORAGE_UNREACHABLE
   */
  void requireNotGone() throws IOException {
    if (isGone()) {
      throw new SalvorException(
          ErrorCode.STORAGE_UNREACHABLE,
          "The copy in " + address + " cannot be reached",
          "this machine has seen a repository there, and now there is an empty directory",
          REMEDY);
    }
  }

  /** Whether this machine has seen a repository where an empty directory is now. */
  boolean isGone() throws IOException {
    return wasSeen() && isEmpty();
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> entries = Files.list(Places.existing(Storages.directory(address)))) {
      return entries.findAny().isEmpty();
    } catch (NotDirectoryException e) {
      return false;
    }
  }
}
