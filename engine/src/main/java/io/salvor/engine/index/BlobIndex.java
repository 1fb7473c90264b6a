package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.Listings;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Tells where blobs lie: the union of the repository's segments, but for superseded ones, and of
 * what this process has written. Safe for several threads; several processes may share the cache
 * directory.
 *
 * <p>Views of the cache are merged so that each is at least four times as large as all smaller ones
 * together; so a lookup asks few of them, and a new segment costs little even beside a very large
 * view. Where the cache cannot be written the index is kept in memory, and a warning says so.
 *
 * <p>Errors: a damaged segment is an issue, and the others serve on. A damaged view is built again.
 */
public final class BlobIndex implements AutoCloseable {
  private static final int SORT_BUDGET = 16 << 20;
  private static final int SPILL_BLOBS = 200_000;
  private static final int GROWTH = 4;

  private static final int MOST_ATTEMPTS = 10;

  /**
   * What lookups see.
   *
   * @param segments those that count
   * @param superseded those that others stand for, whether or not they are there still
   */
  private record State(List<LiveView> views, Set<ObjectId> segments, Set<ObjectId> superseded) {}

  private final Storage storage;
  private final KeyRing keys;
  private final Path cache;
  private final Progress progress;
  private final int sortBudget;
  private final int spillBlobs;
  private final Overlay overlay = new Overlay();
  private final Map<ObjectId, ViewHead.Segment> bare = new HashMap<>();
  private volatile List<SalvorException> issues = List.of();
  private volatile Set<ObjectId> leftOut = Set.of();
  private volatile Set<ObjectId> leftOutHere = Set.of();
  private volatile State state = new State(List.of(), Set.of(), Set.of());
  private boolean cacheUsable = true;
  private boolean vanished;

  private BlobIndex(
      Storage storage,
      KeyRing keys,
      Path cache,
      Progress progress,
      int sortBudget,
      int spillBlobs) {
    this.storage = storage;
    this.keys = keys;
    this.cache = cache;
    this.progress = progress;
    this.sortBudget = sortBudget;
    this.spillBlobs = spillBlobs;
  }

  /**
   * Opens the index of a repository and brings its local views up to date.
   *
   * @param cache a directory for this repository alone; made if it is missing
   */
  public static BlobIndex open(Storage storage, KeyRing keys, Path cache, Progress progress)
      throws IOException {
    return open(storage, keys, cache, progress, SORT_BUDGET, SPILL_BLOBS);
  }

  static BlobIndex open(
      Storage storage, KeyRing keys, Path cache, Progress progress, int sortBudget, int spillBlobs)
      throws IOException {
    BlobIndex index = new BlobIndex(storage, keys, cache, progress, sortBudget, spillBlobs);
    List<View> views = List.of();
    try {
      ViewBuilder.prepare(cache);
      views = ViewFiles.open(cache);
    } catch (CacheException e) {
      index.cacheFailed(e);
    }
    index.update(views);
    return index;
  }

  /**
   * Counts as missing what lies only in these packs, so that it is stored again; places in them are
   * still given.
   */
  public synchronized void leaveOut(Set<ObjectId> packs) {
    leftOut = Set.copyOf(packs);
    findLeftOut();
  }

  /**
   * Lookups ask about packs that are there only, so that they cost nothing where there are none.
   */
  private void findLeftOut() {
    Set<ObjectId> found = new HashSet<>();
    if (!leftOut.isEmpty()) {
      packs(
          pack -> {
            if (leftOut.contains(pack.id())) {
              found.add(pack.id());
            }
          });
    }
    leftOutHere = Set.copyOf(found);
  }

  /** Whether packs are left out that the index names. */
  public boolean leavesOut() {
    return !leftOutHere.isEmpty();
  }

  /** Whether the index names the blob in a pack that is not left out. */
  public boolean contains(BlobKind kind, BlobId id) {
    Set<ObjectId> without = leftOutHere;
    if (!without.isEmpty()) {
      return see(kind, id, place -> !without.contains(place.pack()));
    }
    return overlay.find(kind, id, location -> true)
        || onViews(
            views -> {
              for (LiveView view : views) {
                if (view.contains(kind, id)) {
                  return true;
                }
              }
              return false;
            });
  }

  /** A place of the blob, or empty if the index does not name it. */
  public Optional<BlobLocation> find(BlobKind kind, BlobId id) {
    List<BlobLocation> found = new ArrayList<>();
    boolean _ = see(kind, id, found::add);
    return found.stream().findFirst();
  }

