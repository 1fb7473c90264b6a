package io.salvor.engine.backup;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * The name of a backup as people write it: {@code 20260130-150000-k7f3q}, the start in UTC and five
 * random letters, so that ids sort by time and read well.
 */
public record BackupId(String text) implements Comparable<BackupId> {
  private static final String LETTERS = "23456789abcdefghjkmnpqrstvwxyz";
  private static final Pattern VALID = Pattern.compile("\\d{8}-\\d{6}-[" + LETTERS + "]{5}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);

  public BackupId {
    if (!VALID.matcher(text).matches()) {
      throw new IllegalArgumentException("not a backup id: " + text);
    }
  }

  /** A new id for a backup that starts at {@code start}. */
  public static BackupId of(Instant start, SecureRandom random) {
    StringBuilder text = new StringBuilder(TIME.format(start)).append('-');
    for (int i = 0; i < 5; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return new BackupId(text.toString());
  }

  @Override
  public int compareTo(BackupId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
