package io.salvor.engine.keys;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import org.jspecify.annotations.Nullable;

/** Words for damaged key objects. */
final class KeyDamage {
  private static final String REMEDY = "`salvor repair --from <copy>` puts it back";

  private KeyDamage() {}

  static SalvorException of(ObjectName name, String why) {
    return of(name, why, null);
  }

  static SalvorException of(ObjectName name, String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.KEY_DAMAGED, "The key object " + name + " is damaged", why, REMEDY, cause);
  }

  static SalvorException lost(String what, String why) {
    return new SalvorException(ErrorCode.KEY_DAMAGED, what, why, REMEDY);
  }

  static SalvorException repository(String what, String why, String remedy) {
    return new SalvorException(ErrorCode.REPOSITORY_DAMAGED, what, why, remedy);
  }
}
