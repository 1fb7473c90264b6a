package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Searches a content line by line, whatever it is; what is not UTF-8 in a line does not match. A
 * line longer than {@link #LONGEST} is searched in pieces, so that memory stays bounded.
 */
final class ContentSearch {
  /** Bytes of a line that are looked at together. */
  static final int LONGEST = 1 << 16;

  private static final int MOST_LINES = 20;
  private static final int SHOWN = 200;

  /** A line that matches, numbered from 1; long ones are cut. */
  record Line(long number, String text) {
    void write(JsonDocument json) {
      json.field("number", number);
      json.field("text", text);
    }
  }

  private final Pattern pattern;
  private final List<Line> found = new ArrayList<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long number = 1;

  private ContentSearch(Pattern pattern) {
    this.pattern = pattern;
  }

  /** The first lines that match. */
  static List<Line> find(Pattern pattern, BlobSource blobs, Entry entry) throws IOException {
    ContentSearch search = new ContentSearch(pattern);
    ContentBytes.read(blobs, entry, search::take);
    search.look();
    return search.found;
  }

  private boolean take(byte[] bytes, int length) {
    int from = 0;
    for (int i = 0; i < length && found.size() < MOST_LINES; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, from, i - from);
        look();
        from = i + 1;
        number++;
      } else if (line.size() + i - from >= LONGEST) {
        line.write(bytes, from, i - from);
        look();
        from = i;
      }
    }
    if (found.size() >= MOST_LINES) {
      return false;
    }
    line.write(bytes, from, length - from);
    return true;
  }

  private void look() {
    if (line.size() > 0 && found.size() < MOST_LINES) {
      String text = line.toString(StandardCharsets.UTF_8);
      if (pattern.matcher(text).find() && (found.isEmpty() || found.getLast().number() != number)) {
        String shown = text.stripTrailing();
        found.add(
            new Line(number, shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown));
      }
    }
    line.reset();
  }
}
