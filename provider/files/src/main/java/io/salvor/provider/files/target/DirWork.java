package io.salvor.provider.files.target;

import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A directory that is being worked in, and what is to become of it when all in it is done. */
final class DirWork {
  /** What comes in the end. */
  enum Finish {
    /** It stays as it was found. */
    NOTHING,
    /** It gets its own metadata. */
    METADATA,
    /** It is removed. */
    REMOVE,
    /** It is removed, and something else takes its place. */
    REPLACE
  }

  final @Nullable DirWork parent;
  final Key key;
  final DirPool.@Nullable Node node;
  final Finish finish;
  final long number;
  final @Nullable Step step;
  final boolean made;

  /** Whether what is made in it gets ACLs that nobody asked for. */
  final boolean inheritsAcl;

  /** Whether something in it was made or removed. */
  volatile boolean touched;

  /** Whether its mode was changed so that something in it could be. */
  volatile boolean opened;

  /** Itself being entered, and each thing in it that is not done. */
  final AtomicInteger pending = new AtomicInteger(1);

  /**
   * Begins.
   *
   * @param node null if it could not be made or entered
   * @param step null if it has none of its own
   */
  DirWork(
      @Nullable DirWork parent,
      Key key,
      DirPool.@Nullable Node node,
      Finish finish,
      long number,
      @Nullable Step step,
      boolean made,
      boolean inheritsAcl) {
    this.parent = parent;
    this.key = key;
    this.node = node;
    this.finish = finish;
    this.number = number;
    this.step = step;
    this.made = made;
    this.inheritsAcl = inheritsAcl;
  }

  DirPool.Node entered() {
    if (node == null) {
      throw new IllegalStateException("a directory that was not entered: " + key);
    }
    return node;
  }
}
