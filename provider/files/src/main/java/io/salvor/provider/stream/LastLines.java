package io.salvor.provider.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Reads what a command complains of to its end, and keeps the last lines. */
final class LastLines {
  private static final int MOST_LINES = 5;
  private static final int MOST_CHARS = 300;
  private static final long PATIENCE_MILLIS = 1000;

  private final Deque<String> lines = new ArrayDeque<>();
  private final Thread thread;

  private LastLines(InputStream from) {
    this.thread =
        Thread.ofPlatform().name("stream-complaints").daemon().unstarted(() -> read(from));
  }

  static LastLines of(InputStream from) {
    LastLines lines = new LastLines(from);
    lines.thread.start();
    return lines;
  }

  /** The last lines as one; once the command has ended. */
  String text() throws InterruptedException {
    // Not for ever: what the command has left running may hold the other end open.
    thread.join(PATIENCE_MILLIS);
    synchronized (lines) {
      return String.join(" | ", lines);
    }
  }

  private void read(InputStream from) {
    byte[] buffer = new byte[4096];
    StringBuilder line = new StringBuilder();
    try {
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        for (char c : new String(buffer, 0, read, StandardCharsets.UTF_8).toCharArray()) {
          if (c == '\n') {
            keep(line);
          } else if (line.length() < MOST_CHARS) {
            line.append(Character.isISOControl(c) ? ' ' : c);
          }
        }
      }
    } catch (IOException _) {
      // The pipe was closed with the command; what was read is what there is.
    }
    keep(line);
  }

  private void keep(StringBuilder line) {
    String text = line.toString().strip();
    line.setLength(0);
    if (text.isEmpty()) {
      return;
    }
    synchronized (lines) {
      lines.addLast(text);
      if (lines.size() > MOST_LINES) {
        lines.removeFirst();
      }
    }
  }
}
