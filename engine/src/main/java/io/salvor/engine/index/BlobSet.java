package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A set of blobs, or of their places in packs: a bit for each row of the index, however many there
 * are. What the index does not name is held in memory, and everything where the index itself is in
 * memory. Safe for several threads.
 *
 * <p>Fails with {@code LOCAL_STATE} where a view turns out to be damaged, as {@link BlobMarks}.
 */
public final class BlobSet {
  private record Blob(BlobKind kind, BlobId id) {}

  private record Place(ObjectId pack, BlobId id) {}

  private final BlobIndex index;
  private final List<BlobMarks> marks = new ArrayList<>();
  private final Set<Blob> blobs = new HashSet<>();
  private final Set<Place> places = new HashSet<>();
  private boolean stale = true;
  private boolean empty = true;

  /** An empty set for the index as it is when the first one is added. */
  public BlobSet(BlobIndex index) {
    this.index = index;
  }

  /** Has what the index has taken in since in rows as well. */
  public synchronized void renew() {
    stale = true;
  }

  /** Adds a blob, in all of its places. */
  public synchronized void add(BlobKind kind, BlobId id) {
    empty = false;
    renewed();
    if (marks.isEmpty() || marks.getLast().mark(kind, id) == BlobMarks.Found.ABSENT) {
      blobs.add(new Blob(kind, id));
    }
  }

  /** Whether some place of the blob was added. */
  public synchronized boolean contains(BlobKind kind, BlobId id) {
    return !empty
        && (marks.stream().anyMatch(m -> m.isMarked(kind, id))
            || blobs.contains(new Blob(kind, id)));
  }

  /** Adds a blob as it lies in one pack. */
  public synchronized void addIn(ObjectId pack, BlobId id) {
    empty = false;
    renewed();
    if (marks.isEmpty() || !marks.getLast().markIn(pack, id)) {
      places.add(new Place(pack, id));
    }
  }

  /** Whether the blob was added as it lies in this pack. */
  public synchronized boolean containsIn(ObjectId pack, BlobId id) {
    return !empty
        && (marks.stream().anyMatch(m -> m.isMarkedIn(pack, id))
            || places.contains(new Place(pack, id)));
  }

  private void renewed() {
    if (!stale) {
      return;
    }
    stale = false;
    try {
      marks.add(index.marks());
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.LOCAL_STATE) {
        throw e;
      }
      // The cache cannot be used: then the index is in memory, and this may be too.
    }
  }
}
