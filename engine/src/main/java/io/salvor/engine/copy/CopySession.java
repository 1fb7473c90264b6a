package io.salvor.engine.copy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.durable.ProcessMark;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A session of somebody who reads a repository for a long while, or puts whole objects into it:
 * while it is open, no pruner that began later deletes anything (docs/format.md §11). It has
 * neither checkpoints nor a manifest of its own; its end is that its opening goes.
 */
public final class CopySession implements AutoCloseable {
  /** How the purpose of a session begins that brings backups into a repository. */
  static final String FROM = "copy from ";

  private final Storage storage;
  private final Optional<ObjectId> id;
  private boolean left;

  private CopySession(Storage storage, Optional<ObjectId> id) {
    this.storage = storage;
    this.id = id;
  }

  /**
   * Opens a session, and ends those of the same purpose that dead processes of this machine have
   * left.
   *
   * @param purpose what is done, as lists of sessions show it
   */
  public static CopySession begin(Repository repository, String host, String purpose)
      throws IOException {
    endAbandoned(repository, host, purpose);
    ObjectId id = ObjectId.random(repository.random());
    SessionRecord.Open open =
        new SessionRecord.Open(
            id,
            host,
            repository.now(),
            null,
            ProcessMark.current().toString(),
            purpose,
            BackupId.of(repository.now(), repository.random()));
    repository
        .storage()
        .put(
            ObjectKind.SESSION_OPEN.name(id),
            repository.keys().sealSmall(ObjectKind.SESSION_OPEN, id, open.encode()));
    CopySession session = new CopySession(repository.storage(), Optional.of(id));
    try {
      repository.followEpochs();
      return session;
    } catch (IOException | RuntimeException e) {
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
          return new CopySession(repository.storage(), Optional.empty());
        }
        default -> throw e;
      }
    }
  }

  /**
   * Stops who was given up while it slept.
   *
   * @throws SalvorException SESSION_REVOKED
   */
  public void requireAlive() throws IOException {
    if (id.isPresent()
        && (storage.find(ObjectKind.SESSION_OPEN.name(id.get())).isEmpty()
            || storage.find(ObjectKind.REVOCATION.name(id.get())).isPresent())) {
      throw new SalvorException(
          ErrorCode.SESSION_REVOKED,
          "The work was given up while it was running",
          "its session " + id.get() + " was ended by somebody else, for it looked dead",
          "run the command again; what was sent is found and not sent twice");
    }
  }

  /**
   * From now on the session stays, whatever happens, until {@link #settle}: it explains manifests
   * that no ledger entry names yet.
   */
  void leave() {
    left = true;
  }

  /** What {@link #leave} spoke of is done. */
  void settle() {
    left = false;
  }

  /** Whether somebody is bringing backups into this repository, or died while doing it. */
  public static boolean isUnderWay(Repository repository) throws IOException {
    for (ObjectName name : openings(repository)) {
      if (read(repository, name).filter(open -> open.source().startsWith(FROM)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static void endAbandoned(Repository repository, String host, String purpose)
      throws IOException {
    for (ObjectName name : openings(repository)) {
      boolean abandoned =
          read(repository, name)
              .filter(open -> open.source().equals(purpose) && open.host().equals(host))
              .flatMap(open -> ProcessMark.parse(open.process()))
              .filter(ProcessMark::hasEnded)
              .isPresent();
      if (abandoned) {
        repository.storage().delete(name);
      }
    }
  }

  private static List<ObjectName> openings(Repository repository) throws IOException {
    List<ObjectName> openings = new ArrayList<>();
    repository
        .storage()
        .list(
            ObjectKind.SESSION_OPEN.prefix(),
            info ->
                ObjectKind.SESSION_OPEN
                    .idIn(info.name())
                    .ifPresent(session -> openings.add(info.name())));
    return openings;
  }

  /** An opening; empty if it has gone meanwhile, or is damaged, which verify tells. */
  private static Optional<SessionRecord.Open> read(Repository repository, ObjectName name)
      throws IOException {
    ObjectId id = ObjectKind.SESSION_OPEN.idIn(name).orElseThrow();
    try {
      byte[] object = repository.storage().get(name);
      return Optional.of(
          SessionRecord.Open.decode(
              repository.keys().openSmall(ObjectKind.SESSION_OPEN, id, object)));
    } catch (NoSuchFileException | MalformedException e) {
      return Optional.empty();
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** Ends it. */
  @Override
  public void close() throws IOException {
    if (id.isPresent() && !left) {
      storage.delete(ObjectKind.SESSION_OPEN.name(id.get()));
    }
  }
}
