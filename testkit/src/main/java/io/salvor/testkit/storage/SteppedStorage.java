package io.salvor.testkit.storage;

import io.salvor.engine.storage.Storage;
import java.io.IOException;

/** Asks before each operation, so that a test decides when it happens, and what before it. */
public final class SteppedStorage extends ObservedStorage {
  private final Stepper stepper;

  /** Decides when an operation goes on. */
  @FunctionalInterface
  public interface Stepper {
    /** Returns when the operation may go on; {@link #after} is called when it has ended. */
    void before(Operation operation) throws IOException;

    /** An operation has ended. */
    default void after(Operation operation) {}
  }

  public SteppedStorage(Storage inner, Stepper stepper) {
    super(inner);
    this.stepper = stepper;
  }

  @Override
  <T> T perform(Operation operation, Action<T> action) throws IOException {
    stepper.before(operation);
    try {
      return action.run();
    } finally {
      stepper.after(operation);
    }
  }
}
