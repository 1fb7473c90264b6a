package io.salvor.engine.restore;

import io.salvor.engine.progress.Progress;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Wants what a stream of entries has, and expects nothing of what is there. */
record StreamWanted(EntryStream entries, Progress progress) implements Wanted.Cursor {

  @Override
  public @Nullable Wanted next() throws IOException {
    progress.checkCancelled();
    EntryStream.Keyed next = entries.next();
    return next == null ? null : new Wanted(next.key(), next.entry(), false, null);
  }

  @Override
  public boolean isAfterLoss() {
    return false;
  }
}
