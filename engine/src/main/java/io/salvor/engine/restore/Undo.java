package io.salvor.engine.restore;

import io.salvor.engine.repository.Repository;

/** Where what a restore changes or deletes is kept. */
public sealed interface Undo {
  /** In a repository: the one that is restored from, or another. */
  record Into(Repository repository) implements Undo {}

  /** Nowhere: there is no way back. */
  record None() implements Undo {}
}
