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
  DIFFERENTIAL,
  /**
   * What was captured continuously, consolidated: takes the place of the one before, and is neither
   * listed nor counted among the recovery points of its source.
   */
  JOURNAL;

  /** Those that people choose from: a journal is none of them. */
  public static BackupType[] recoveryPoints() {
    return new BackupType[] {FULL, INCREMENTAL, DIFFERENTIAL};
  }

  /** The word of the command line and of JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
