package io.salvor.testkit.storage;

/** The process is dead as far as the storage is concerned. An error, lest anybody handle it. */
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedCrash(String operation) {
    super("crashed, at " + operation);
  }
}
