package io.salvor.engine.restore;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A target in memory that is planned for: some of it cannot be read, some vanishes. */
final class LiveMap implements Target {
  final TreeMap<Key, Entry> entries = new TreeMap<>();
  final Set<Key> unreadable = new HashSet<>();
  final Set<Key> unreadableContents = new HashSet<>();
  final Set<Key> vanishing = new HashSet<>();
  final Map<Key, SalvorException> failures = new HashMap<>();
  final List<Key> untouchable = new ArrayList<>();
  final List<Step> planned = new ArrayList<>();

  LiveMap put(Entry entry, String... key) {
    entries.put(Key.of(key), entry);
    return this;
  }

  @Override
  public Set<EntryField> compare(LiveItem live, Entry wanted) throws IOException {
    requireReadable(live);
    SalvorException failure = failures.get(live.key());
    if (failure != null) {
      throw failure;
    }
    return wanted.differences(live.entry());
  }

  @Override
  public void requireReadable(LiveItem live) throws IOException {
    if (unreadableContents.contains(live.key())) {
      throw new UnreadableException("its content is closed", new IOException());
    }
  }

  @Override
  public LiveCursor live(Progress progress) {
    return new Cursor();
  }

  private final class Cursor implements LiveCursor {
    private @Nullable Key last;
    private @Nullable Key next = entries.isEmpty() ? null : entries.firstKey();

    @Override
    public @Nullable Key peek() {
      return next;
    }

    @Override
    public @Nullable LiveItem take() throws IOException {
      Key key = next;
      if (key == null) {
        throw new IllegalStateException("nothing is left");
      }
      last = key;
      next = entries.higherKey(key);
      if (unreadable.contains(key)) {
        prune();
        throw new UnreadableException("it cannot be looked at", new IOException());
      }
      return vanishing.contains(key)
          ? null
          : new LiveItem(key, entries.get(key), new Fingerprint(key.encoded()));
    }

    @Override
    public void prune() {
      while (last != null && next != null && last.covers(next)) {
        next = entries.higherKey(next);
      }
    }

    @Override
    public boolean holds(BiPredicate<Key, Boolean> test) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void skip() {
      last = next;
      prune();
    }

    @Override
    public void close() {}
  }

  @Override
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  @Override
  public List<Key> untouchable() {
    return untouchable;
  }

  @Override
  public Feasibility feasibility() {
    return new Feasibility() {
      @Override
      public void consider(Step step) {
        planned.add(step);
      }

      @Override
      public Findings findings() {
        return new Findings(List.of(), List.of());
      }
    };
  }

  @Override
  public String provider() {
    return "map";
  }

  @Override
  public String address() {
    return "map:live";
  }

  @Override
  public Set<RestoreMode> modes() {
    return Set.of(RestoreMode.INPLACE);
  }

  @Override
  public boolean canMerge() {
    return false;
  }

  @Override
  public List<Key> leftovers() {
    return List.of();
  }

  @Override
  public Set<EntryField> verify(Key key, Entry wanted) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Source undoSource(PlanFile plan, boolean known) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Applier apply(
      PlanFile plan, BlobSource blobs, Check check, Progress progress, Outcomes outcomes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
