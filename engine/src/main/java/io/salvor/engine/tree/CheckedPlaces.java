package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.SipHash;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * What parents say of their nodes, as far as it was found to be true. Eight bytes for each, by a
 * hash under a key that nobody knows: one node has some hundred entries. For one thread.
 */
public final class CheckedPlaces {
  private static final int LEAST = 1 << 10;

  private final SipHash hash;
  private long[] table = new long[LEAST];
  private int count;

  /** Nothing was checked yet. */
  public CheckedPlaces(SecureRandom random) {
    byte[] key = new byte[SipHash.KEY_SIZE];
    random.nextBytes(key);
    this.hash = new SipHash(key);
  }

  /** Whether the same was found to be true before. */
  boolean contains(BlobId id, int level, long entries, @Nullable Key after, @Nullable Key last) {
    return table[slot(table, place(id, level, entries, after, last))] != 0;
  }

  /** It was found to be true. */
  void add(BlobId id, int level, long entries, @Nullable Key after, @Nullable Key last) {
    if (count * 2 >= table.length) {
      long[] larger = new long[table.length * 2];
      for (long place : table) {
        if (place != 0) {
          larger[slot(larger, place)] = place;
        }
      }
      table = larger;
    }
    long place = place(id, level, entries, after, last);
    int slot = slot(table, place);
    count += table[slot] == 0 ? 1 : 0;
    table[slot] = place;
  }

  /** Where it is, or would be. */
  private static int slot(long[] table, long place) {
    int mask = table.length - 1;
    int at = (int) place & mask;
    while (table[at] != 0 && table[at] != place) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private long place(BlobId id, int level, long entries, @Nullable Key after, @Nullable Key last) {
    int floor = after == null ? 0 : after.encoded().length;
    int top = last == null ? 0 : last.encoded().length;
    ByteBuffer out = ByteBuffer.allocate(BlobId.SIZE + 18 + floor + top);
    out.put(id.bytes()).putInt(level).putLong(entries);
    // The empty key and none are not the same.
    out.put((byte) (after == null ? 0 : 1)).put((byte) (last == null ? 0 : 1)).putInt(floor);
    if (after != null) {
      out.put(after.encoded());
    }
    if (last != null) {
      out.put(last.encoded());
    }
    long place = hash.hash(out.array(), 0, out.position());
    return place == 0 ? 1 : place;
  }
}
