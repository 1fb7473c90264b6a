package io.salvor.testkit.bounds;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import io.salvor.provider.files.FilesProvider;
import io.salvor.testkit.repository.DirectoryRestore;
import io.salvor.testkit.repository.GeneratedSource;
import io.salvor.testkit.repository.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** A process whose memory is bounded: does one thing with a repository, and tells its peak. */
final class BoundedChild {
  private BoundedChild() {}

  public static void main(String[] arguments) throws Exception {
    Path repository = Path.of(arguments[1]);
    Machine machine = new Machine(Path.of(arguments[2]), Clock.systemUTC());
    String what = arguments.length > 3 ? arguments[3] : "";
    switch (arguments[0]) {
      case "init" -> {
        try (Storage storage = DirectoryStorage.create(repository)) {
          machine.init(storage, Argon2id.LEAST);
        }
      }
      case "generate" -> backup(machine, repository, new GeneratedSource(Integer.parseInt(what)));
      case "backup" -> {
        try (Source source = new FilesProvider().open(List.of(what), CaptureOptions.ALL)) {
          backup(machine, repository, source);
        }
      }
      case "verify" ->
          System.out.println(
              "issues: " + machine.verify(DirectoryStorage.open(repository)).issues());
      case "prune" -> prune(machine, repository);
      case "restore" -> restore(machine, repository, Path.of(what));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        System.out.println("peak: " + line.replaceAll("[^0-9]", ""));
      }
    }
  }

  private static void backup(Machine machine, Path repository, Source source) throws Exception {
    Storage storage = DirectoryStorage.open(repository);
    Manifest manifest = machine.backup(storage, source, null).backup().manifest();
    System.out.println("entries: " + manifest.entries() + " " + manifest.bytes());
  }

  /** Forgets all backups but the last, and prunes. */
  private static void prune(Machine machine, Path directory) throws Exception {
    List<Backup> backups = machine.list(DirectoryStorage.open(directory));
    for (Backup backup : backups.subList(0, backups.size() - 1)) {
      Storage storage = DirectoryStorage.open(directory);
      machine.forget(storage, backup.id());
    }
    PruneReport report = machine.prune(DirectoryStorage.open(directory));
    System.out.println(
        "deleted: " + report.deleted() + ", copied: " + report.copiedBlobs() + " blobs");
  }

  private static void restore(Machine machine, Path directory, Path to) throws Exception {
    Backup backup = machine.list(DirectoryStorage.open(directory)).getLast();
    try (Repository repository = machine.open(DirectoryStorage.open(directory))) {
      RestoreReport report =
          DirectoryRestore.restore(repository, backup, ConflictStrategy.FAIL, to);
      System.out.println("restored: " + report);
    }
  }
}
