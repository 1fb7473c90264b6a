package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.FileSet;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes outcomes on, and remembers of files with several names which are known to be what they
 * should, and which did not become it: what lies there may look like them, and no other name may be
 * linked to it. Holds one key per such failure, and 32 bytes for each of the others.
 */
final class Leaders implements Outcomes {
  private final Outcomes outcomes;
  private final Set<Key> unsound = ConcurrentHashMap.newKeySet();
  private final FileSet known = new FileSet();

  Leaders(Outcomes outcomes) {
    this.outcomes = outcomes;
  }

  /** Whether the step of this key, if it had one, was applied. */
  boolean isSound(Key leader) {
    return !unsound.contains(leader);
  }

  /** Whether this restore has written the file, or has compared its content. */
  boolean isKnown(Stat file) {
    synchronized (known) {
      return known.contains(file.dev(), file.inode());
    }
  }

  /** The file was seen to be what is wanted. */
  void know(Stat file) {
    synchronized (known) {
      known.add(file.dev(), file.inode());
    }
  }

  /** The step was applied; the entry is now this. */
  void done(long number, Step step, Stat now) {
    Entry wanted = step.wanted();
    if (wanted != null && wanted.links() != null && EntryWriter.replaces(step)) {
      know(now);
    }
    done(number, step, FileFingerprint.of(now).encode());
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
  public void spared(long bytes) {
    outcomes.spared(bytes);
  }

  @Override
  public void note(Notice notice) {
    outcomes.note(notice);
  }
}
