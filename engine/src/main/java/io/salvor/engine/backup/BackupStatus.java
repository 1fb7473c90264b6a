package io.salvor.engine.backup;

import java.util.Locale;

/** How a backup ended. The order is the format's. */
public enum BackupStatus {
  /** Every entry was captured. */
  SUCCESS,
  /** Sealed, but some entries could not be captured. */
  PARTIAL,
  /** The writer died; what its last checkpoint holds can be browsed. */
  INTERRUPTED,
  /** Nothing could be captured. */
  FAILED;

  /** The word of the command line and of JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
