package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;

/**
 * Marks on the blobs of an index as it was at one moment: a bit for each row of its views, however
 * many blobs there are. A blob that lies in several packs is marked in all of them. For one thread.
 *
 * <p>Everything fails with {@code LOCAL_STATE} where a view turns out to be damaged; it is built
 * again, and the work has to be begun again.
 */
public final class BlobMarks {
  private static final int HEAD = 8 + 8;

  private final List<Marked> views = new ArrayList<>();
  private final Function<ViewDamagedException, RuntimeException> damaged;

  /** What was known of a blob that is marked. */
  public enum Found {
    /** No pack has it. */
    ABSENT,
    /** It was not marked before. */
    NEW,
    /** It was marked before. */
    KNOWN
  }

  /**
   * How much of a pack is marked.
   *
   * @param blobs marked
   * @param of all its blobs
   * @param live bytes that marked blobs take as they are stored: their shares of their frames
   * @param stored bytes of all frames
   */
  public record Usage(PackSummary pack, long blobs, long of, long live, long stored) {}

  private interface RowVisitor {
    void see(byte[] page, int at);
  }

  private static final class Marked {
    private final LiveView view;
    private final long[] bits;

    Marked(LiveView view) {
      this.view = view;
      this.bits = new long[Math.toIntExact((view.view().blobs() + 63) >>> 6)];
    }

    /** Whether each pack that counts now counted before, so that nothing can lack its mark. */
    boolean hasLostNothingOf(Marked before) {
      BitSet back = (BitSet) before.view.dead().clone();
      back.andNot(view.dead());
      return back.isEmpty();
    }

    boolean get(long row) {
      return (bits[(int) (row >>> 6)] & 1L << row) != 0;
    }

    void set(long row) {
      bits[(int) (row >>> 6)] |= 1L << row;
    }

    void forEachMarked(RowVisitor each) {
      View.Cursor rows = view.view().blobRows();
      for (long row = 0; rows.advance(); row++) {
        if (get(row)) {
          each.see(rows.bytes(), rows.at());
        }
      }
    }

    void count(Map<ObjectId, Usage> packs) {
      long[] marked = new long[view.view().packs()];
      long[] all = new long[marked.length];
      long[] live = new long[marked.length];
      long[] stored = new long[marked.length];
      View.Cursor rows = view.view().blobRows();
      for (long row = 0; rows.advance(); row++) {
        int pack = Row.pack(rows.bytes(), rows.at());
        long share = Row.storedShare(rows.bytes(), rows.at());
        all[pack]++;
        stored[pack] += share;
        if (get(row)) {
          marked[pack]++;
          live[pack] += share;
        }
      }
      View.Cursor names = view.view().packRows();
      for (int pack = 0; names.advance(); pack++) {
        if (!view.dead().get(pack)) {
          PackSummary summary = Row.packSummary(names.bytes(), names.at());
          // A pack that several segments name has the same blobs, and marks, in all of them.
          packs.putIfAbsent(
              summary.id(), new Usage(summary, marked[pack], all[pack], live[pack], stored[pack]));
        }
      }
    }
  }

  BlobMarks(List<LiveView> views, Function<ViewDamagedException, RuntimeException> damaged) {
    this.damaged = damaged;
    for (LiveView view : views) {
      this.views.add(new Marked(view));
    }
  }

  /** Marks a blob. */
  public Found mark(BlobKind kind, BlobId id) {
    try {
      return mark(views, kind, id);
    } catch (ViewDamagedException e) {
      throw damaged.apply(e);
    }
  }

  private static Found mark(List<Marked> views, BlobKind kind, BlobId id) {
    Found[] found = {Found.ABSENT};
    for (Marked marked : views) {
      marked.view.find(
          id,
          (row, page, at) -> {
            if (Row.isKind(page, at, kind) && marked.view.isLive(page, at)) {
              if (marked.get(row)) {
                found[0] = Found.KNOWN;
              } else {
                marked.set(row);
                found[0] = found[0] == Found.ABSENT ? Found.NEW : found[0];
              }
            }
            return false;
          });
    }
    return found[0];
  }

  /** Whether a blob is marked. */
  public boolean isMarked(BlobKind kind, BlobId id) {
    try {
      for (Marked marked : views) {
        boolean set =
            marked.view.find(
                id,
                (row, page, at) ->
                    Row.isKind(page, at, kind) && marked.view.isLive(page, at) && marked.get(row));
        if (set) {
          return true;
        }
      }
      return false;
    } catch (ViewDamagedException e) {
      throw damaged.apply(e);
    }
  }

