package io.salvor.engine.erasure;

import io.salvor.engine.error.Counted;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.prune.FoundSession;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.prune.SessionList;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits until nobody is at work. Who opens a session afterwards knows the newest epoch, for they
 * look for it once the session is there; who did not know it has a session that is seen here.
 */
final class Quiet {
  private static final Duration STEP = Duration.ofSeconds(5);

  private final Repository repository;
  private final ErasureRequest request;
  private final Outcome outcome;
  private final Progress progress;

  Quiet(Repository repository, ErasureRequest request, Outcome outcome, Progress progress) {
    this.repository = repository;
    this.request = request;
    this.outcome = outcome;
    this.progress = progress;
  }

  /**
   * Waits as long as the request says.
   *
   * @throws SalvorException ERASURE_UNFINISHED if somebody still is
   */
  void await() throws IOException, InterruptedException {
    progress.phase("wait");
    Duration left = request.patience();
    while (true) {
      List<FoundSession> busy = busy();
      if (busy.isEmpty()) {
        return;
      }
      if (!left.isPositive()) {
        throw outcome.unfinished(Counted.of(busy.size(), "writer is", "writers are") + " at work");
      }
      progress.checkCancelled();
      Duration step = left.compareTo(STEP) < 0 ? left : STEP;
      repository.sleep(step);
      left = left.minus(step);
    }
  }

  /** Those that may still store something; who was silent for too long is given up. */
  private List<FoundSession> busy() throws IOException {
    repository.ledger().refresh();
    List<FoundSession> busy = new ArrayList<>();
    for (FoundSession session : SessionList.read(repository).sessions()) {
      if (session.isGivenUp() || session.isDead()) {
        continue;
      }
      if (session.isSilent(PruneRequest.GIVE_UP_AFTER, repository.now())) {
        new Revocation(session.id(), repository.now(), request.author(), false)
            .publish(repository.storage(), repository.keys());
      } else {
        busy.add(session);
      }
    }
    return busy;
  }
}
