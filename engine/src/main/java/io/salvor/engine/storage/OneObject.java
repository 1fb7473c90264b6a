package io.salvor.engine.storage;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;

/**
 * Tells failures to read that concern one object, such as a bad sector under it, from those that
 * concern the storage: for the first kind it is worth looking elsewhere, and going on with others.
 */
public final class OneObject {
  private OneObject() {}

  /** Why just this object cannot be read; empty where nothing can be said of it. */
  public static Optional<String> unreadable(Exception failure) {
    return switch (failure) {
      case ClosedChannelException _, InterruptedIOException _ -> Optional.empty();
      case IOException e -> Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
      case SalvorException e when concernsOne(e.code()) -> Optional.of(e.why());
      default -> Optional.empty();
    };
  }

  private static boolean concernsOne(ErrorCode code) {
    return switch (code) {
      case STORAGE_FAILED, STORAGE_DENIED, OBJECT_UNREADABLE -> true;
      default -> false;
    };
  }

  /** The failure to read one object, as everybody passes it on who can go on without it. */
  public static SalvorException failure(ObjectName name, String why, Exception cause) {
    return new SalvorException(
        ErrorCode.OBJECT_UNREADABLE,
        "the object " + name + " cannot be read",
        why,
        cause instanceof SalvorException known && known.code() == ErrorCode.OBJECT_UNREADABLE
            ? known.remedy()
            : "check the disk or the service behind the storage, and run it again; if it stays so,"
                + " put the object back from a copy",
        cause);
  }
}
