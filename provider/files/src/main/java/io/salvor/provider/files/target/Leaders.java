package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes outcomes on, and remembers which files with several names did not become what they should:
 * what lies there may look like them, and no other name may be linked to it. Holds one key per such
 * failure.
 */
final class Leaders implements Outcomes {
  private final Outcomes outcomes;
  private final Set<Key> unsound = ConcurrentHashMap.newKeySet();

  Leaders(Outcomes outcomes) {
    this.outcomes = outcomes;
  }

  /** Whether the step of this key, if it had one, was applied. */
  boolean isSound(Key leader) {
    return !unsound.contains(leader);
  }

  private void note(Step step) {
    Entry wanted = step.wanted();
    if (wanted != null && wanted.links() != null) {
      unsound.add(step.key());
    }
  }

  @Override
  public void done(long number, Step step, Fingerprint now) {
    outcomes.done(number, step, now);
  }

  @Override
  public void removed(long number, Step step) {
    outcomes.removed(number, step);
  }

  @Override
  public void moved(long number, Step step, String what) {
    note(step);
    outcomes.moved(number, step, what);
  }

  @Override
  public void failed(long number, Step step, ErrorCode code, String message) {
    note(step);
    outcomes.failed(number, step, code, message);
  }

  @Override
  public void incomplete(String key, ErrorCode code, String message) {
    outcomes.incomplete(key, code, message);
  }

  @Override
  public void note(Notice notice) {
    outcomes.note(notice);
  }
}
