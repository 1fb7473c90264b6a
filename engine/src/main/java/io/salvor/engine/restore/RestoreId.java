package io.salvor.engine.restore;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/** The name of a restore, of the same form as a backup's: {@code 20260130-150000-k7f3q}. */
public record RestoreId(String text) implements Comparable<RestoreId> {
  private static final String LETTERS = "23456789abcdefghjkmnpqrstvwxyz";
  private static final Pattern VALID = Pattern.compile("\\d{8}-\\d{6}-[" + LETTERS + "]{5}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);

  public RestoreId {
    if (!isValid(text)) {
      throw new IllegalArgumentException("not a restore's id: " + text);
    }
  }

  /** Whether this is the text of an id. */
  public static boolean isValid(String text) {
    return VALID.matcher(text).matches();
  }

  /** A new id for a restore that is planned now. */
  public static RestoreId of(Instant now, SecureRandom random) {
    StringBuilder text = new StringBuilder(TIME.format(now)).append('-');
    for (int i = 0; i < 5; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return new RestoreId(text.toString());
  }

  @Override
  public int compareTo(RestoreId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
