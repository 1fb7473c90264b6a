package io.salvor.engine.index;

import java.nio.file.Path;

/** A local view is not what was written; it is thrown away and built again. */
final class ViewDamagedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;

  ViewDamagedException(Path file, String why) {
    super(file + ": " + why);
    this.file = file;
  }

  ViewDamagedException(Path file, InternalError cause) {
    super(file + ": a page cannot be read", cause);
    this.file = file;
  }

  /** The view's file. */
  Path file() {
    return file;
  }
}
