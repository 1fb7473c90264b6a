package io.salvor.cli.console;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Lines for people, in UTF-8; with faint and bold where the terminal shows them. For one thread.
 */
public final class TextOutput {
  private final OutputStream out;
  private final boolean styled;

  TextOutput(OutputStream out, boolean styled) {
    this.out = new BufferedOutputStream(out, 1 << 14);
    this.styled = styled;
  }

  /** Prints a line. */
  public void line(String text) {
    print(text + "\n");
  }

  /** Prints an empty line. */
  public void line() {
    print("\n");
  }

  /** Prints text as it is. */
  public void print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    bytes(bytes, 0, bytes.length);
  }

  /** Prints bytes as they are. */
  public void bytes(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hands over what has been printed. */
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text less bright, where the terminal can. */
  public String faint(String text) {
    return styled("2", text);
  }

  /** The text brighter, where the terminal can. */
  public String bold(String text) {
    return styled("1", text);
  }

  /** The text in green, where the terminal can. */
  public String good(String text) {
    return styled("32", text);
  }

  /** The text in red, where the terminal can. */
  public String bad(String text) {
    return styled("31", text);
  }

  private String styled(String code, String text) {
    return styled ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
