package io.salvor.engine.restore;

/** Asks somebody what is to become of a conflict. */
@FunctionalInterface
public interface ConflictPrompt {
  /** Asks nobody: every conflict stays open. */
  ConflictPrompt NOBODY = step -> Resolution.FAIL;

  /**
   * The answer for one conflict, of which the step has both sides: overwrite, skip or fail. Called
   * while the plan is made, by one thread, in the order of keys.
   */
  Resolution ask(Step conflict);
}
