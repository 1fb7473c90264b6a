package io.salvor.provider.postgresql.protocol;

import java.io.IOException;
import java.util.Map;

/** What a server has refused, in its own words. */
public final class ServerError extends IOException {
  private static final long serialVersionUID = 1L;

  private final String state;
  private final String detail;
  private final String hint;
  private final boolean fatal;

  private ServerError(Map<Character, String> fields) {
    super(fields.getOrDefault('M', "no message"));
    this.state = fields.getOrDefault('C', "");
    this.detail = fields.getOrDefault('D', "");
    this.hint = fields.getOrDefault('H', "");
    String severity = fields.getOrDefault('V', fields.getOrDefault('S', ""));
    this.fatal = severity.equals("FATAL") || severity.equals("PANIC");
  }

  /** Of the fields of an ErrorResponse, by their letters. */
  static ServerError of(Map<Character, String> fields) {
    return new ServerError(fields);
  }

  /** The SQLSTATE, five characters. */
  public String state() {
    return state;
  }

  /** More about it, or empty. */
  public String detail() {
    return detail;
  }

  /** What the server suggests, or empty. */
  public String hint() {
    return hint;
  }

  /** Whether the server has ended the connection with it. */
  public boolean fatal() {
    return fatal;
  }
}
