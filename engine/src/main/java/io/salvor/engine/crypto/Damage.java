package io.salvor.engine.crypto;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import org.jspecify.annotations.Nullable;

/** Words for damaged objects. */
final class Damage {
  private Damage() {}

  static SalvorException of(String place, String why) {
    return of(place, why, null);
  }

  static SalvorException of(String place, String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.OBJECT_DAMAGED,
        "The object " + place + " is damaged",
        why,
        "Run `salvor verify` to learn which backups need it; `salvor repair --from <copy>` puts it"
            + " back",
        cause);
  }

  /** It may be in order: nothing is to be concluded from that it was not read. */
  static SalvorException unreadable(
      String place, String why, String remedy, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.OBJECT_UNREADABLE, "The object " + place + " cannot be read", why, remedy, cause);
  }

  static SalvorException newer(String place, int version) {
    return new SalvorException(
        ErrorCode.FORMAT_NEWER,
        "The object " + place + " has a newer format",
        "It is of version " + version + ", this program reads version 1",
        "Use a newer release of salvor");
  }
}
