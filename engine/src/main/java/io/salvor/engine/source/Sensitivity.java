package io.salvor.engine.source;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells by patterns which entries of a source have sensitive content. Safe for several threads. */
public final class Sensitivity {
  private final boolean any;
  private final Selection selection;

  /**
   * Reads patterns as .gitignore has them; a directory that matches covers what lies in it.
   *
   * @throws io.salvor.engine.error.SalvorException BAD_PATTERN
   */
  public Sensitivity(List<String> patterns) {
    this.any = !patterns.isEmpty();
    this.selection = Selection.of(patterns, List.of());
  }

  /** Whether the content of what has this key, and is no directory, is sensitive. */
  public boolean of(Key key) {
    return any && selection.of(key, false) == Verdict.TAKEN;
  }

  /** Begins to store the content of an entry. */
  public ContentSink content(Capture capture, Key key) {
    return of(key) ? capture.sensitive() : capture.content();
  }

  /** The same capture, in which what was kept under the other key before has to be read again. */
  public Capture over(Capture capture) {
    return new Judged(capture);
  }

  private final class Judged implements Capture {
    private final Capture to;

    Judged(Capture to) {
      this.to = to;
    }

    @Override
    public @Nullable Entry previous(Key key) {
      @Nullable Entry before = to.previous(key);
      if (before == null || before.content().equals(ContentRef.EMPTY)) {
        return before;
      }
      return before.isSensitive() == of(key) ? before : null;
    }

    @Override
    public ContentSink content() {
      return to.content();
    }

    @Override
    public ContentSink sensitive() {
      return to.sensitive();
    }

    @Override
    public void put(Key key, Entry entry) throws IOException {
      to.put(key, entry);
    }

    @Override
    public void fail(Key key, ErrorCode code, String message) {
      to.fail(key, code, message);
    }

    @Override
    public Progress progress() {
      return to.progress();
    }
  }
}
