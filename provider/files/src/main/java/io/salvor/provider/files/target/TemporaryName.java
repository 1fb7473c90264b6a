package io.salvor.provider.files.target;

import io.salvor.engine.restore.RestoreId;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of what a restore has not finished: {@code .salvor-20260130-150000-k7f3q-17}. */
final class TemporaryName {
  private static final Pattern NAME = Pattern.compile("\\.salvor-(.{21})-\\d{1,19}");
  private static final int SHORTEST = ".salvor-".length();

  private final String prefix;
  private final AtomicLong next = new AtomicLong();

  TemporaryName(RestoreId restore) {
    this.prefix = ".salvor-" + restore + "-";
  }

  byte[] next() {
    return (prefix + next.incrementAndGet()).getBytes(StandardCharsets.US_ASCII);
  }

  /** The restore that made this name; null if it is not one of these names. */
  static @Nullable String restoreOf(byte[] name) {
    if (name.length < SHORTEST || name[0] != '.' || name[1] != 's' || name[7] != '-') {
      return null;
    }
    Matcher match = NAME.matcher(new String(name, StandardCharsets.ISO_8859_1));
    return match.matches() && RestoreId.isValid(match.group(1)) ? match.group(1) : null;
  }
}
