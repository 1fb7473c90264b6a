package io.salvor.testkit.reader;

import java.util.ArrayList;
import java.util.List;

/**
 * An index segment's message (§7).
 *
 * @param superseded segments that count no more
 */
record Segment(List<Id> superseded, List<IndexedPack> packs) {
  /**
   * A pack as a segment names it.
   *
   * @param hash of the pack object
   * @param size of the pack object
   * @param kind 1 data, 2 tree, 3 and 4 reserved
   */
  record IndexedPack(Id id, byte[] hash, long size, int kind, PackListing listing) {}

  static Segment parse(byte[] message) throws DamageException {
    Bytes in = new Bytes(message);
    List<Id> superseded = new ArrayList<>();
    for (long n = in.u32(); n > 0; n--) {
      superseded.add(in.id());
    }
    List<IndexedPack> packs = new ArrayList<>();
    for (long n = in.u32(); n > 0; n--) {
      IndexedPack pack =
          new IndexedPack(in.id(), in.take(32), in.u64(), in.u8(), PackListing.parse(in));
      DamageException.unless(
          pack.kind() >= 1 && pack.kind() <= 4, "a pack has kind " + pack.kind());
      DamageException.unless(
          pack.size() == pack.listing().packSize(), "a pack has not the size of what is in it");
      packs.add(pack);
    }
    in.end();
    return new Segment(superseded, packs);
  }
}
