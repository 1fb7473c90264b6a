package io.salvor.engine.pattern;

/** An expression that could never match: why, and at which byte. */
final class GlobSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int position;

  GlobSyntaxException(int position, String why) {
    super(why);
    this.position = position;
  }

  /** The byte it begins at, from 0. */
  int position() {
    return position;
  }

  /** The reason. */
  String why() {
    return String.valueOf(getMessage());
  }
}
