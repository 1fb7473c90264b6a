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
 * line longer than {@link #LONGEST} is searched in pieces, so that memory stays bounded. Of a hole
 * no more than two such pieces are looked at.
 */
final class ContentSearch implements ContentBytes.Taker {
  /** Bytes of a line that are looked at together. */
  static final int LONGEST = 1 << 16;

  private static final byte[] HOLE = new byte[2 * LONGEST];
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
  private final Runnable piece;
  private final List<Line> found = new ArrayList<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long number = 1;

  private ContentSearch(Pattern pattern, Runnable piece) {
    this.pattern = pattern;
    this.piece = piece;
  }

  /**
   * The first lines that match.
   *
   * @param piece is run before each piece, and may end the search by throwing
   */
  static List<Line> find(Pattern pattern, BlobSource blobs, Entry entry, Runnable piece)
      throws IOException {
    ContentSearch search = new ContentSearch(pattern, piece);
    ContentBytes.read(blobs, entry, search);
    search.look();
    return search.found;
  }

  /** Of more zeros than a piece of a line has, the rest can be left out: they are all alike. */
  @Override
  public boolean skip(long zeros) {
    return take(HOLE, (int) Math.min(zeros, HOLE.length));
  }

  @Override
  public boolean take(byte[] bytes, int length) {
    piece.run();
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
