package io.salvor.engine.storage;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Files that are no part of a repository: one made among them would be taken for theirs. */
final class ForeignFiles {
  /** What file systems, file servers and desktops put into a top directory by themselves. */
  private static final Set<String> OF_FILE_SYSTEMS =
      Set.of("lost+found", ".snapshot", ".snapshots", ".zfs", "#snapshot", "@eaDir", ".DS_Store");

  /** The parts of docs/format.md §2. */
  private static final Set<String> OF_REPOSITORIES =
      Set.of(
          "salvor",
          "keys",
          "packs",
          "index",
          "backups",
          "journals",
          "sessions",
          "prune",
          "facts",
          "state",
          "ledger",
          DirectoryStorage.TEMPORARY);

  private ForeignFiles() {}

  /**
   * Looks at a directory that is to hold a repository, and need not exist.
   *
   * @throws SalvorException STORAGE_NOT_EMPTY
   */
  static void refuse(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> foreign =
        Files.newDirectoryStream(directory, entry -> !isExpected(entry))) {
      for (Path entry : foreign) {
        throw new SalvorException(
            ErrorCode.STORAGE_NOT_EMPTY,
            "Cannot make a repository in " + directory,
            "it holds something else: " + entry.getFileName(),
            "name an empty directory, or one that does not exist");
      }
    } catch (DirectoryIteratorException e) {
      throw unreadable(directory, e.getCause() == null ? new IOException(e) : e.getCause());
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  private static IOException unreadable(Path directory, IOException failure) {
    return DirectoryErrors.beforeOpening(directory).failed("list the directory", failure);
  }

  private static boolean isExpected(Path entry) {
    String name = String.valueOf(entry.getFileName());
    return OF_FILE_SYSTEMS.contains(name)
        || OF_REPOSITORIES.contains(name)
        || name.startsWith(".Trash-");
  }
}
