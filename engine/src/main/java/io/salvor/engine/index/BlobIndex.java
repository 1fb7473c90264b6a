package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
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
 * <p>Views of the cache are merged as they grow, so that a lookup asks few of them, and a new
 * segment costs little even beside a very large view. Where the cache cannot be written the index
 * is kept in memory, and a warning says so.
 *
 * <p>Errors: a damaged segment is an issue, and the others serve on. A damaged view is built again.
 */
public final class BlobIndex implements AutoCloseable {
  private static final int SORT_BUDGET = 16 << 20;
  private static final int SPILL_BLOBS = 200_000;
  private static final int MOST_ATTEMPTS = 10;

  private final Storage storage;
  private final KeyRing keys;
  private final ViewCache cache;
  private final Progress progress;
  private final int spillBlobs;
  private final Overlay overlay = new Overlay();
  private Collection<ViewHead.Segment> bare = List.of();
  private volatile List<SalvorException> issues = List.of();
  private volatile Set<ObjectId> leftOut = Set.of();
  private volatile Set<ObjectId> leftOutHere = Set.of();
  private volatile IndexState state = IndexState.NOTHING;

  private BlobIndex(
      Storage storage, KeyRing keys, ViewCache cache, int spillBlobs, Progress progress) {
    this.storage = storage;
    this.keys = keys;
    this.cache = cache;
    this.spillBlobs = spillBlobs;
    this.progress = progress;
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
    ViewCache views = new ViewCache(cache, sortBudget, progress);
    BlobIndex index = new BlobIndex(storage, keys, views, spillBlobs, progress);
    index.update(views.open());
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
    return overlay.find(kind, id, location -> true) || onViews(views -> views.contains(kind, id));
  }

  /** A place of the blob, or empty if the index does not name it. */
  public Optional<BlobLocation> find(BlobKind kind, BlobId id) {
    return find(kind, id, place -> true);
  }

