package io.salvor.engine.restore;

import java.util.Locale;

/** Where a restore stands. */
public enum RestoreStatus {
  /** There is a plan, and nothing was written yet. */
  PLANNED,
  /** It is being applied. */
  RUNNING,
  /** Everything in the plan was applied. */
  DONE,
  /** Some entries were not restored, or had moved. */
  PARTIAL,
  /** It ended early. */
  FAILED,
  /** Its process was stopped or died. */
  INTERRUPTED,
  /** Another restore has taken it back. */
  ROLLED_BACK;

  /** The word of JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
