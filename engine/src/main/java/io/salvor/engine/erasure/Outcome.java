package io.salvor.engine.erasure;

import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.util.SortedSet;
import java.util.TreeSet;

/** How far an erasure, and those before it that were cut off, have come. For one thread. */
final class Outcome {
  private final SortedSet<String> destroyed = new TreeSet<>();
  private final SortedSet<String> unreached = new TreeSet<>();

  /** References of old keys that are destroyed. */
  SortedSet<String> destroyed() {
    return destroyed;
  }

  /** What opened the repository earlier and may still exist. */
  SortedSet<String> unreached() {
    return unreached;
  }

  /** Why it stops here. */
  SalvorException unfinished(String why) {
    return unfinished(why, "mend that");
  }

  /**
   * The same.
   *
   * @param first what to do before the command is run again
   */
  SalvorException unfinished(String why, String first) {
    return new SalvorException(
        ErrorCode.ERASURE_UNFINISHED,
        destroyed.isEmpty()
            ? "Nothing was erased: no key was destroyed"
            : "The erasure has not ended, though "
                + Counted.of(destroyed.size(), "old key is", "old keys are")
                + " destroyed",
        why,
        first + ", and run the same command again; it goes on");
  }
}
