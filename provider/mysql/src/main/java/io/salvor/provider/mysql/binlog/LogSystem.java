package io.salvor.provider.mysql.binlog;

import java.time.Instant;
import java.util.Locale;

/**
 * What tells one log of a server from another: the server's id, and when the first file was begun
 * that was captured.
 */
public final class LogSystem {
  private LogSystem() {}

  /**
   * Of a server's log.
   *
   * @param begun in seconds since 1970
   */
  public static String of(String server, long begun) {
    return server + "-" + String.format(Locale.ROOT, "%08x", begun);
  }

  /** Whether it is a log of this server. */
  public static boolean isOf(String system, String server) {
    return system.startsWith(server + "-");
  }

  /** When it was begun. */
  static Instant begun(String system) {
    String hex = system.substring(system.lastIndexOf('-') + 1);
    return hex.matches("[0-9a-f]{8}")
        ? Instant.ofEpochSecond(Long.parseLong(hex, 16))
        : Instant.EPOCH;
  }
}
