package io.salvor.cli.console;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The three streams of a process and what is at their other ends.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param terminals which of them are terminals
 */
public record Console(InputStream in, OutputStream out, OutputStream err, Terminals terminals) {

  /** Which streams are terminals. */
  public record Terminals(boolean in, boolean out, boolean err) {
    /** None. */
    public static final Terminals NONE = new Terminals(false, false, false);
  }

  /** Where results for people go. */
  public TextOutput text(boolean colours) {
    return new TextOutput(new ResultStream(out), colours && terminals.out());
  }

  /** Where a JSON document, or raw bytes, go. */
  public OutputStream results() {
    return new ResultStream(out);
  }

  /** Where errors, warnings and progress go; one that cannot be written is lost. */
  public PrintStream messages() {
    return new PrintStream(err, true, StandardCharsets.UTF_8);
  }

  /** Whether somebody sits there who can be asked. */
  public boolean isInteractive() {
    return terminals.in() && terminals.err();
  }
}
