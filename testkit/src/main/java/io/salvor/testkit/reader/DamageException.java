package io.salvor.testkit.reader;

import java.io.IOException;

/** Something differs from what the page says; the object is refused. */
public final class DamageException extends IOException {
  private static final long serialVersionUID = 1;

  public DamageException(String what) {
    super(what);
  }

  private DamageException(String object, DamageException cause) {
    super(object + ": " + cause.getMessage(), cause);
  }

  /** The same, telling which object it is. */
  DamageException in(String object) {
    return new DamageException(object, this);
  }

  /** Refuses unless {@code holds}. */
  static void unless(boolean holds, String what) throws DamageException {
    if (!holds) {
      throw new DamageException(what);
    }
  }
}