  /** Every place of the blob, one for each pack. */
  public List<BlobLocation> locations(BlobKind kind, BlobId id) {
    Map<ObjectId, BlobLocation> found = new LinkedHashMap<>();
    boolean _ =
        see(
            kind,
            id,
            location -> {
              found.putIfAbsent(location.pack(), location);
              return false;
            });
    return List.copyOf(found.values());
  }

  private boolean see(BlobKind kind, BlobId id, Predicate<BlobLocation> enough) {
    return overlay.find(kind, id, enough)
        || onViews(views -> views.stream().anyMatch(view -> view.find(kind, id, enough)));
  }

  /** Reads views; one that turns out to be damaged is built again first. */
  private <T> T onViews(Function<List<LiveView>, T> read) {
    for (int attempt = 1; ; attempt++) {
      try {
        return read.apply(state.views);
      } catch (ViewDamagedException e) {
        if (attempt == 3) {
          throw new SalvorException(
              ErrorCode.LOCAL_STATE,
              "the local view of the index cannot be read",
              String.valueOf(e.getMessage()),
              "check the disk of " + cache + ", or remove that directory",
              e);
        }
        repair(e);
      }
    }
  }

  private synchronized void repair(ViewDamagedException damage) {
    List<View> sound = new ArrayList<>();
    for (LiveView live : state.views) {
      if (!live.view().path().equals(damage.file())) {
        sound.add(live.view());
      }
    }
    if (sound.size() == state.views.size()) {
      return;
    }
    try {
      ViewFiles.remove(damage.file());
    } catch (CacheException e) {
      cacheFailed(e);
    }
    try {
      update(sound);
    } catch (IOException e) {
      throw new SalvorException(
          ErrorCode.STORAGE_FAILED,
          "cannot read the index of " + storage.address(),
          String.valueOf(e.getMessage()),
          "try again when the storage can be read",
          e);
    }
  }

  /** Makes a durable pack known. */
  public void add(PackDescription pack) {
    overlay.add(pack);
  }

  /** The packs that this process knows and that no segment is known to name. */
  public List<PackDescription> unnamed() {
    return overlay.unnamed();
  }

  /** Forgets packs that no segment names: whoever has written them has given up. */
  public void forgetUnnamed() {
    overlay.forgetUnnamed();
  }

  /** Says which segment names packs from now on; many of them then leave memory for a view. */
  public synchronized void adopt(SegmentWriter.Written segment) {
    overlay.adopt(segment.id(), segment.packs());
    Set<ObjectId> segments = new HashSet<>(state.segments);
    segments.add(segment.id());
    state = new State(state.views, Set.copyOf(segments), state.superseded);
    if (overlay.blobs() >= spillBlobs) {
      try {
        spill();
      } catch (ViewDamagedException e) {
        repair(e);
      }
    }
  }

  /** Takes in the segments that were written or removed since. */
  public synchronized void refresh() throws IOException {
    update(state.views.stream().map(LiveView::view).toList());
  }

  /** Brings the state up to date, beginning with views of which no damage is known. */
  private synchronized void update(List<View> views) throws IOException {
    List<View> sound = views;
    for (int attempt = 1; ; attempt++) {
      try {
        updateFrom(sound);
        if (!vanished || attempt >= MOST_ATTEMPTS) {
          findLeftOut();
          return;
        }
        // What stands for a segment that went away meanwhile has not been listed yet.
        sound = state.views.stream().map(LiveView::view).toList();
      } catch (ViewDamagedException e) {
        List<View> rest = sound.stream().filter(view -> !view.path().equals(e.file())).toList();
        if (rest.size() == sound.size()) {
          // What was just written reads back wrong: do without views.
          cacheFailed(new CacheException(new IOException(e.getMessage(), e)));
          rest = List.of();
        }
        sound = rest;
        discard(List.of(e.file()));
      }
    }
  }

