package io.salvor.testkit.bounds;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.Repairs;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A process whose memory is bounded: does one thing with a repository, and tells its peak. */
final class BoundedChild {
  private BoundedChild() {}

  public static void main(String[] arguments) throws Exception {
    AtomicLong own = new AtomicLong();
    Thread.ofPlatform().daemon().start(() -> watch(own));
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
      case "repair" -> repair(machine, repository);
      case "restore" -> restore(machine, repository, Path.of(what));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    own.accumulateAndGet(status("RssAnon:"), Math::max);
    System.out.println("own: " + own);
  }

  /**
   * The largest part that is this process's own, and no page of a file: what it cannot do without.
   */
  private static void watch(AtomicLong own) {
    try {
      while (true) {
        own.accumulateAndGet(status("RssAnon:"), Math::max);
        Thread.sleep(100);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** KiB, as the system tells. */
  private static long status(String what) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(what)) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
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

  /** Mends what can be mended, without a copy. */
  private static void repair(Machine machine, Path directory) throws Exception {
    try (Repository repository = machine.open(DirectoryStorage.open(directory))) {
      RepairPlan plan = Repairs.plan(repository, null, List.of(), false, Progress.NONE);
      Repairs.apply(repository, null, plan, "host", "tester", Progress.NONE);
      System.out.printf(
          "repaired: %d packs described, %d salvaged, %d fetched, losses %s%n",
          plan.believed().size(),
          plan.salvaged().size(),
          plan.fetched().size(),
          plan.lossesByBackup());
      plan.left().forEach(System.out::println);
    }
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
