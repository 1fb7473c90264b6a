package io.salvor.engine.copy;

import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/** Takes objects from one storage to another, and reads back what it has written. */
public final class Transfer {
  private static final int PIECE = 4 << 20;
  private static final int ATTEMPTS = 2;

  private Transfer() {}

  /**
   * Copies an object of any size, piece by piece.
   *
   * @param sha256 of the whole object
   * @return false, with nothing written, if the source's object is gone or is another one
   * @throws SalvorException STORAGE_FAILED if the target gives back something else than was written
   */
  public static boolean copy(
      Storage from, Storage to, ObjectName name, long size, byte[] sha256, Progress progress)
      throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (!send(from, to, name, size, sha256, progress)) {
        return false;
      }
      if (isThere(to, name, size, sha256, progress)) {
        return true;
      }
    }
    throw readsOtherwise(to, name);
  }

  private static boolean send(
      Storage from, Storage to, ObjectName name, long size, byte[] sha256, Progress progress)
      throws IOException {
    if (from.find(name).map(ObjectInfo::size).orElse(-1L) != size) {
      return false;
    }
    MessageDigest digest = Sha256.start();
    try (ObjectWriter writer = to.create(name)) {
      for (long at = 0; at < size; ) {
        progress.checkCancelled();
        byte[] piece = from.get(name, at, (int) Math.min(PIECE, size - at));
        digest.update(piece);
        writer.write(ByteBuffer.wrap(piece));
        at += piece.length;
      }
      if (!MessageDigest.isEqual(digest.digest(), sha256)) {
        return false;
      }
      writer.commit();
      return true;
    } catch (NoSuchFileException | EOFException e) {
      // The source's object went away, or became shorter, while it was read.
      return false;
    }
  }

  /** Whether an object is there with this size and hash; reads all of it. */
  public static boolean isThere(
      Storage storage, ObjectName name, long size, byte[] sha256, Progress progress)
      throws IOException {
    Optional<ObjectInfo> info = storage.find(name);
    if (info.isEmpty() || info.get().size() != size) {
      return false;
    }
    MessageDigest digest = Sha256.start();
    try {
      for (long at = 0; at < size; ) {
        progress.checkCancelled();
        byte[] piece = storage.get(name, at, (int) Math.min(PIECE, size - at));
        digest.update(piece);
        at += piece.length;
      }
    } catch (NoSuchFileException | EOFException e) {
      return false;
    }
    return MessageDigest.isEqual(digest.digest(), sha256);
  }

  /** Writes a small object and reads it back. */
  public static void put(Storage to, ObjectName name, byte[] object) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      to.put(name, object);
      try {
        if (Arrays.equals(to.get(name), object)) {
          return;
        }
      } catch (NoSuchFileException e) {
        // Somebody who has given this up meanwhile needs it no more; who has, finds out.
        continue;
      }
    }
    throw readsOtherwise(to, name);
  }

  private static SalvorException readsOtherwise(Storage storage, ObjectName name) {
    return new SalvorException(
        ErrorCode.STORAGE_FAILED,
        "The object " + name + " was written to " + storage.address() + " and reads otherwise",
        "its bytes are not those that were written, " + ATTEMPTS + " times",
        "check the disk or the service behind " + storage.address() + " before you trust it");
  }
}
