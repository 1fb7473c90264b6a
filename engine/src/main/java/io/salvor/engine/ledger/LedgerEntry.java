package io.salvor.engine.ledger;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of the ledger.
 *
 * @param number one more than the greatest of the predecessors', 1 for the first
 * @param removed names of objects that were taken away on purpose
 * @param summary whether it tells everything that exists, so that nothing before it is needed
 */
public record LedgerEntry(
    long number,
    List<Predecessor> predecessors,
    List<Added> added,
    List<String> removed,
    Instant time,
    String author,
    boolean summary) {

  public LedgerEntry {
    predecessors = List.copyOf(predecessors);
    added = List.copyOf(added);
    removed = List.copyOf(removed);
  }

  /** An earlier entry, by id and by the SHA-256 of its object. */
  public record Predecessor(ObjectId id, byte[] sha256) {}

  /**
   * An object that exists from now on.
   *
   * @param sha256 for a manifest the backup's checksum
   * @param label what people call it: for a manifest the backup's id
   */
  public record Added(String object, byte[] sha256, String label) {}

  /** The message that is signed and encrypted. */
  public byte[] encode() {
    CborWriter out = new CborWriter().map().key(0).uint(number);
    if (!predecessors.isEmpty()) {
      out.key(1).array();
      for (Predecessor p : predecessors) {
        out.array().bytes16(p.id.high(), p.id.low()).bytes(p.sha256).end();
      }
      out.end();
    }
    if (!added.isEmpty()) {
      out.key(2).array();
      added.forEach(a -> out.array().text(a.object).bytes(a.sha256).text(a.label).end());
      out.end();
    }
    if (!removed.isEmpty()) {
      out.key(3).array();
      removed.forEach(out::text);
      out.end();
    }
    out.key(4).time(time).key(5).text(author);
    if (summary) {
      out.key(6).bool(true);
    }
    return out.end().toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws MalformedException for anything else
   */
  public static LedgerEntry decode(byte[] message) {
    long number = 0;
    List<Predecessor> predecessors = new ArrayList<>();
    List<Added> added = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    Instant time = Instant.EPOCH;
    String author = "";
    boolean summary = false;
    CborReader in = new CborReader(message);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      switch (key) {
        case 0 -> number = in.uint();
        case 1 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(2);
            predecessors.add(new Predecessor(ObjectId.from(in.view(ObjectId.SIZE)), in.bytes(32)));
          }
        }
        case 2 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(3);
            added.add(new Added(in.text(), in.bytes(32), in.text()));
          }
        }
        case 3 -> {
          for (int n = in.array(); n > 0; n--) {
            removed.add(in.text());
          }
        }
        case 4 -> time = in.time();
        case 5 -> author = in.text();
        case 6 -> summary = in.bool();
        default -> in.skip();
      }
    }
    in.end();
    if (number == 0) {
      throw new MalformedException("a ledger entry without a number");
    }
    return new LedgerEntry(number, predecessors, added, removed, time, author, summary);
  }
}
