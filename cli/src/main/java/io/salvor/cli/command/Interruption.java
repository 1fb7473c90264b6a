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
  private volatile @Nullable Runnable onSignal;

  /** A signal has come; false if it is not the first. */
  public boolean raise(String name) {
    boolean first = signal == null;
    signal = name;
    Runnable job = onSignal;
    if (job != null) {
      job.run();
    }
    return first;
  }

  /** Runs something when a signal comes, on the signal's thread; null for nothing. */
  public void onSignal(@Nullable Runnable job) {
    onSignal = job;
  }

  /** Whether a signal has come. */
  public boolean hasCome() {
    return signal != null;
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
