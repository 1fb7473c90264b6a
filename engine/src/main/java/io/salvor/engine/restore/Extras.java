package io.salvor.engine.restore;

import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which live entries that the backup does not have are deleted: those that were asked for, but none
 * that the backup's own patterns left out, none where a file system is mounted, and no directory
 * that holds such a one. For one plan and one thread.
 */
final class Extras {
  private final Scope asked;
  private final Scope captured;
  private final List<Key> untouchable;
  private final boolean everything;
  private @Nullable Key deletable;
  private long leftOut;
  private String firstLeftOut = "";
  private long mounted;
  private String firstMounted = "";

  /**
   * Of a restore.
   *
   * @param asked what the restore is about
   * @param captured what the backup's patterns took
   * @param untouchable what is never deleted
   */
  Extras(Scope asked, Scope captured, List<Key> untouchable) {
    this.asked = asked;
    this.captured = captured;
    this.untouchable = List.copyOf(untouchable);
    this.everything = asked == Scope.ALL && captured == Scope.ALL && untouchable.isEmpty();
  }

  /** What becomes of the entry that was taken last: taken is deleted, left out is not entered. */
  Verdict of(Key key, boolean directory, LiveCursor live) throws IOException {
    if (everything || (deletable != null && deletable.covers(key))) {
      return Verdict.TAKEN;
    }
    Verdict verdict = asked.of(key, directory);
    if (verdict != Verdict.TAKEN) {
      return verdict;
    }
    if (isUntouchable(key)) {
      if (mounted++ == 0) {
        firstMounted = key.toString();
      }
      return Verdict.LEFT_OUT;
    }
    verdict = captured.of(key, directory);
    if (verdict != Verdict.TAKEN) {
      if (verdict == Verdict.LEFT_OUT && leftOut++ == 0) {
        firstLeftOut = key.toString();
      }
      return verdict;
    }
    if (directory) {
      if (live.holds(this::stays)) {
        return Verdict.SEARCHED;
      }
      deletable = key;
    }
    return Verdict.TAKEN;
  }

  private boolean stays(Key key, boolean directory) {
    return isUntouchable(key)
        || asked.of(key, directory) != Verdict.TAKEN
        || captured.of(key, directory) != Verdict.TAKEN;
  }

  private boolean isUntouchable(Key key) {
    return untouchable.stream().anyMatch(one -> one.covers(key));
  }

  /** What was left alone that somebody may have expected to go. */
  List<Notice> notices() {
    List<Notice> notices = new ArrayList<>();
    if (leftOut > 0) {
      notices.add(
          new Notice(
              "excluded-kept",
              firstLeftOut,
              "what the backup itself left out by its patterns is not deleted: "
                  + leftOut
                  + (leftOut == 1 ? " entry" : " entries")));
    }
    if (mounted > 0) {
      notices.add(
          new Notice(
              "mount-kept",
              firstMounted,
              "where other file systems are mounted nothing is deleted: "
                  + mounted
                  + (mounted == 1 ? " place" : " places")));
    }
    return notices;
  }
}
