package io.salvor.engine.backup;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;

/**
 * A writer at work (docs/format.md §11): opened before anything else is written, checkpointed, and
 * ended by a sealed manifest. For one thread at a time.
 */
final class Session {
  private final Storage storage;
  private final KeyRing keys;
  private final ObjectId id;
  private int checkpoints;
  private int begun;

  private Session(Storage storage, KeyRing keys, ObjectId id) {
    this.storage = storage;
    this.keys = keys;
    this.id = id;
  }

  /** Publishes the session; every condemnation that comes after it waits for its end. */
  static Session begin(Storage storage, KeyRing keys, SessionRecord.Open open) throws IOException {
    Session session = new Session(storage, keys, open.session());
    session.put(ObjectKind.SESSION_OPEN.name(open.session()), ObjectKind.SESSION_OPEN, open);
    return session;
  }

  /** Its id. */
  ObjectId id() {
    return id;
  }

  /** Whether anything but the opening has been written. */
  boolean hasCheckpoint() {
    return checkpoints > 0;
  }

  /** Leaves a checkpoint; what the manifest needs is durable already. */
  void checkpoint(Manifest manifest, boolean last) throws IOException {
    int number = checkpoints + 1;
    begun = number;
    put(
        ObjectKind.checkpoint(id, number),
        ObjectKind.CHECKPOINT,
        new SessionRecord.Checkpoint(id, number, ManifestCodec.encode(manifest), last));
    checkpoints = number;
    if (number > 1) {
      storage.delete(ObjectKind.checkpoint(id, number - 1));
    }
  }

  /**
   * Stops a writer that was given up while it slept.
   *
   * @throws SalvorException SESSION_REVOKED, or SESSION_CANCELLED if it shall not begin again
   */
  void requireAlive() throws IOException {
    if (storage.find(ObjectKind.SESSION_OPEN.name(id)).isEmpty()
        || storage.find(ObjectKind.REVOCATION.name(id)).isPresent()) {
      if (isCancelled()) {
        throw new SalvorException(
            ErrorCode.SESSION_CANCELLED,
            "The backup was cancelled while it was running",
            "somebody has asked for it by `salvor cancel`",
            "run the backup again when it is wanted; what was uploaded is found");
      }
      throw new SalvorException(
          ErrorCode.SESSION_REVOKED,
          "The backup was given up while it was running",
          "its session " + id + " was ended by somebody else, for it looked dead",
          "run the backup again; what was uploaded is found and not sent twice");
    }
  }

  private boolean isCancelled() throws IOException {
    try {
      return Revocation.find(storage, keys, id).filter(Revocation::cancelled).isPresent();
    } catch (MalformedException e) {
      return false;
    } catch (SalvorException e) {
      if (!BackupList.isUnreadable(e)) {
        throw e;
      }
      // To stop is right in any case.
      return false;
    }
  }

  /** Seals: from here on the backup is there. */
  ObjectId seal(ObjectId object, byte[] manifest) throws IOException {
    storage.put(
        ObjectKind.MANIFEST.name(object), keys.sealSmall(ObjectKind.MANIFEST, object, manifest));
    return object;
  }

  /** Says that the writer has ended and takes away what nobody needs any more. */
  void end(boolean sealed) throws IOException {
    put(ObjectKind.SESSION_END.name(id), ObjectKind.SESSION_END, new SessionRecord.End(id, sealed));
    SessionObjects.remove(storage, id);
  }

  /**
   * Takes a session away that has no checkpoint: nothing would be found in it. One whose storing
   * has failed may have come all the same, or come yet: that it is over stays to be seen.
   */
  void abandon() throws IOException {
    if (begun > checkpoints) {
      try {
        put(
            ObjectKind.SESSION_END.name(id),
            ObjectKind.SESSION_END,
            new SessionRecord.End(id, false));
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.STORAGE_FULL) {
          throw e;
        }
        // There was no room for the checkpoint either: it has not come.
      }
      storage.delete(ObjectKind.checkpoint(id, begun));
      storage.delete(ObjectKind.SESSION_OPEN.name(id));
    } else {
      SessionObjects.remove(storage, id);
    }
  }

  private void put(ObjectName name, ObjectKind kind, SessionRecord record) throws IOException {
    storage.put(name, keys.sealSmall(kind, id, record.encode()));
  }
}