  /** The first place of the blob of those that are wanted, or empty. */
  public Optional<BlobLocation> find(BlobKind kind, BlobId id, Predicate<BlobLocation> wanted) {
    List<BlobLocation> found = new ArrayList<>(1);
    boolean _ = see(kind, id, place -> wanted.test(place) && found.add(place));
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

  /**
   * Whether each of these has a place that is good. They are looked up in the order of their ids,
   * so that a page of the index is read once for all that are in it: for many it costs a small part
   * of what asking one by one does.
   */
  public boolean haveAll(List<BlobQuery> queries, Predicate<BlobLocation> good) {
    List<BlobQuery> sorted = new ArrayList<>(queries);
    sorted.sort(Comparator.comparing(BlobQuery::id));
    return onViews(
        views ->
            views.haveAll(
                sorted,
                query ->
                    overlay.find(
                        query.kind(), query.id(), place -> query.fits(place) && good.test(place)),
                good));
  }

  private boolean see(BlobKind kind, BlobId id, Predicate<BlobLocation> enough) {
    return overlay.find(kind, id, enough) || onViews(views -> views.find(kind, id, enough));
  }

  /** Reads views; one that turns out to be damaged is built again first. */
  private <T> T onViews(Function<IndexState, T> read) {
    for (int attempt = 1; ; attempt++) {
      try {
        return read.apply(state);
      } catch (ViewDamagedException e) {
        if (attempt == 3) {
          throw cache.unreadable(e);
        }
        repair(e);
      }
    }
  }

  private synchronized void repair(ViewDamagedException damage) {
    List<View> sound = new ArrayList<>();
    for (LiveView live : state.views()) {
      if (!live.view().path().equals(damage.file())) {
        sound.add(live.view());
      }
    }
    if (sound.size() == state.views().size()) {
      return;
    }
    cache.discard(List.of(damage.file()));
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
    overlay.adopt(
        new Overlay.Held(
            new ViewHead.Segment(segment.id(), segment.superseded()), segment.packs(), true));
    state = state.with(segment.id(), segment.superseded());
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
    update(state.files());
  }

  /** Brings the state up to date, beginning with views of which no damage is known. */
  private synchronized void update(List<View> views) throws IOException {
    List<View> sound = views;
    for (int attempt = 1; ; attempt++) {
      try {
        boolean vanished = updateFrom(sound);
        if (!vanished || attempt >= MOST_ATTEMPTS) {
          findLeftOut();
          return;
        }
        // What stands for a segment that went away meanwhile has not been listed yet.
        sound = state.files();
      } catch (ViewDamagedException e) {
        List<View> rest = sound.stream().filter(view -> !view.path().equals(e.file())).toList();
        if (rest.size() == sound.size()) {
          // What was just written reads back wrong: do without views.
          cache.failed(new CacheException(new IOException(e.getMessage(), e)));
          rest = List.of();
        }
        sound = rest;
        cache.discard(List.of(e.file()));
      }
    }
  }

  /** Tells whether a segment went away meanwhile. */
  private boolean updateFrom(List<View> views) throws IOException {
    SegmentReading reading =
        new SegmentReading(storage, keys, views, overlay.segments().values(), bare, progress);
    state = read(views, reading);
    overlay.retain(state.segments());
    bare = reading.bare();
    issues = reading.issues();
    return reading.hasVanished();
  }

  private IndexState read(List<View> views, SegmentReading reading) throws IOException {
    if (cache.isUsable()) {
      try (ViewBuilder builder = cache.builder()) {
        reading.read((id, segment) -> builder.add(id, segment.superseded(), segment.packs()));
        Set<ObjectId> wanted = reading.wanted();
        List<LiveView> merged = cache.merge(views, wanted, builder);
        return new IndexState(merged, wanted, reading.superseded(), state.supposed());
      } catch (CacheException e) {
        cache.failed(e);
      }
    }
    List<Overlay.Held> read = new ArrayList<>();
    reading.read(
        (id, segment) ->
            read.add(
                new Overlay.Held(
                    new ViewHead.Segment(id, segment.superseded()), segment.packs(), false)));
    Set<ObjectId> wanted = reading.wanted();
    // What is superseded is read again each time, for it counts again when what stands for it goes.
    read.stream().filter(held -> wanted.contains(held.id())).forEach(overlay::adopt);
    return new IndexState(
        ViewCache.live(views, wanted), wanted, reading.superseded(), state.supposed());
  }

  /** Moves the packs that segments name from memory to a view. */
  private void spill() {
    Map<ObjectId, Overlay.Held> content = overlay.segments();
    if (content.isEmpty() || !cache.isUsable()) {
      return;
    }
    try (ViewBuilder builder = cache.builder()) {
      content.forEach((id, held) -> builder.add(id, held.segment().superseded(), held.packs()));
      List<LiveView> merged = cache.merge(state.files(), state.segments(), builder);
      state = state.withViews(merged);
      overlay.remove(content.keySet());
    } catch (CacheException e) {
      cache.failed(e);
    }
  }

  /**
   * Makes packs known to the lookups of this process that no segment names, in the place of those
   * that were supposed before; however many blobs they have.
   */
  public synchronized void suppose(PackSource packs) throws IOException {
    if (cache.isUsable()) {
      try (ViewBuilder builder = cache.builder()) {
        packs.each(pack -> builder.add(pack.id(), List.of(), List.of(pack)));
        Optional<LiveView> view =
            builder.blobs() == 0 ? Optional.empty() : Optional.of(cache.alone(builder));
        state = state.withSupposed(view);
        findLeftOut();
        return;
      } catch (CacheException e) {
        cache.failed(e);
      }
    }
    packs.each(overlay::add);
  }

  /** The segments that are in use. */
  public Set<ObjectId> segments() {
    return state.segments();
  }

  /** Segments that others stand for; they may be there still. */
  public Set<ObjectId> superseded() {
    return state.superseded();
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
    if (!cache.isUsable() || !overlay.segments().isEmpty()) {
      throw cache.unwritable();
    }
    return new BlobMarks(state.all(), this::viewDamaged);
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
              if (content.packs().stream().anyMatch(pack -> packs.contains(pack.id()))) {
                naming.add(id);
              }
            });
    onViews(
        views -> {
          views.addSegmentsNaming(packs, naming);
          return true;
        });
    naming.retainAll(state.segments());
    return naming;
  }

  /** Shows every pack without its frames; a pack may come more than once. */
  public void packs(Consumer<PackSummary> each) {
    overlay
        .packs()
        .forEach(p -> each.accept(new PackSummary(p.id(), p.sha256(), p.size(), p.kind())));
    onViews(
        views -> {
          views.packs(each);
          return true;
        });
  }

  /**
   * Shows every pack with its frames, read from the repository segment by segment; a pack may come
   * more than once. Damaged segments are left out, see {@link #issues}.
   */
  public void descriptions(Consumer<PackDescription> each) throws IOException {
    overlay.unnamed().forEach(each);
    for (ObjectId id : state.segments()) {
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
      cache.discard(List.of(e.file()));
    }
  }
}
