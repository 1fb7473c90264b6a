package io.salvor.engine.format;

import java.util.HexFormat;

/** Writes one section of docs/format-examples.md: named values as hex, in order. */
public final class FormatExamples {
  private static final int BYTES_PER_LINE = 32;

  private final StringBuilder page = new StringBuilder();

  /** One section: a class beside the code that it shows. */
  public interface Section {
    void write(FormatExamples out);
  }

  public FormatExamples heading(String text) {
    page.append("\n## ").append(text).append("\n\n");
    return this;
  }

  /** Prose, wrapped by the author. */
  public FormatExamples say(String text) {
    page.append(text.strip()).append("\n\n");
    return this;
  }

  /** A named byte string. */
  public FormatExamples bytes(String name, byte[] value) {
    page.append(name).append(" (").append(value.length).append(" bytes):\n\n");
    if (value.length == 0) {
      page.append("    (empty)\n");
    }
    for (int at = 0; at < value.length; at += BYTES_PER_LINE) {
      int end = Math.min(value.length, at + BYTES_PER_LINE);
      page.append("    ").append(HexFormat.of().formatHex(value, at, end)).append('\n');
    }
    page.append('\n');
    return this;
  }

  /** A named text. */
  public FormatExamples text(String name, String value) {
    page.append(name).append(":\n\n");
    value.lines().forEach(line -> page.append("    ").append(line).append('\n'));
    page.append('\n');
    return this;
  }

  String page() {
    return page.toString().stripTrailing() + "\n";
  }
}