  private void updateFrom(List<View> views) throws IOException {
    Set<ObjectId> present = new HashSet<>();
    Listings.names(storage, ObjectKind.INDEX_SEGMENT.prefix())
        .forEach(
            name ->
                ObjectKind.INDEX_SEGMENT
                    .idIn(name)
                    // What a write-only client says of packs counts once a key holder has read
                    // them.
                    .filter(id -> !keys.isForeign(id))
                    .ifPresent(present::add));
    vanished = false;
    Set<ObjectId> inMemory = overlay.segments().keySet();
    present.addAll(inMemory);
    bare.keySet().retainAll(present);
    Map<ObjectId, ViewHead.Segment> known = new HashMap<>(bare);
    views.forEach(view -> view.segments().forEach(s -> known.put(s.id(), s)));
    inMemory.forEach(id -> known.putIfAbsent(id, new ViewHead.Segment(id, List.of())));
    List<ObjectId> unread = present.stream().filter(id -> !known.containsKey(id)).toList();
    Map<ObjectId, SalvorException> damaged = new LinkedHashMap<>();
    if (cacheUsable) {
      try (ViewBuilder builder = new ViewBuilder(cache, sortBudget, progress)) {
        for (ObjectId id : unread) {
          read(id, known, damaged)
              .ifPresent(segment -> builder.add(id, segment.superseded(), segment.packs()));
        }
        publish(views, wanted(present, known), superseded(present, known), builder);
        issues = List.copyOf(damaged.values());
        return;
      } catch (CacheException e) {
        cacheFailed(e);
        damaged.clear();
      }
    }
    for (ObjectId id : unread) {
      read(id, known, damaged).ifPresent(segment -> overlay.adopt(id, segment.packs()));
    }
    Set<ObjectId> wanted = wanted(present, known);
    state = new State(live(views, wanted), wanted, superseded(present, known));
    issues = List.copyOf(damaged.values());
  }

