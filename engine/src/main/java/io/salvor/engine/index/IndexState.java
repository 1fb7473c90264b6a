package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What lookups see of segments at one moment. A view that turns out to be damaged fails them.
 *
 * @param segments those that count
 * @param superseded those that others stand for, whether or not they are there still
 * @param supposed a view of packs that no segment names, if there is one
 */
record IndexState(
    List<LiveView> views,
    Set<ObjectId> segments,
    Set<ObjectId> superseded,
    Optional<LiveView> supposed) {
  static final IndexState NOTHING = new IndexState(List.of(), Set.of(), Set.of(), Optional.empty());

  IndexState {
    views = List.copyOf(views);
    segments = Set.copyOf(segments);
    superseded = Set.copyOf(superseded);
  }

  IndexState withViews(List<LiveView> others) {
    return new IndexState(others, segments, superseded, supposed);
  }

  /** With a segment more, and without those that it stands for. */
  IndexState with(ObjectId segment, List<ObjectId> replaced) {
    Set<ObjectId> all = new HashSet<>(segments);
    all.add(segment);
    replaced.forEach(all::remove);
    Set<ObjectId> over = new HashSet<>(superseded);
    over.addAll(replaced);
    return new IndexState(views, all, over, supposed);
  }

  IndexState withSupposed(Optional<LiveView> other) {
    return new IndexState(views, segments, superseded, other);
  }

  /** All that lookups ask. */
  List<LiveView> all() {
    return supposed
        .map(one -> Stream.concat(views.stream(), Stream.of(one)).toList())
        .orElse(views);
  }

  /** The views that are files of the cache. */
  List<View> files() {
    return views.stream().map(LiveView::view).toList();
  }

  boolean contains(BlobKind kind, BlobId id) {
    for (LiveView view : views) {
      if (view.contains(kind, id)) {
        return true;
      }
    }
    return supposed.isPresent() && supposed.get().contains(kind, id);
  }

  /** Shows each place of a blob until one was enough; tells whether one was. */
  boolean find(BlobKind kind, BlobId id, Predicate<BlobLocation> enough) {
    for (LiveView view : views) {
      if (view.find(kind, id, enough)) {
        return true;
      }
    }
    return supposed.isPresent() && supposed.get().find(kind, id, enough);
  }

  /**
   * Whether each has a place that is good, or was found before; asked in the order of their ids.
   */
  boolean haveAll(
      List<BlobQuery> sorted, Predicate<BlobQuery> found, Predicate<BlobLocation> good) {
    List<LiveView> all = all();
    List<View.Finger> fingers = all.stream().map(view -> new View.Finger()).toList();
    for (BlobQuery query : sorted) {
      boolean here = false;
      for (int i = 0; i < fingers.size() && !here; i++) {
        here =
            all.get(i)
                .find(
                    query.kind(),
                    query.id(),
                    place -> query.fits(place) && good.test(place),
                    fingers.get(i));
      }
      if (!here && !found.test(query)) {
        return false;
      }
    }
    return true;
  }

  /** Shows every pack that counts; one may come more than once. */
  void packs(Consumer<PackSummary> each) {
    for (LiveView live : all()) {
      View.Cursor rows = live.view().packRows();
      for (int pack = 0; rows.advance(); pack++) {
        if (!live.dead().get(pack)) {
          each.accept(Row.packSummary(rows.bytes(), rows.at()));
        }
      }
    }
  }

  /** Adds the segments of views that name any of these packs. */
  void addSegmentsNaming(Set<ObjectId> packs, Set<ObjectId> to) {
    for (LiveView live : views) {
      View.Cursor rows = live.view().packRows();
      for (int pack = 0; rows.advance(); pack++) {
        if (!live.dead().get(pack) && packs.contains(Row.packId(rows.bytes(), rows.at()))) {
          int segment = Row.packSegment(rows.bytes(), rows.at());
          to.add(live.view().segments().get(segment).id());
        }
      }
    }
  }
}
