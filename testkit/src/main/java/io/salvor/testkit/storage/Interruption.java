package io.salvor.testkit.storage;

import io.salvor.engine.storage.Storage;
import java.util.function.Predicate;

/** Somebody else does something before one of a storage's operations, once. */
public final class Interruption implements SteppedStorage.Stepper {
  private final Meanwhile meanwhile;
  private Predicate<Operation> when;
  private boolean counting = true;
  private boolean happened;
  private long operations;

  /** What somebody else does. */
  @FunctionalInterface
  public interface Meanwhile {
    void run() throws Exception;
  }

  private Interruption(Predicate<Operation> when, Meanwhile meanwhile) {
    this.when = when;
    this.meanwhile = meanwhile;
  }

  /** Before the operation of this number, from 1 on. */
  public static Interruption at(long number, Meanwhile meanwhile) {
    Interruption interruption = new Interruption(operation -> false, meanwhile);
    interruption.when = operation -> ++interruption.operations == number;
    return interruption;
  }

  /** Before the first operation that is such a one; each is shown until then. */
  public static Interruption before(Predicate<Operation> such, Meanwhile meanwhile) {
    return new Interruption(such, meanwhile);
  }

  /** Before the first object is stored whose name ends so. */
  public static Interruption beforePutOf(String ending, Meanwhile meanwhile) {
    return before(
        operation -> operation instanceof Operation.Put put && put.name().value().endsWith(ending),
        meanwhile);
  }

  /** Counts nothing before {@link #begin}. */
  public Interruption later() {
    counting = false;
    return this;
  }

  /** From now on operations count. */
  public synchronized void begin() {
    counting = true;
  }

  /** The storage that is interrupted. */
  public Storage of(Storage storage) {
    return new SteppedStorage(storage, this);
  }

  /** Whether it came to it. */
  public synchronized boolean hasHappened() {
    return happened;
  }

  @Override
  public void before(Operation operation) {
    synchronized (this) {
      if (!counting || happened || !when.test(operation)) {
        return;
      }
      happened = true;
    }
    try {
      meanwhile.run();
    } catch (Exception e) {
      throw new AssertionError("before " + operation + ": " + e, e);
    }
  }
}
