package io.salvor.engine.journal;

import java.io.IOException;

/** Continuous capture of one source. */
public interface Following {
  /**
   * Captures until {@link #stop}, and connects again whenever the source was out of reach.
   *
   * @throws io.salvor.engine.error.SalvorException if the source refuses it from the beginning, or
   *     the repository for good
   */
  void run() throws IOException, InterruptedException;

  /** Asks it to end when what has come is durable; by any thread. */
  void stop();
}
