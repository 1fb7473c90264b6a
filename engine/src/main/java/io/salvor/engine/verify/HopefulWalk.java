package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.BlobQuery;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/**
 * Walks the trees of backups in the hope that nothing is damaged, while packs are read: what
 * entries name is looked up in the order of ids, many at a time, so that it is known only later
 * whether all of it is there. Where anything is not, which is rare, the trees are walked again, one
 * lookup at a time, to tell what it touches.
 */
final class HopefulWalk implements AutoCloseable {
  // About 100 bytes each.
  private static final int MOST = 1 << 15;

  private final Repository repository;
  private final Predicate<BlobLocation> good;
  private final List<BlobQuery> queries = new ArrayList<>();
  private final BackupAudit audit;
  private final Findings findings = new Findings(false);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<Boolean> walk;
  private boolean all = true;
  private volatile boolean over;

  /**
   * Begins to walk.
   *
   * @param good whether a blob is where the index says, as far as is known; asked by another thread
   */
  HopefulWalk(
      Repository repository,
      List<Backup> backups,
      Predicate<BlobLocation> good,
      Progress progress) {
    this.repository = repository;
    this.good = good;
    this.audit = new BackupAudit(repository, new Later(), findings, progress);
    this.walk = thread.submit(() -> walk(backups));
  }

  private boolean walk(List<Backup> backups) {
    try {
      for (Backup backup : backups) {
        audit.audit(backup);
      }
      ask();
      return all && findings.issues().isEmpty();
    } catch (IOException | SalvorException e) {
      // Whoever walks again meets it again, if it lasts.
      return false;
    }
  }

  private final class Later implements BackupAudit.Usable {
    @Override
    public int length(BlobKind kind, BlobId id) {
      boolean _ = has(kind, id, BlobQuery.ANY);
      return 0;
    }

    @Override
    public boolean has(BlobKind kind, BlobId id, long length) {
      if (over || !all) {
        throw new CancellationException();
      }
      queries.add(new BlobQuery(kind, id, length));
      if (queries.size() == MOST) {
        ask();
      }
      return true;
    }
  }

  private void ask() {
    all &= repository.index().haveAll(queries, good);
    queries.clear();
  }

  /** Waits for the end; whether all is there. */
  boolean foundEverything() throws InterruptedException {
    try {
      return walk.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CancellationException) {
        return false;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Blobs that were looked at. */
  long blobs() {
    return audit.blobs();
  }

  @Override
  public void close() {
    over = true;
    thread.close();
  }
}
