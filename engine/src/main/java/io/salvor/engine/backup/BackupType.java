package io.salvor.engine.backup;

import java.util.Locale;

/**
 * How a backup was captured; whatever the type, it restores by itself. The order is the format's.
 */
public enum BackupType {
  /** Everything was read. */
  FULL,
  /** What has changed since the last backup was read. */
  INCREMENTAL,
  /** What has changed since the last full one was read. */
  DIFFERENTIAL;

  /** The word of the command line and of JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
