package io.salvor.engine.restore;

import java.util.Locale;

/** How a step stands to conflicts. */
public enum Resolution {
  /** There is no conflict. */
  NONE,
  /** The existing entry becomes what is wanted. */
  OVERWRITE,
  /** The existing entry is left alone, and counts as unchanged. */
  SKIP,
  /** Nobody has decided: such a plan is not applied. */
  FAIL;

  /** Whether a step so resolved is applied. */
  public boolean applies() {
    return this == NONE || this == OVERWRITE;
  }

  /** The word of JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
