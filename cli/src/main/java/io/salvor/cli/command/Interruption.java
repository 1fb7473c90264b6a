package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the user wants the command to end. The first signal asks the job to end in order, the
 * second ends the process at once.
 */
public final class Interruption {
  private volatile @Nullable String signal;
  private volatile @Nullable Runnable atOnce;

  /** A signal has come; false if it is not the first. */
  public boolean raise(String name) {
    Runnable end = atOnce;
    if (end != null) {
      end.run();
    }
    boolean first = signal == null;
    signal = name;
    return first;
  }

  /** Nothing is under way that would need an orderly end; {@code cleanUp} will do. */
  public void endAtOnce(@Nullable Runnable cleanUp) {
    atOnce = cleanUp;
  }

  /**
   * Ends the job if a signal has come.
   *
   * @throws SalvorException INTERRUPTED
   */
  public void check() {
    String name = signal;
    if (name != null) {
      throw new SalvorException(
          ErrorCode.INTERRUPTED,
          "The command was interrupted",
          "the process was sent " + name,
          "run the same command again; what was done is not lost");
    }
  }
}
