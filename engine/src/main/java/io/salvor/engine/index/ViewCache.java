package io.salvor.engine.index;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The views of a cache directory, and whether it can be used at all. They are merged so that each
 * is at least four times as large as all smaller ones together. Guarded by the index.
 */
final class ViewCache {
  private static final int GROWTH = 4;

  private final Path directory;
  private final int sortBudget;
  private final Progress progress;
  private boolean usable = true;

  ViewCache(Path directory, int sortBudget, Progress progress) {
    this.directory = directory;
    this.sortBudget = sortBudget;
    this.progress = progress;
  }

  /** The views that are there; none where the directory cannot be used. */
  List<View> open() {
    try {
      ViewBuilder.prepare(directory);
      return ViewFiles.open(directory);
    } catch (CacheException e) {
      failed(e);
      return List.of();
    }
  }

  boolean isUsable() {
    return usable;
  }

  /** Notes that it cannot be used, and warns of that once. */
  void failed(CacheException e) {
    if (usable) {
      usable = false;
      progress.warn(
          ErrorCode.LOCAL_STATE.code(),
          directory.toString(),
          "the index is kept in memory, for its cache cannot be used: " + e.getMessage());
    }
  }

  ViewBuilder builder() {
    return new ViewBuilder(directory, sortBudget, progress);
  }

  /**
   * Merges what was read with the views that it outgrows, and removes the files of those.
   *
   * @return the views that have all of it together
   */
  List<LiveView> merge(List<View> views, Set<ObjectId> wanted, ViewBuilder news) {
    List<LiveView> kept = new ArrayList<>();
    List<LiveView> merged = new ArrayList<>();
    List<Path> obsolete = new ArrayList<>();
    long size = news.blobs();
    List<LiveView> all = new ArrayList<>(live(views, wanted));
    all.sort(Comparator.comparingLong(live -> live.view().blobs()));
    for (LiveView live : all) {
      if (live.isDead()) {
        obsolete.add(live.view().path());
      } else if (live.isWorn() || (size > 0 && live.view().blobs() <= GROWTH * size)) {
        merged.add(live);
        obsolete.add(live.view().path());
        size += live.view().blobs();
      } else {
        kept.add(live);
      }
    }
    if (size > 0) {
      View view = news.build(merged);
      kept.addAll(live(List.of(view), wanted));
    }
    discard(obsolete);
    return List.copyOf(kept);
  }

  /** A view of what was added to the builder that goes with this process, and no other sees. */
  LiveView alone(ViewBuilder builder) {
    View view = builder.build(List.of());
    // Until then another process may open it: it has no segment that is there, so that it is dead.
    ViewFiles.remove(view.path());
    return live(List.of(view), segments(view)).getFirst();
  }

  private static Set<ObjectId> segments(View view) {
    return Set.copyOf(view.segments().stream().map(ViewHead.Segment::id).toList());
  }

  static List<LiveView> live(List<View> views, Set<ObjectId> wanted) {
    return views.stream()
        .map(view -> new LiveView(view, view.packsNotOf(wanted::contains)))
        .toList();
  }

  /** Removes views; where that fails the directory is not used any more. */
  void discard(List<Path> files) {
    try {
      files.forEach(ViewFiles::remove);
    } catch (CacheException e) {
      failed(e);
    }
  }

  /** That views cannot be written, for work that cannot do without. */
  SalvorException unwritable() {
    return new SalvorException(
        ErrorCode.LOCAL_STATE,
        "the local view of the index cannot be written",
        "what is needed is marked in files below " + directory,
        "make room there, or set SALVOR_CACHE_DIR");
  }

  /** That a view is damaged, however often it is built again. */
  SalvorException unreadable(ViewDamagedException e) {
    return new SalvorException(
        ErrorCode.LOCAL_STATE,
        "the local view of the index cannot be read",
        String.valueOf(e.getMessage()),
        "check the disk of " + directory + ", or remove that directory",
        e);
  }
}
