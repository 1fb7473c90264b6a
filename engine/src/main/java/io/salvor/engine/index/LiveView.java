package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import java.util.BitSet;
import java.util.function.Predicate;

/**
 * A view and those of its packs that count no more, because their segment is gone or was
 * superseded.
 */
record LiveView(View view, BitSet dead) {

  boolean contains(BlobKind kind, BlobId id) {
    return find(id, (row, page, at) -> Row.isKind(page, at, kind) && isLive(page, at));
  }

  /** Shows each place of a blob until one was enough; tells whether one was. */
  boolean find(BlobKind kind, BlobId id, Predicate<BlobLocation> enough) {
    return find(
        id,
        (row, page, at) ->
            Row.isKind(page, at, kind)
                && isLive(page, at)
                && enough.test(Row.location(page, at, view.packId(Row.pack(page, at)))));
  }

  /** The same, for who asks in the order of ids. */
  boolean find(BlobKind kind, BlobId id, Predicate<BlobLocation> enough, View.Finger finger) {
    if (!view.mayContain(id)) {
      return false;
    }
    boolean[] found = new boolean[1];
    view.find(
        id,
        (row, page, at) -> {
          found[0] =
              Row.isKind(page, at, kind)
                  && isLive(page, at)
                  && enough.test(Row.location(page, at, view.packId(Row.pack(page, at))));
          return found[0];
        },
        finger);
    return found[0];
  }

  /** Shows each row of a blob until one was enough; tells whether one was. */
  boolean find(BlobId id, View.Rows rows) {
    if (!view.mayContain(id)) {
      return false;
    }
    boolean[] enough = new boolean[1];
    view.find(
        id,
        (row, page, at) -> {
          enough[0] = rows.see(row, page, at);
          return enough[0];
        });
    return enough[0];
  }

  boolean isLive(byte[] page, int at) {
    return !dead.get(Row.pack(page, at));
  }

  /** Whether so many packs are dead that the view should be written anew. */
  boolean isWorn() {
    return dead.cardinality() > view.packs() / 2;
  }

  boolean isDead() {
    return dead.cardinality() == view.packs();
  }
}
