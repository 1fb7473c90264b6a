package io.salvor.engine.ledger;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.storage.ObjectName;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One entry of the ledger.
 *
 * @param number one more than the greatest of the predecessors', 1 for the first, {@link
 *     #MAX_NUMBER} at most
 * @param covered ids of earlier entries all of whose words this one repeats, so that they are not
 *     needed any more; none unless it is a summary
 */
public record LedgerEntry(
    long number,
    List<Predecessor> predecessors,
    LedgerChange change,
    Instant time,
    String author,
    Set<ObjectId> covered) {

  /** No ledger gets so far; who drives a number beyond any other stops nobody. */
  public static final long MAX_NUMBER = 1L << 40;

  public LedgerEntry {
    predecessors = List.copyOf(predecessors);
    covered = Set.copyOf(covered);
  }

  /** An earlier entry, by id and by the SHA-256 of its object. */
  public record Predecessor(ObjectId id, byte[] sha256) {}

  /**
   * An object that exists from now on.
   *
   * @param sha256 for a manifest the backup's checksum, else that of the object
   * @param label what people call it: for a manifest the backup's id
   */
  public record Added(String object, byte[] sha256, String label) {}

  /** Objects that exist from now on. */
  public List<Added> added() {
    return change.added();
  }

  /** Names of objects that were taken away on purpose. */
  public List<String> removed() {
    return change.removed();
  }

  /** Sessions that count no more. */
  public List<Closure> closures() {
    return change.closures();
  }

  /** Entries that are missed no more. */
  public Set<ObjectId> givenUp() {
    return change.givenUp();
  }

  /** Whether it takes the place of others. */
  public boolean summary() {
    return !covered.isEmpty();
  }

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
    if (!added().isEmpty()) {
      out.key(2).array();
      added().forEach(a -> out.array().text(a.object).bytes(a.sha256).text(a.label).end());
      out.end();
    }
    if (!removed().isEmpty()) {
      out.key(3).array();
      removed().forEach(out::text);
      out.end();
    }
    out.key(4).time(time).key(5).text(author);
    if (summary()) {
      out.key(6).bytes(bytes(covered));
    }
    if (!closures().isEmpty()) {
      out.key(7).array();
      for (Closure closure : closures()) {
        out.array().bytes16(closure.session().high(), closure.session().low()).array();
        new TreeSet<>(closure.accepted()).forEach(id -> out.bytes16(id.high(), id.low()));
        out.end().end();
      }
      out.end();
    }
    if (!givenUp().isEmpty()) {
      out.key(8).bytes(bytes(givenUp()));
    }
    return out.end().toByteArray();
  }

  private static byte[] bytes(Set<ObjectId> ids) {
    ByteBuffer bytes = ByteBuffer.allocate(ids.size() * ObjectId.SIZE);
    new TreeSet<>(ids).forEach(id -> id.to(bytes));
    return bytes.array();
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
    List<Closure> closures = new ArrayList<>();
    Instant time = Instant.EPOCH;
    String author = "";
    Set<ObjectId> covered = Set.of();
    Set<ObjectId> givenUp = Set.of();
    CborReader in = new CborReader(message);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      switch (key) {
        case 0 -> number = in.uint();
        case 1 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(2);
            predecessors.add(new Predecessor(id(in), in.bytes(32)));
          }
        }
        case 2 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(3);
            added.add(new Added(name(in), in.bytes(32), in.text()));
          }
        }
        case 3 -> {
          for (int n = in.array(); n > 0; n--) {
            removed.add(name(in));
          }
        }
        case 4 -> time = in.time();
        case 5 -> author = in.text();
        case 6 -> covered = ids(in.view());
        case 7 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(2);
            closures.add(closure(in));
          }
        }
        case 8 -> givenUp = ids(in.view());
        default -> in.skip();
      }
    }
    in.end();
    if (number == 0 || number > MAX_NUMBER) {
      throw new MalformedException("a ledger entry without a number, or with one out of bounds");
    }
    LedgerChange change = new LedgerChange(added, removed, closures, givenUp);
    return new LedgerEntry(number, predecessors, change, time, author, covered);
  }

  private static Closure closure(CborReader in) {
    ObjectId session = id(in);
    Set<ObjectId> accepted = new HashSet<>();
    for (int n = in.array(); n > 0; n--) {
      accepted.add(id(in));
    }
    return new Closure(session, accepted);
  }

  private static String name(CborReader in) {
    String name = in.text();
    if (!ObjectName.isValid(name)) {
      throw new MalformedException("a name that no object can have");
    }
    return name;
  }

  private static ObjectId id(CborReader in) {
    return ObjectId.from(in.view(ObjectId.SIZE));
  }

  private static Set<ObjectId> ids(ByteBuffer bytes) {
    int n = bytes.remaining() / ObjectId.SIZE;
    if (n == 0 || bytes.remaining() % ObjectId.SIZE != 0) {
      throw new MalformedException("a list of entries that is none");
    }
    Set<ObjectId> ids = HashSet.newHashSet(n);
    ObjectId before = null;
    for (int i = 0; i < n; i++) {
      ObjectId id = ObjectId.from(bytes);
      if (before != null && before.compareTo(id) >= 0) {
        throw new MalformedException("a list of entries that is not in order");
      }
      ids.add(id);
      before = id;
    }
    return ids;
  }
}
