package io.salvor.provider.mysql.binlog;

import io.salvor.provider.mysql.binlog.BinlogEvent.Malformed;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the files of a binary log are called.
 *
 * @param base all before the last dot; a number of six digits or more stands behind it
 */
public record BinlogName(String base) {
  private static final Pattern NAME = Pattern.compile("(?s)(?:.*/)?([^/]+)\\.(\\d{1,10})");

  /** A file's name taken apart. */
  public record Numbered(BinlogName name, long number) {}

  /**
   * Takes a file's name apart.
   *
   * @throws Malformed if it is none
   */
  public static Numbered parse(String file) throws Malformed {
    Matcher matcher = NAME.matcher(file);
    if (!matcher.matches() || Long.parseLong(matcher.group(2)) >= 1L << 32) {
      throw new Malformed("a file of the binary log of the name \"" + file + "\"");
    }
    return new Numbered(new BinlogName(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  /** The file of a number. */
  public String at(long number) {
    return base + String.format(Locale.ROOT, ".%06d", number);
  }
}
