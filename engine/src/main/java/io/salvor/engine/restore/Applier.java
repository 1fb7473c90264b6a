package io.salvor.engine.restore;

import java.io.IOException;

/** Applies steps to a target. For one thread; what it does in parallel is its own business. */
public interface Applier extends AutoCloseable {
  /**
   * Applies a step, at once or in the background; steps come in the order of keys. What becomes of
   * it is told to {@link Outcomes}.
   *
   * @throws io.salvor.engine.error.SalvorException if nothing more can be done: TARGET_FULL
   */
  void apply(long number, Step step) throws IOException, InterruptedException;

  /** Waits for all steps, and makes them durable. */
  void finish() throws IOException, InterruptedException;

  /** Stops what is under way, if {@link #finish} was not called, and leaves nothing half done. */
  @Override
  void close();
}
