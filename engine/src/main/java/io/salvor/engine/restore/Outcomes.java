package io.salvor.engine.restore;

import io.salvor.engine.error.ErrorCode;

/** Takes what became of steps; called by any thread. */
public interface Outcomes {
  /** The step was applied; the entry now has this fingerprint. */
  void done(long number, Step step, Fingerprint now);

  /** The entry was removed, or had been. */
  void removed(long number, Step step);

  /** The entry is no longer what it was when the plan was made, and was left alone. */
  void moved(long number, Step step, String what);

  /** The step could not be applied; the entry is as it was, or the message says how it is. */
  void failed(long number, Step step, ErrorCode code, String message);

  /** Entries were restored, but not all of what they are; told once for all of them. */
  void incomplete(String key, ErrorCode code, String message);

  /** So many bytes of a step's content were there already, and were not written. */
  default void spared(long bytes) {}

  /** Something worth telling that is no failure. */
  void note(Notice notice);
}
