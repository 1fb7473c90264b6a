package io.salvor.engine.verify;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import java.util.List;

/**
 * What a verification has found.
 *
 * @param blobs blobs that were looked at
 * @param bytes bytes read from the storage
 * @param sound sealed backups that were verified and that no damage touches
 * @param packs those of which every byte was read and found in order
 */
public record VerifyReport(
    Depth depth,
    long blobs,
    long bytes,
    List<Issue> issues,
    List<BackupId> sound,
    List<ObjectId> packs) {
  public VerifyReport {
    issues = List.copyOf(issues);
    sound = List.copyOf(sound);
    packs = List.copyOf(packs);
  }

  /** Whether nothing is damaged. */
  public boolean intact() {
    return issues.stream().noneMatch(i -> i.severity() == Severity.DAMAGE);
  }

  /** How far a verification goes. */
  public enum Depth {
    /** Everything that names something, and that what is named is there. */
    STRUCTURE,
    /** That, and a random share of the packs byte by byte. */
    SAMPLE,
    /** Every byte. */
    FULL,
    /** Every object's checksum, without a key. */
    CHECKSUMS
  }

  /** How bad it is. */
  public enum Severity {
    /** Something cannot be restored, or may not be. */
    DAMAGE,
    /** Nothing is lost. */
    NOTICE
  }

  /**
   * One thing that was found.
   *
   * @param object the object or entry that it is about
   * @param backups the backups that it touches, as far as they are known
   */
  public record Issue(
      Severity severity, String object, List<BackupId> backups, String message, String remedy) {
    public Issue {
      backups = List.copyOf(backups);
    }
  }
}
