package io.salvor.engine.protocol;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Packs that a pruner is going to delete. Nothing returns from it, so that a late deletion harms
 * nobody.
 *
 * @param packs ascending
 * @param author who has asked for the prune
 * @param superseded condemnations whose packs are among these, and which may be gone
 */
public record Condemnation(
    ObjectId id, Instant time, List<ObjectId> packs, String author, List<ObjectId> superseded) {

  public Condemnation {
    packs = packs.stream().sorted().distinct().toList();
    superseded = superseded.stream().sorted().distinct().toList();
  }

  /** The message that is signed and encrypted. */
  public byte[] encode() {
    ByteBuffer ids = ByteBuffer.allocate(packs.size() * ObjectId.SIZE);
    packs.forEach(pack -> pack.to(ids));
    CborWriter out = new CborWriter(ids.capacity() + 256).map();
    out.key(0).bytes16(id.high(), id.low()).key(1).time(time);
    if (!packs.isEmpty()) {
      out.key(2).bytes(ids.array());
    }
    if (!author.isEmpty()) {
      out.key(3).text(author);
    }
    if (!superseded.isEmpty()) {
      out.key(4).array();
      superseded.forEach(other -> out.bytes16(other.high(), other.low()));
      out.end();
    }
    return out.end().toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws MalformedException for anything else
   */
  public static Condemnation decode(byte[] message) {
    ObjectId id = null;
    Instant time = Instant.EPOCH;
    List<ObjectId> packs = List.of();
    String author = "";
    List<ObjectId> superseded = new ArrayList<>();
    CborReader in = new CborReader(message);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      switch (key) {
        case 0 -> id = ObjectId.from(in.view(ObjectId.SIZE));
        case 1 -> time = in.time();
        case 2 -> packs = ascending(in.view());
        case 3 -> author = in.text();
        case 4 -> {
          for (int n = in.array(); n > 0; n--) {
            superseded.add(ObjectId.from(in.view(ObjectId.SIZE)));
          }
        }
        default -> in.skip();
      }
    }
    in.end();
    if (id == null) {
      throw new MalformedException("a condemnation without its id");
    }
    return new Condemnation(id, time, packs, author, superseded);
  }

  private static List<ObjectId> ascending(ByteBuffer ids) {
    if (ids.remaining() % ObjectId.SIZE != 0) {
      throw new MalformedException("a condemnation that ends within a pack's id");
    }
    List<ObjectId> packs = new ArrayList<>(ids.remaining() / ObjectId.SIZE);
    while (ids.hasRemaining()) {
      ObjectId pack = ObjectId.from(ids);
      if (!packs.isEmpty() && packs.getLast().compareTo(pack) >= 0) {
        throw new MalformedException("a condemnation's packs do not ascend");
      }
      packs.add(pack);
    }
    return packs;
  }
}
