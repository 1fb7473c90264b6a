package io.salvor.testkit.model;

import java.util.Locale;

/** The kinds of objects in the storage; objects of a kind are numbered from 0. */
enum Kind {
  /** Some blobs; what a pack holds never changes. */
  PACK,
  /** The index segment that names the pack of the same number. */
  INDEX,
  /** One segment that stands for others and names their packs. */
  MERGED,
  /** The record that opens a session and names its parent. */
  SESSION,
  /** The session's unsealed manifest. */
  CHECKPOINT,
  /** The record with which a session's author ends it. */
  END,
  /** The request to the session's author to stop. */
  REVOCATION,
  /** The sealed manifest of the session of the same number. */
  MANIFEST,
  /** What a pruner condemned, numbered by pruner. */
  CONDEMNATION,
  /** One condemnation that stands for others. */
  MERGED_CONDEMNATION,
  /** What a pruner closed, and which manifests it accepted, numbered by pruner. */
  CLOSURE;

  static final int COUNT = values().length;

  String label(int number) {
    return name().toLowerCase(Locale.ROOT) + " " + number;
  }
}
