package io.salvor.engine.progress;

/**
 * Where a long job stands. The job calls it often and cheaply from any thread; whoever watches
 * decides what to show and when. {@link #checkCancelled} is called at least between entries and
 * between blobs.
 */
public interface Progress {
  /** Listens to nothing and never cancels. */
  Progress NONE = new Progress() {};

  /** A new phase begins: {@code "scan"}, {@code "capture"}, {@code "restore"}, {@code "verify"}… */
  default void phase(String name) {}

  /** The totals that are known by now; zero where unknown. They may grow. */
  default void expect(long items, long bytes) {}

  /** So much more has been done. */
  default void advance(long items, long bytes) {}

  /** What is being worked on, for people: a path, an object. */
  default void current(String what) {}

  /** Something went wrong with one item and the rest goes on. */
  default void warn(String code, String key, String message) {}

  /**
   * Ends the job at a point where nothing is left half done.
   *
   * @throws io.salvor.engine.error.SalvorException with code INTERRUPTED once the job was cancelled
   */
  default void checkCancelled() {}
}
