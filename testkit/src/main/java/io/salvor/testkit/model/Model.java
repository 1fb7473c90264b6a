package io.salvor.testkit.model;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A protocol with finitely many states, given by its first state and its steps. A state is an array
 * of cells whose meaning only the model knows; two states are equal when their cells are.
 */
public interface Model {

  /** What the search calls for each step that is possible in a state. */
  @FunctionalInterface
  interface Steps {
    /**
     * Takes one step: who, what (asked for only when a trace is printed), and the state after it.
     */
    void take(String who, Supplier<String> what, int[] next);
  }

  /** Returns the one state in which everything begins. */
  int[] first();

  /** Reports each step possible in {@code state}; leaves {@code state} as it is. */
  void expand(int[] state, Steps steps);

  /** Returns what is wrong with {@code state}, or null when each safety property holds in it. */
  @Nullable String violation(int[] state);

  /** Tells whether nobody has anything left to do, so that a state without steps is no deadlock. */
  boolean finished(int[] state);
}
