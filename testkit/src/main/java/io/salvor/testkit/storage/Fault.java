package io.salvor.testkit.storage;

import io.salvor.engine.error.ErrorCode;

/** What goes wrong with one operation. */
public sealed interface Fault {

  /** Nothing is done; the failure is one that a person must mend. */
  record Refuse(ErrorCode code) implements Fault {}

  /** Nothing is done; the failure is an {@link java.io.IOException} that a retry may cure. */
  record Fail() implements Fault {}

  /** The operation is done, and then fails all the same, as when only the answer was lost. */
  record TimeOut() implements Fault {}

  /** An object is stored only in part, and the storage says that all is well. */
  record Tear() implements Fault {}

  /** One bit of what is read is wrong this time; the stored object is whole. */
  record Misread() implements Fault {}

  /** The storage says that the change is done, and a later crash takes it back. */
  record Volatile() implements Fault {}

  /**
   * The change is done now, and done again right before the operation that comes so many later, as
   * a network may deliver a request twice.
   */
  record Repeat(int later) implements Fault {}

  /** The process dies: everything from now on throws {@link SimulatedCrash}. */
  record Crash(Extent extent) implements Fault {}
}