  /** Marks a blob in one pack alone; tells whether the index has it there. */
  public boolean markIn(ObjectId pack, BlobId id) {
    return seeIn(pack, id, Marked::set);
  }

  /** Whether a blob is marked in this pack. */
  public boolean isMarkedIn(ObjectId pack, BlobId id) {
    boolean[] set = new boolean[1];
    boolean _ = seeIn(pack, id, (marked, row) -> set[0] |= marked.get(row));
    return set[0];
  }

  private boolean seeIn(ObjectId pack, BlobId id, ObjLongConsumer<Marked> each) {
    boolean[] seen = new boolean[1];
    try {
      for (Marked marked : views) {
        marked.view.find(
            id,
            (row, page, at) -> {
              if (marked.view.view().packId(Row.pack(page, at)).equals(pack)) {
                each.accept(marked, row);
                seen[0] = true;
              }
              return false;
            });
      }
    } catch (ViewDamagedException e) {
      throw damaged.apply(e);
    }
    return seen[0];
  }

  /**
   * Takes over the marks of an earlier state of the same index. Views that are the same are copied;
   * in the others what was marked is looked up.
   */
  public void takeOver(BlobMarks earlier) {
    Map<Long, Marked> before = new HashMap<>();
    earlier.views.forEach(marked -> before.put(marked.view.view().file(), marked));
    List<Marked> others = new ArrayList<>();
    for (Marked now : views) {
      Marked same = before.get(now.view.view().file());
      if (same == null || !now.hasLostNothingOf(same)) {
        others.add(now);
      } else {
        System.arraycopy(same.bits, 0, now.bits, 0, now.bits.length);
      }
    }
    copy(earlier.views, others);
  }

  /** Marks in some views what is marked in others: a blob that lies in both is needed in both. */
  private void copy(List<Marked> from, List<Marked> to) {
    if (to.isEmpty()) {
      return;
    }
    try {
      for (Marked marked : from) {
        marked.forEachMarked((page, at) -> mark(to, Row.kind(page, at), Row.id(page, at)));
      }
    } catch (ViewDamagedException e) {
      throw damaged.apply(e);
    }
  }

  /** How much of each pack is marked; a pack comes once. */
  public void usage(Consumer<Usage> each) {
    Map<ObjectId, Usage> packs = new HashMap<>();
    try {
      for (Marked marked : views) {
        marked.count(packs);
      }
    } catch (ViewDamagedException e) {
      throw damaged.apply(e);
    }
    packs.values().forEach(each);
  }

  /** The marks as bytes, for {@link #restore}. */
  public byte[] save() {
    int size = 4;
    for (Marked marked : views) {
      size += HEAD + marked.bits.length * Long.BYTES;
    }
    ByteBuffer out = ByteBuffer.allocate(size).putInt(views.size());
    for (Marked marked : views) {
      out.putLong(marked.view.view().file()).putInt(fingerprint(marked.view.dead()));
      out.putInt(marked.bits.length);
      for (long word : marked.bits) {
        out.putLong(word);
      }
    }
    return out.array();
  }

  /** Unlike a set's own hash, two bits 32 places apart do not cancel each other out. */
  private static int fingerprint(BitSet dead) {
    return Arrays.hashCode(dead.toByteArray());
  }

  /**
   * Takes over what was saved, if each view that it speaks of is here still and is the same.
   *
   * @param saved what {@link #save} gave, and nothing else
   * @return whether it was taken over
   */
  public boolean restore(ByteBuffer saved) {
    Map<Long, Marked> here = new HashMap<>();
    views.forEach(marked -> here.put(marked.view.view().file(), marked));
    Map<Marked, ByteBuffer> found = new LinkedHashMap<>();
    for (int n = saved.getInt(); n > 0; n--) {
      Marked marked = here.get(saved.getLong());
      int dead = saved.getInt();
      int words = saved.getInt();
      if (marked == null
          || words != marked.bits.length
          || dead != fingerprint(marked.view.dead())
          || (long) words * Long.BYTES > saved.remaining()) {
        return false;
      }
      found.put(marked, saved.slice(saved.position(), words * Long.BYTES));
      saved.position(saved.position() + words * Long.BYTES);
    }
    found.forEach((marked, words) -> words.asLongBuffer().get(marked.bits));
    List<Marked> others = new ArrayList<>(views);
    others.removeAll(found.keySet());
    copy(List.copyOf(found.keySet()), others);
    return true;
  }
}
