package io.salvor.engine.copy;

import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.durable.ProcessMark;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Begins sessions of which there is but one of its purpose at a time. Nothing rests on conditional
 * writes: everybody opens a session, and then looks for others. Who sees none goes on, and whoever
 * comes later sees it. Of two that see each other before either has gone on, the one with the
 * greater id withdraws, and the other one waits for that; if it does not come, the other has gone
 * on before, and this one withdraws. So never do two go on, but for one that was given up.
 */
public final class SoleSession {
  /** Who gives no sign of life for so long is given up: it costs its work, and no data. */
  static final Duration SILENT = Duration.ofHours(1);

  private static final Duration STEP = Duration.ofSeconds(1);
  private static final int STEPS = 10;

  private SoleSession() {}

  /**
   * Opens one.
   *
   * @param purpose what is done, as lists of sessions show it
   * @throws SalvorException with {@code running} if somebody is at it
   */
  public static CopySession begin(
      Repository repository, String author, String purpose, ErrorCode running)
      throws IOException, InterruptedException {
    CopySession session = CopySession.begin(repository, author, purpose);
    try {
      repository.awaitListings();
      for (int step = 0; ; step++) {
        Optional<SessionRecord.Open> other = other(repository, session, author, purpose);
        if (other.isEmpty()) {
          return session;
        }
        if (step == STEPS || other.get().session().compareTo(session.id()) < 0) {
          throw refused(other.get(), purpose, running);
        }
        repository.sleep(STEP);
      }
    } catch (Throwable e) {
      try (session) {
        throw e;
      }
    }
  }

  /** The first of those who may be at work. */
  private static Optional<SessionRecord.Open> other(
      Repository repository, CopySession own, String author, String purpose) throws IOException {
    SortedMap<ObjectId, SessionRecord.Open> openings = Openings.list(repository);
    repository.ledger().refresh();
    for (SessionRecord.Open open : openings.values()) {
      if (open.source().equals(purpose)
          && open.signOf() == null
          && !open.session().equals(own.id())
          && !isOver(repository, open)
          && !isGivenUp(repository, open, openings, author)) {
        return Optional.of(open);
      }
    }
    return Optional.empty();
  }

  private static boolean isOver(Repository repository, SessionRecord.Open open) throws IOException {
    if (repository.ledger().closures().containsKey(open.session())
        || Openings.hasDied(repository, open)) {
      return true;
    }
    try {
      return Revocation.find(repository.storage(), repository.keys(), open.session()).isPresent();
    } catch (MalformedException e) {
      return false;
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      return false;
    }
  }

  private static boolean isGivenUp(
      Repository repository,
      SessionRecord.Open open,
      Map<ObjectId, SessionRecord.Open> openings,
      String author)
      throws IOException {
    Instant heard =
        openings.values().stream()
            .filter(sign -> open.session().equals(sign.signOf()))
            .map(SessionRecord.Open::started)
            .reduce(open.started(), (x, y) -> x.isAfter(y) ? x : y);
    boolean lives = ProcessMark.parse(open.process()).filter(ProcessMark::lives).isPresent();
    if (lives || !heard.plus(SILENT).isBefore(repository.now())) {
      return false;
    }
    new Revocation(open.session(), repository.now(), author, false)
        .publish(repository.storage(), repository.keys());
    return true;
  }

  private static SalvorException refused(
      SessionRecord.Open other, String purpose, ErrorCode running) {
    return new SalvorException(
        running,
        "A " + purpose + " is at work already",
        "its session " + other.session() + " was begun by " + other.host(),
        "wait for its end; if it has died where nobody can tell, `salvor cancel "
            + other.session()
            + "`");
  }
}
