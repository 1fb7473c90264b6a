package io.salvor.engine.backup;

import io.salvor.engine.source.Source;
import java.time.Duration;
import java.util.List;

/**
 * What a run of a backup has come to.
 *
 * @param backup the sealed backup
 * @param resumed whether an interrupted attempt was taken up
 * @param warnings what a person should know, beside the failures in the manifest
 */
public record BackupReport(
    Backup backup, boolean resumed, Duration took, List<Source.Warning> warnings) {
  public BackupReport {
    warnings = List.copyOf(warnings);
  }
}
