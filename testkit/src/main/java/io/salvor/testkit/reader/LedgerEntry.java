package io.salvor.testkit.reader;

import io.salvor.testkit.reader.SmallObjects.Opened;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An entry of the ledger (§12).
 *
 * @param hash of the entry's object
 * @param givenUp entries that nobody misses, should they not be there
 * @param covered entries that it repeats: not empty in a summary
 */
record LedgerEntry(
    Id id,
    Id hash,
    long number,
    List<Named> predecessors,
    List<Added> added,
    List<String> removed,
    List<Id> covered,
    List<Closure> closures,
    List<Id> givenUp) {
  private static final long LAST = 1L << 40;

  /** Another entry and the SHA-256 of its object. */
  record Named(Id id, Id hash) {}

  /** An object that exists from now on; of a manifest the SHA-256 is the backup's checksum. */
  record Added(String name, Id hash, String label) {}

  /** A session that was given up, but for these backup objects. */
  record Closure(Id session, Set<Id> accepted) {}

  static LedgerEntry parse(Opened opened) throws DamageException {
    Fields fields = opened.fields();
    List<Named> predecessors = new ArrayList<>();
    for (Cbor item : fields.array(1)) {
      List<Cbor> pair = Cbor.tuple(item, 2);
      predecessors.add(new Named(Cbor.id(pair.get(0)), Cbor.blobId(pair.get(1))));
    }
    List<Added> added = new ArrayList<>();
    for (Cbor item : fields.array(2)) {
      List<Cbor> three = Cbor.tuple(item, 3);
      added.add(
          new Added(Cbor.text(three.get(0)), Cbor.blobId(three.get(1)), Cbor.text(three.get(2))));
    }
    List<Closure> closures = new ArrayList<>();
    for (Cbor item : fields.array(7)) {
      List<Cbor> pair = Cbor.tuple(item, 2);
      List<Id> accepted = fields.ids(Cbor.array(pair.get(1)));
      closures.add(new Closure(Cbor.id(pair.get(0)), new HashSet<>(accepted)));
    }
    fields.time(4);
    fields.text(5);
    return new LedgerEntry(
        opened.id(),
        Id.of(opened.hash()),
        fields.number(0, 1, LAST),
        predecessors,
        added,
        fields.texts(3),
        fields.packedIds(6),
        closures,
        fields.packedIds(8));
  }
}
