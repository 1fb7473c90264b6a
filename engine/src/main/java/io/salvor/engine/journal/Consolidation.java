package io.salvor.engine.journal;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts what tails have into segments of a backup, which takes the place of the consolidation before
 * it: sealed and in the ledger first, then that one and the tails are deleted. Several at once harm
 * nobody: what both have is read as one.
 */
public final class Consolidation {
  private final Repository repository;
  private final String source;
  private final Horizon horizon;
  private @Nullable Journals read;

  /**
   * What came of it.
   *
   * @param tails that were deleted
   * @param lost positions that a tail says were captured, and that nobody has: they are a gap now
   */
  public record Report(BackupReport backup, int tails, List<Journals.Lost> lost) {
    public Report {
      lost = List.copyOf(lost);
    }
  }

  private Consolidation(Repository repository, String source, Horizon horizon) {
    this.repository = repository;
    this.source = source;
    this.horizon = horizon;
  }

  /**
   * Consolidates what there is of a source; empty if it has no tails.
   *
   * @param provider the provider's name
   * @param host this machine
   * @param author who asks for it
   * @throws io.salvor.engine.error.SalvorException JOURNAL_DAMAGED if two captures of the same
   *     position differ: then everything stays as it is
   */
  public static Optional<Report> run(
      Repository repository,
      String source,
      String provider,
      String host,
      String author,
      Horizon horizon,
      Progress progress)
      throws IOException, InterruptedException {
    JournalWriter.requireUsable(repository);
    Journals before = Journals.read(repository, source::equals);
    if (before.tails().isEmpty() && before.backups().size() < 2) {
      return Optional.empty();
    }
    Consolidation work = new Consolidation(repository, source, horizon);
    BackupRequest request =
        new BackupRequest(BackupType.JOURNAL, host, author, "", "", new TreeMap<>());
    BackupReport report =
        BackupRun.replace(
            repository, work.new Segments(provider), request, work::replaced, progress);
    return Optional.of(work.tidy(report));
  }

  /** What the consolidation has of others, under whatever names they were when it read them. */
  private List<Backup> replaced() {
    return read == null ? List.of() : read.backups();
  }

  /** Whoever lists tails before manifests finds either the tails or what has them. */
  private Report tidy(BackupReport report) throws IOException, InterruptedException {
    Journals taken = read == null ? new Journals(List.of(), List.of(), List.of(), NO_DAMAGE) : read;
    int tails = 0;
    if (repository.storage().traits().knowsLag()) {
      repository.awaitListings();
      for (Backup backup : taken.backups()) {
        repository.storage().delete(backup.object());
      }
      for (ObjectName name : taken.tails()) {
        repository.storage().delete(name);
        tails++;
      }
    }
    return new Report(report, tails, taken.lost());
  }

  private static final SortedMap<ObjectName, String> NO_DAMAGE = new TreeMap<>();

  /** The source of that backup. */
  private final class Segments implements io.salvor.engine.source.Source {
    private final String provider;

    Segments(String provider) {
      this.provider = provider;
    }

    @Override
    public String provider() {
      return provider;
    }

    @Override
    public String address() {
      return source;
    }

    @Override
    public void capture(io.salvor.engine.source.Capture capture) throws IOException {
      // In the session: what is read from here on nobody takes away before it is sealed.
      Journals now = Journals.read(repository, source::equals);
      List<Journal> logs = new ArrayList<>(now.logs());
      new SegmentCapture(repository, capture, horizon).run(logs);
      read = now;
    }

    @Override
    public boolean isRepeatable() {
      return true;
    }

    @Override
    public void close() {}
  }
}
