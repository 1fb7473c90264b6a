package io.salvor.cli.console;

/** Nobody reads standard output any more ({@code salvor ls … | head}): the command just ends. */
public final class ReaderGoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ReaderGoneException(Throwable cause) {
    super("the reader of standard output has gone", cause);
  }
}
