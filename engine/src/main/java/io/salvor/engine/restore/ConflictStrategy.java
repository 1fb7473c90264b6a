package io.salvor.engine.restore;

/** What becomes of existing entries that differ from what is wanted. */
public enum ConflictStrategy {
  /** They are left alone. */
  SKIP,
  /** They become what is wanted. */
  OVERWRITE,
  /** Both sides are joined field by field; not for kinds of source that have no such thing. */
  MERGE,
  /** Somebody is asked for each. */
  PROMPT,
  /** Nothing at all is written. */
  FAIL
}
