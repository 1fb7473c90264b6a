package io.salvor.provider.files.target;

import io.salvor.engine.restore.Notice;
import io.salvor.engine.tree.Key;
import java.util.List;

/** Counts entries, and remembers the first of them. */
final class Tally {
  private long count;
  private String first = "";

  void add(Key key) {
    if (count++ == 0) {
      first = key.toString();
    }
  }

  void clear() {
    count = 0;
    first = "";
  }

  /** Tells of them, if there are any. */
  void tell(List<Notice> to, String code, String message) {
    if (count > 0) {
      to.add(
          new Notice(code, first, message + ": " + count + (count == 1 ? " entry" : " entries")));
    }
  }
}
