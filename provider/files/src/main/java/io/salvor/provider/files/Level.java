package io.salvor.provider.files;

import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.posix.NameList;
import io.salvor.engine.posix.Stat;
import org.jspecify.annotations.Nullable;

/** A directory that the walk is in. */
final class Level {
  final byte[] name;
  final Stat stat;
  final NameList names;
  final Verdict verdict;

  /** Its own entry, as long as nothing below it has been taken; null once handed over. */
  Found.@Nullable Ready pending;

  /** Null while it is closed to save descriptors. */
  @Nullable SharedDir dir;

  private int next;

  Level(
      byte[] name,
      Stat stat,
      NameList names,
      Verdict verdict,
      Found.@Nullable Ready pending,
      SharedDir dir) {
    this.name = name;
    this.stat = stat;
    this.names = names;
    this.verdict = verdict;
    this.pending = pending;
    this.dir = dir;
  }

  boolean hasNext() {
    return next < names.size();
  }

  /** Index of the next name. */
  int next() {
    return next++;
  }

  /** Passes over all names that are left. */
  void giveUp() {
    next = names.size();
  }

  void close() {
    if (dir != null) {
      dir.release();
      dir = null;
    }
  }
}
