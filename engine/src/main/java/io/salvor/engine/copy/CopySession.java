package io.salvor.engine.copy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A session of somebody who reads a repository for a long while, or puts whole objects into it:
 * while it is open, no pruner that began later deletes anything (docs/format.md §11). It has
 * neither checkpoints nor a manifest of its own; its end is that its opening goes. While its work
 * goes on it gives signs of life, as a backup does by its checkpoints.
 */
public final class CopySession implements AutoCloseable {
  /** How the purpose of a session begins that brings backups into a repository. */
  static final String FROM = "copy from ";

  /** How long it may go without a sign of life. */
  static final Duration SIGN_TIME = Duration.ofSeconds(30);

  /** A list that is made while one takes the place of another may miss both. */
  private static final int KEPT_SIGNS = 2;

  /** Those of this process that were not closed; what else it has opened, it has lost. */
  private static final Set<ObjectId> HELD = ConcurrentHashMap.newKeySet();

  private final Repository repository;
  private final Storage storage;
  private final SessionRecord.@Nullable Open open;
  private final ReentrantLock signing = new ReentrantLock();
  private final Deque<ObjectName> signs = new ArrayDeque<>();
  private volatile Instant lastSign;
  private List<ObjectName> abandoned = List.of();
  private boolean left;

  private CopySession(Repository repository, SessionRecord.@Nullable Open open) {
    this.repository = repository;
    this.storage = repository.storage();
    this.open = open;
    this.lastSign = repository.now();
    if (open != null) {
      HELD.add(open.session());
    }
  }

  /**
   * Opens a session, and ends those of the same purpose that dead processes of this machine have
   * left; one that explains what is there only when this one has explained it.
   *
   * @param purpose what is done, as lists of sessions show it
   */
  public static CopySession begin(Repository repository, String host, String purpose)
      throws IOException {
    SessionRecord.Open open =
        new SessionRecord.Open(
            ObjectId.random(repository.random()),
            host,
            repository.now(),
            null,
            repository.process().toString(),
            purpose,
            BackupId.of(repository.now(), repository.random()));
    CopySession session = new CopySession(repository, open);
    try {
      put(repository, open);
      repository.followEpochs();
      session.abandoned = Openings.abandoned(repository, host, purpose);
      if (!bringsBackups(open)) {
        session.endAbandoned();
      }
      return session;
    } catch (Throwable e) {
      try (session) {
        throw e;
      }
    }
  }

  /** As {@link #begin}; but goes on without a session, with a warning, where nothing is written. */
  static CopySession beginIfWritable(
      Repository repository, String host, String purpose, Progress progress) throws IOException {
    try {
      return begin(repository, host, purpose);
    } catch (SalvorException e) {
      switch (e.code()) {
        case STORAGE_READ_ONLY, STORAGE_DENIED, STORAGE_FULL -> {
          progress.warn(
              e.code().code(),
              repository.storage().address(),
              "the repository cannot be written, so nobody who prunes it will wait for this: "
                  + e.why());
          return new CopySession(repository, null);
        }
        default -> throw e;
      }
    }
  }

  private static void put(Repository repository, SessionRecord.Open open) throws IOException {
    ObjectId id = open.session();
    repository
        .storage()
        .put(
            ObjectKind.SESSION_OPEN.name(id),
            repository.keys().sealSmall(ObjectKind.SESSION_OPEN, id, open.encode()));
  }

  /**
   * Stops who was given up while it slept.
   *
   * @throws SalvorException SESSION_REVOKED
   */
  public void requireAlive() throws IOException {
    if (open != null
        && (storage.find(ObjectKind.SESSION_OPEN.name(open.session())).isEmpty()
            || storage.find(ObjectKind.REVOCATION.name(open.session())).isPresent())) {
      throw new SalvorException(
          ErrorCode.SESSION_REVOKED,
          "The work was given up while it was running",
          "its session " + open.session() + " was ended by somebody else, for it looked dead",
          "run the command again; what was sent is found and not sent twice");
    }
  }

  /**
   * Gives a sign of life, if the last one was long ago. What the storage refuses is tried again
   * later: the work itself will tell of it.
   *
   * @throws SalvorException SESSION_REVOKED
   */
  void sign() {
    SessionRecord.Open session = open;
    if (session == null || !isDue() || !signing.tryLock()) {
      return;
    }
    try {
      if (isDue()) {
        lastSign = repository.now();
        requireAlive();
        sign(session);
      }
    } catch (IOException e) {
      return;
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.SESSION_REVOKED) {
        throw e;
      }
    } finally {
      signing.unlock();
    }
  }

  private boolean isDue() {
    Duration since = Duration.between(lastSign, repository.now());
    // A clock that was set back must not put it off.
    return since.compareTo(SIGN_TIME) >= 0 || since.isNegative();
  }

  private void sign(SessionRecord.Open session) throws IOException {
    SessionRecord.Open sign =
        new SessionRecord.Open(
            ObjectId.random(repository.random()),
            session.host(),
            repository.now(),
            null,
            session.process(),
            session.source(),
            session.backup(),
            session.session());
    signs.add(ObjectKind.SESSION_OPEN.name(sign.session()));
    put(repository, sign);
    while (signs.size() > KEPT_SIGNS) {
      storage.delete(signs.getFirst());
      signs.removeFirst();
    }
  }

  /** Tells of the same work, and gives signs of life whenever it asks whether to go on. */
  public Progress signing(Progress progress) {
    return new Progress() {
      @Override
      public void phase(String name) {
        progress.phase(name);
      }

      @Override
      public void expect(long items, long bytes) {
        progress.expect(items, bytes);
      }

      @Override
      public void advance(long items, long bytes) {
        progress.advance(items, bytes);
      }

      @Override
      public void current(String what) {
        progress.current(what);
      }

      @Override
      public void warn(String code, String key, String message) {
        progress.warn(code, key, message);
      }

      @Override
      public void checkCancelled() {
        progress.checkCancelled();
        sign();
      }
    };
  }

  /**
   * From now on the session stays, whatever happens, until {@link #settle}: it explains manifests
   * that no ledger entry names yet.
   */
  void leave() {
    left = true;
  }

  /** What {@link #leave} spoke of is done, here and by those who had begun it before. */
  void settle() throws IOException {
    left = false;
    endAbandoned();
  }

  private void endAbandoned() throws IOException {
    for (ObjectName name : abandoned) {
      storage.delete(name);
    }
    abandoned = List.of();
  }

  /** Whether somebody is at work in a session of this process. */
  static boolean isHeld(ObjectId session) {
    return HELD.contains(session);
  }

  /** Its id, which one that {@link #begin} gave always has. */
  ObjectId id() {
    if (open == null) {
      throw new IllegalStateException("a session where nothing can be written");
    }
    return open.session();
  }

  /** Whether a session is that of somebody who brings backups into the repository. */
  public static boolean bringsBackups(SessionRecord.Open open) {
    return open.source().startsWith(FROM);
  }

  /** Whether somebody is bringing backups into this repository, or died while doing it. */
  public static boolean isUnderWay(Repository repository) throws IOException {
    return Openings.list(repository).values().stream().anyMatch(CopySession::bringsBackups);
  }

  /** Ends it. */
  @Override
  public void close() throws IOException {
    if (open == null) {
      return;
    }
    HELD.remove(open.session());
    signing.lock();
    try {
      while (!signs.isEmpty()) {
        storage.delete(signs.getFirst());
        signs.removeFirst();
      }
    } finally {
      signing.unlock();
    }
    if (!left) {
      storage.delete(ObjectKind.SESSION_OPEN.name(open.session()));
    }
  }
}
