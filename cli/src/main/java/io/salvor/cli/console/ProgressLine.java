package io.salvor.cli.console;

import io.salvor.cli.console.ProgressReporter.Snapshot;
import java.io.PrintStream;
import java.time.Duration;

/** One line at the bottom of a terminal, drawn again and again. */
final class ProgressLine implements ProgressReporter.View {
  private static final int BAR = 24;

  private final int columns;
  private boolean drawn;

  ProgressLine(int columns) {
    this.columns = columns;
  }

  @Override
  public long everyMillis() {
    return 100;
  }

  @Override
  public void phase(PrintStream to, String name) {}

  @Override
  public void show(PrintStream to, Snapshot now) {
    to.print("\r" + fit(text(now)) + "\u001b[K");
    to.flush();
    drawn = true;
  }

  @Override
  public void warn(PrintStream to, String code, String key, String message) {
    erase(to);
    to.println("  " + PlainText.of(key + ": " + message) + " [" + code + "]");
  }

  @Override
  public void clear(PrintStream to, Snapshot last) {
    erase(to);
  }

  private void erase(PrintStream to) {
    if (drawn) {
      to.print("\r\u001b[K");
      to.flush();
      drawn = false;
    }
  }

  static String text(Snapshot now) {
    StringBuilder line = new StringBuilder(now.phase());
    double fraction = now.fraction();
    if (fraction >= 0) {
      int full = (int) (fraction * BAR);
      line.append(" [").append("#".repeat(full)).append("-".repeat(BAR - full)).append("] ");
      line.append((int) (fraction * 100)).append('%');
    }
    line.append("  ").append(HumanText.count(now.items()));
    if (now.allItems() > 0) {
      line.append(" of ").append(HumanText.count(now.allItems()));
    }
    line.append(" items  ").append(HumanText.size(now.bytes()));
    if (now.allBytes() > 0) {
      line.append(" of ").append(HumanText.size(now.allBytes()));
    }
    line.append("  ").append(HumanText.size(now.rate())).append("/s");
    if (now.rest() >= 0) {
      line.append("  ").append(HumanText.duration(Duration.ofNanos(now.rest()))).append(" left");
    }
    if (!now.current().isEmpty()) {
      line.append("  ").append(PlainText.of(now.current()));
    }
    return line.toString();
  }

  private String fit(String text) {
    int most = Math.max(20, columns - 1);
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }
}
