package io.salvor.engine.journal;

/** Tells how far back a log is needed. */
@FunctionalInterface
public interface Horizon {
  /** Everything is. */
  Horizon NONE = (system, timeline) -> 0;

  /** The first position of a timeline that somebody may want; Long.MAX_VALUE for none. */
  long from(String system, long timeline);
}
