package io.salvor.engine.prune;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentBlobs;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeAudit;
import io.salvor.engine.tree.TreeItem;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks what roots need, each node of each tree once. Bounded memory: a bit for each blob of the
 * index.
 */
final class Mark {
  /** The value of each key in a tree of keys: an empty map. */
  private static final byte[] NOTHING = {(byte) 0xa0};

  private final Repository repository;
  private final BlobMarks marks;
  private final Set<ObjectId> gone;
  private final Progress progress;
  private final Set<TreeRoot> done = new LinkedHashSet<>();
  private boolean incomplete;

  /**
   * @param gone packs that the index names and that are not there
   */
  Mark(Repository repository, BlobMarks marks, Set<ObjectId> gone, Progress progress) {
    this.repository = repository;
    this.marks = marks;
    this.gone = gone;
    this.progress = progress;
  }

  BlobMarks marks() {
    return marks;
  }

  /** Whether something was marked and not all that it names: then nothing can be taken over. */
  boolean isIncomplete() {
    return incomplete;
  }

  /** Notes what was marked by an earlier run. */
  void isDone(Set<TreeRoot> roots) {
    done.addAll(roots);
  }

  /** The trees that were marked. */
  Set<TreeRoot> done() {
    return done;
  }

  /** Takes over what was marked before in an earlier state of the index. */
  void takeOver(Mark before) {
    marks.takeOver(before.marks);
    done.addAll(before.done);
  }

  /**
   * Marks everything that a root needs.
   *
   * @throws SalvorException REFERENCE_UNRESOLVED if it names something that is in no pack: what
   *     else it needs would be deleted
   */
  void root(Root root) throws IOException {
    if (done.contains(root.tree())) {
      return;
    }
    progress.current(root.backup().text());
    try {
      boolean _ = TreeAudit.visit(repository.nodes(), root.tree(), new Nodes(root));
    } catch (SalvorException e) {
      if (!e.code().isDamage()
          || e.code() == ErrorCode.REFERENCE_UNRESOLVED
          || e.code() == ErrorCode.OBJECT_UNREADABLE) {
        throw e;
      }
      throw unresolved(root, e.getMessage() + ": " + e.why(), e);
    }
    done.add(root.tree());
  }

  /** Marks what can be found of a root that need not be whole; to be done after all others. */
  void attempt(Root root) throws IOException {
    try {
      root(root);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.REFERENCE_UNRESOLVED) {
        throw e;
      }
      incomplete = true;
      progress.warn(
          e.code().code(), root.backup().text(), "not all of it is there yet: " + e.why());
    }
  }

  /** Refuses because of one backup. */
  static SalvorException unresolved(Root root, String why, @Nullable Throwable cause) {
    return unresolved("backup " + root.backup(), why, cause);
  }

  static SalvorException unresolved(String what, String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.REFERENCE_UNRESOLVED,
        "Nothing was pruned: not all that " + what + " needs can be found",
        why,
        "run `salvor repair`, then prune again",
        cause);
  }

  private final class Nodes implements TreeAudit.Visitor, ContentBlobs.Visitor {
    private final Root root;

    Nodes(Root root) {
      this.root = root;
    }

    @Override
    public boolean isKnownSound(BlobId node) {
      progress.checkCancelled();
      return !mark(BlobKind.TREE, node);
    }

    @Override
    public boolean entry(TreeItem item) throws IOException {
      progress.advance(1, 0);
      boolean known = item.isReference() && !mark(BlobKind.TREE, item.reference());
      if (!known && !(root.keysOnly() && isNothing(item))) {
        Entry entry = EntryCodec.decode(item.key(), item.value());
        ContentBlobs.visit(repository.blobs(), entry.content(), this);
      }
      return true;
    }

    /**
     * Only by what it holds is a tree one of keys: else who calls another backup's tree so would
     * have it marked without what its entries need, and be passed over later.
     */
    private boolean isNothing(TreeItem item) throws IOException {
      return !item.isReference() && Arrays.equals(item.value(), NOTHING);
    }

    @Override
    public boolean node(BlobId id) {
      return mark(BlobKind.TREE, id);
    }

    @Override
    public void data(BlobKind kind, BlobId id) {
      boolean _ = mark(kind, id);
    }

    @Override
    public void sound(BlobId node) {}

    @Override
    public void damaged(BlobId node, @Nullable Key after, @Nullable Key upTo, SalvorException why) {
      throw why;
    }

    private boolean isGone(BlobKind kind, BlobId id) {
      return repository.index().locations(kind, id).stream()
          .allMatch(place -> gone.contains(place.pack()));
    }

    /** Whether it was marked only now. */
    private boolean mark(BlobKind kind, BlobId id) {
      return switch (marks.mark(kind, id)) {
        case NEW -> {
          if (!gone.isEmpty() && isGone(kind, id)) {
            throw unresolved(root, "the packs that had the blob " + id + " are gone", null);
          }
          yield true;
        }
        case KNOWN -> false;
        case ABSENT -> throw unresolved(root, "no index segment names the blob " + id, null);
      };
    }
  }
}