  /** Reads a segment; empty if it is damaged, has vanished, or has no packs. */
  private Optional<IndexSegment> read(
      ObjectId id, Map<ObjectId, ViewHead.Segment> known, Map<ObjectId, SalvorException> damaged)
      throws IOException {
    progress.checkCancelled();
    IndexSegment segment;
    try {
      segment = IndexSegment.read(storage, keys, id);
    } catch (NoSuchFileException e) {
      // Superseded and removed since the list was made.
      vanished = true;
      return Optional.empty();
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.OBJECT_DAMAGED) {
        throw e;
      }
      damaged.put(id, e);
      return Optional.empty();
    }
    ViewHead.Segment head = new ViewHead.Segment(id, segment.superseded());
    known.put(id, head);
    if (segment.packs().isEmpty()) {
      bare.put(id, head);
      return Optional.empty();
    }
    return Optional.of(segment);
  }

  private static Set<ObjectId> superseded(
      Set<ObjectId> present, Map<ObjectId, ViewHead.Segment> known) {
    Set<ObjectId> superseded = new HashSet<>();
    known.forEach(
        (id, segment) -> {
          if (present.contains(id)) {
            superseded.addAll(segment.superseded());
          }
        });
    return Set.copyOf(superseded);
  }

  /** The segments that count: those that are there and that none of these supersedes. */
  private static Set<ObjectId> wanted(
      Set<ObjectId> present, Map<ObjectId, ViewHead.Segment> known) {
    Set<ObjectId> wanted = new HashSet<>(known.keySet());
    wanted.retainAll(present);
    for (ObjectId id : List.copyOf(wanted)) {
      ViewHead.Segment segment = known.get(id);
      if (segment != null) {
        segment.superseded().forEach(wanted::remove);
      }
    }
    return Set.copyOf(wanted);
  }

  private static List<LiveView> live(List<View> views, Set<ObjectId> wanted) {
    return views.stream()
        .map(view -> new LiveView(view, view.packsNotOf(wanted::contains)))
        .toList();
  }

  /** Merges what was read with the views that it outgrows, and lets lookups see the result. */
  private void publish(
      List<View> views, Set<ObjectId> wanted, Set<ObjectId> superseded, ViewBuilder builder) {
    List<LiveView> kept = new ArrayList<>();
    List<LiveView> merged = new ArrayList<>();
    List<Path> obsolete = new ArrayList<>();
    long size = builder.blobs();
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
      View view = builder.build(merged);
      kept.addAll(live(List.of(view), wanted));
    }
    state = new State(List.copyOf(kept), wanted, superseded);
    discard(obsolete);
  }

  /** Moves the packs that segments name from memory to a view. */
  private void spill() {
    Map<ObjectId, List<PackDescription>> content = overlay.segments();
    if (content.isEmpty() || !cacheUsable) {
      return;
    }
    try (ViewBuilder builder = new ViewBuilder(cache, sortBudget, progress)) {
      content.forEach((id, packs) -> builder.add(id, List.of(), packs));
      publish(
          state.views.stream().map(LiveView::view).toList(),
          state.segments,
          state.superseded,
          builder);
      overlay.remove(content.keySet());
    } catch (CacheException e) {
      cacheFailed(e);
    }
  }

  private void discard(List<Path> files) {
    try {
      files.forEach(ViewFiles::remove);
    } catch (CacheException e) {
      cacheFailed(e);
    }
  }

  private void cacheFailed(CacheException e) {
    if (cacheUsable) {
      cacheUsable = false;
      progress.warn(
          ErrorCode.LOCAL_STATE.code(),
          cache.toString(),
          "the index is kept in memory, for its cache cannot be used: " + e.getMessage());
    }
  }

  /** The segments that are in use. */
  public Set<ObjectId> segments() {
    return state.segments;
  }

  /** Segments that others stand for; they may be there still. */
  public Set<ObjectId> superseded() {
    return state.superseded;
  }

  /**
   * Marks for this index as it is now, none set. What was written by this process is put into a
   * view first.
   *
   * @throws SalvorException LOCAL_STATE if there is no room for views
   */
  public synchronized BlobMarks marks() {
    try {
      spill();
    } catch (ViewDamagedException e) {
      repair(e);
    }
    if (!cacheUsable || !overlay.segments().isEmpty()) {
      throw new SalvorException(
          ErrorCode.LOCAL_STATE,
          "the local view of the index cannot be written",
          "what is needed is marked in files below " + cache,
          "make room there, or set SALVOR_CACHE_DIR");
    }
    return new BlobMarks(state.views, this::viewDamaged);
  }

  /** A view was found damaged by who goes through all of it: it is built again for the next one. */
  private SalvorException viewDamaged(ViewDamagedException damage) {
    repair(damage);
    return new SalvorException(
        ErrorCode.LOCAL_STATE,
        "the local view of the index was damaged",
        String.valueOf(damage.getMessage()),
        "run the command again: the view has been built anew",
        damage);
  }

  /** What is wrong with segments, found when they were read last. */
  public List<SalvorException> issues() {
    return issues;
  }

  /** The segments in use that name any of these packs. */
  public Set<ObjectId> segmentsNaming(Set<ObjectId> packs) {
    Set<ObjectId> naming = new HashSet<>();
    overlay
        .segments()
        .forEach(
            (id, content) -> {
              if (content.stream().anyMatch(pack -> packs.contains(pack.id()))) {
                naming.add(id);
              }
            });
    onViews(
        views -> {
          for (LiveView live : views) {
            View.Cursor rows = live.view().packRows();
            for (int pack = 0; rows.advance(); pack++) {
              if (!live.dead().get(pack) && packs.contains(Row.packId(rows.bytes(), rows.at()))) {
                int segment = Row.packSegment(rows.bytes(), rows.at());
                naming.add(live.view().segments().get(segment).id());
              }
            }
          }
          return true;
        });
    naming.retainAll(state.segments);
    return naming;
  }

  /** Shows every pack without its frames; a pack may come more than once. */
  public void packs(Consumer<PackSummary> each) {
    overlay
        .packs()
        .forEach(p -> each.accept(new PackSummary(p.id(), p.sha256(), p.size(), p.kind())));
    onViews(
        views -> {
          for (LiveView live : views) {
            View.Cursor rows = live.view().packRows();
            for (int pack = 0; rows.advance(); pack++) {
              if (!live.dead().get(pack)) {
                each.accept(Row.packSummary(rows.bytes(), rows.at()));
              }
            }
          }
          return true;
        });
  }

  /**
   * Shows every pack with its frames, read from the repository segment by segment; a pack may come
   * more than once. Damaged segments are left out, see {@link #issues}.
   */
  public void descriptions(Consumer<PackDescription> each) throws IOException {
    overlay.unnamed().forEach(each);
    for (ObjectId id : state.segments) {
      progress.checkCancelled();
      IndexSegment.read(storage, keys, id).packs().forEach(each);
    }
  }

  /** Keeps what was written for the next process, as far as the cache can be used. */
  @Override
  public synchronized void close() {
    try {
      spill();
    } catch (ViewDamagedException e) {
      discard(List.of(e.file()));
    }
  }
}
