package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.Step;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One file whose parts several threads write; whoever is last finishes it. */
final class LargeFile {
  // A file of one hole can be as long as a file can be, and anybody can make one.
  private static final int MOST_PARTS = 1 << 16;

  private final long number;
  private final Step step;
  private final Entry wanted;
  private final DirWork parent;
  private final EntryWriter writer;
  private final Leaders outcomes;
  private final String target;
  private final long partBytes;
  private EntryWriter.@Nullable Draft draft;
  private @Nullable Dir dir;
  private @Nullable Exception failure;

  LargeFile(
      long number,
      Step step,
      Entry wanted,
      DirWork parent,
      EntryWriter writer,
      Leaders outcomes,
      String target) {
    this.number = number;
    this.step = step;
    this.wanted = wanted;
    this.parent = parent;
    this.writer = writer;
    this.outcomes = outcomes;
    this.target = target;
    this.partBytes = Math.max(Workers.LARGE, Math.ceilDiv(wanted.size(), MOST_PARTS));
  }

  int parts() {
    return Math.toIntExact(Math.ceilDiv(wanted.size(), partBytes));
  }

  /** Writes one part, unless another has failed. */
  void write(int part) {
    EntryWriter.Draft to = begin();
    if (to == null) {
      return;
    }
    try {
      long from = part * partBytes;
      boolean last = wanted.size() - from <= partBytes;
      to.write(from, last ? Long.MAX_VALUE : from + partBytes);
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
  }

  private synchronized EntryWriter.@Nullable Draft begin() {
    if (failure == null && draft == null) {
      try {
        Dir in = parent.entered().enter();
        dir = in;
        parent.touched = true;
        draft = writer.draft(step, wanted, in, parent.inheritsAcl);
      } catch (IOException | RuntimeException | MovedException e) {
        failure = e;
      }
    }
    return failure == null ? draft : null;
  }

  private synchronized void failed(Exception e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** All parts have been tried. */
  synchronized void finish(boolean stopped) throws IOException {
    boolean finished = false;
    Stat now = null;
    try {
      if (draft != null && failure == null && !stopped) {
        now = draft.finish();
        finished = true;
      }
    } catch (IOException | RuntimeException | MovedException e) {
      failure = e;
    } finally {
      try {
        if (draft != null) {
          draft.close(finished);
        }
      } finally {
        if (dir != null) {
          parent.entered().exit();
        }
      }
    }
    if (now != null) {
      outcomes.done(number, step, now);
    } else if (failure != null) {
      Trouble.report(outcomes, number, step, failure, target);
    }
  }
}
