package io.salvor.provider.files.target;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.DataIds;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.Target;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is restored to. It need not exist. Never touched are directories that it is told
 * to avoid: the repository's own and the local state.
 */
public final class FilesTarget implements Target {
  private static final int MOST_THREADS = 8;

  private final Posix posix;
  private final TargetRoot root;
  private final List<Path> avoid;
  private final Predicate<String> isDead;
  private final BlobSource blobs;
  private final Comparison comparison;
  private final LiveEntries entries;
  private final InPlace inPlace;
  private final List<Key> leftovers = new ArrayList<>();
  private final Tally foreign = new Tally();
  private @Nullable DirPool pool;
  private @Nullable Looking looking;

  private FilesTarget(
      Posix posix,
      Path path,
      List<Path> avoid,
      Predicate<String> isDead,
      BlobSource blobs,
      DataIds ids,
      InPlace inPlace) {
    this.inPlace = inPlace;
    this.posix = posix;
    this.root = new TargetRoot(posix, path, inPlace);
    this.avoid = List.copyOf(avoid);
    this.isDead = isDead;
    this.blobs = blobs;
    this.comparison = new Comparison(blobs, ids, posix.effectiveUid() == 0);
    this.entries = new LiveEntries(posix.owners(), inPlace);
  }

  /**
   * A target.
   *
   * @param avoid directories that are never touched
   * @param isDead whether the restore of an id is not being applied any more, so that what it has
   *     left can be removed
   * @param blobs where contents come from
   * @param ids of these blobs
   * @throws SalvorException TARGET_IN_REPOSITORY or TARGET_UNUSABLE
   */
  public static FilesTarget open(
      Path path, List<Path> avoid, Predicate<String> isDead, BlobSource blobs, DataIds ids) {
    return open(path, avoid, isDead, blobs, ids, InPlace.NOTHING);
  }

  /**
   * A target of which some is done otherwise.
   *
   * @param inPlace what
   * @throws SalvorException TARGET_IN_REPOSITORY or TARGET_UNUSABLE
   */
  public static FilesTarget open(
      Path path,
      List<Path> avoid,
      Predicate<String> isDead,
      BlobSource blobs,
      DataIds ids,
      InPlace inPlace) {
    FilesTarget target = new FilesTarget(Posix.system(), path, avoid, isDead, blobs, ids, inPlace);
    target.check();
    return target;
  }

  private void check() {
    try {
      for (Path other : avoid) {
        if (root.isWithin(other)) {
          throw new SalvorException(
              ErrorCode.TARGET_IN_REPOSITORY,
              "Cannot restore to " + root.display(),
              "it lies in " + other + ", which belongs to the repository or to Salvor itself",
              "name a directory outside");
        }
      }
      Dir dir = root.open();
      if (dir != null) {
        pool = new DirPool(dir, inPlace);
      }
    } catch (PosixException e) {
      throw new SalvorException(
          ErrorCode.TARGET_UNUSABLE,
          "Cannot restore to " + root.display(),
          String.valueOf(e.getMessage()),
          "name a directory that you may write, or one that can be made",
          e);
    }
  }

  @Override
  public String provider() {
    return "files";
  }

  @Override
  public String address() {
    return root.display();
  }

  @Override
  public Set<RestoreMode> modes() {
    return EnumSet.of(RestoreMode.INPLACE, RestoreMode.NEW);
  }

  @Override
  public boolean canMerge() {
    return false;
  }

  @Override
  public boolean isEmpty() throws IOException {
    DirPool at = pool;
    if (at == null) {
      return true;
    }
    DirPool.Node node = at.root();
    Dir dir = node.enter();
    try {
      for (byte[] name : dir.list()) {
        if (TemporaryName.restoreOf(name) == null) {
          return false;
        }
      }
      return true;
    } finally {
      node.exit();
    }
  }

  @Override
  public LiveCursor live(Progress progress) throws IOException {
    leftovers.clear();
    foreign.clear();
    DirPool at = pool;
    if (at == null) {
      return NothingLive.CURSOR;
    }
    List<Stat> avoided = new ArrayList<>();
    for (Path path : avoid) {
      try (Dir dir = posix.openRoot(path)) {
        avoided.add(dir.statSelf());
      } catch (PosixException e) {
        if (!e.isNotFound() && !e.isWrongKind()) {
          throw e;
        }
      }
    }
    return new LiveWalk(
        at,
        entries,
        stat -> avoided.stream().anyMatch(stat::isSameFile),
        isDead,
        (key, dead) -> {
          if (dead) {
            leftovers.add(key);
          } else {
            foreign.add(key);
          }
        });
  }

  @Override
  public List<Key> untouchable() throws IOException {
    List<Key> keys = new ArrayList<>(Mounts.below(root.real()));
    for (Path own : avoid) {
      Path real = Files.exists(own) ? own.toRealPath() : own;
      if (real.startsWith(root.real()) && !real.equals(root.real())) {
        keys.add(Key.of(raw(root.real().relativize(real))));
      }
    }
    return keys;
  }

  private static byte[][] raw(Path relative) {
    List<byte[]> parts = new ArrayList<>();
    relative.forEach(part -> parts.add(part.toString().getBytes(StandardCharsets.UTF_8)));
    return parts.toArray(byte[][]::new);
  }

  @Override
  public List<Key> leftovers() {
    return List.copyOf(leftovers);
  }

  private DirPool opened() {
    DirPool now = pool;
    if (now == null) {
      Dir dir = root.open();
      if (dir == null) {
        throw new IllegalStateException("the target is not there: " + root.display());
      }
      now = new DirPool(dir, inPlace);
      pool = now;
    }
    return now;
  }

  @Override
  public Set<EntryField> compare(LiveItem live, Entry wanted) throws IOException {
    return looking().compare(live, wanted);
  }

  @Override
  public void requireReadable(LiveItem live) throws IOException {
    looking().requireReadable(live);
  }

  @Override
  public Set<EntryField> verify(Key key, Entry wanted) throws IOException {
    return looking().verify(key, wanted);
  }

  private Looking looking() throws IOException {
    Looking now = looking;
    if (now == null) {
      now = new Looking(opened(), comparison, entries);
      looking = now;
    }
    return now;
  }

  @Override
  public Feasibility feasibility() {
    return new FilesFeasibility(root, posix, blobs, foreign);
  }

  @Override
  public Source undoSource(PlanFile plan, boolean known) {
    return new UndoCapture(root, plan, known, entries);
  }

  @Override
  public Applier apply(
      PlanFile plan, BlobSource from, Check check, Progress progress, Outcomes outcomes)
      throws IOException {
    close();
    boolean ownMetadata;
    try (PlanFile.Steps steps = plan.steps()) {
      var first = steps.next();
      ownMetadata = first != null && first.key().isRoot();
    }
    Dir dir = root.open();
    DirPool work = new DirPool(dir == null ? root.make(ownMetadata) : dir, inPlace);
    Losses losses = new Losses();
    MetadataWriter metadata = new MetadataWriter(losses);
    FileContent content =
        new FileContent(from, comparison, check != Check.METADATA, progress, outcomes::spared);
    EntryWriter writer =
        new EntryWriter(
            content, metadata, new TemporaryName(plan.plan().id()), posix.capabilities(), inPlace);
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS);
    FilesApplier applier =
        new FilesApplier(
            work, root, writer, metadata, comparison, losses, outcomes, new Workers(threads));
    applier.clear(plan.plan().leftovers());
    return applier;
  }

  @Override
  public void close() {
    DirPool now = pool;
    pool = null;
    looking = null;
    if (now != null) {
      now.close();
    }
  }
}
