package io.salvor.engine.index;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The message of an index segment (docs/format.md §7).
 *
 * @param superseded segments whose content this one replaces; they may be gone
 * @param packs those of the kinds known to this version
 */
public record IndexSegment(List<ObjectId> superseded, List<PackDescription> packs) {
  private static final int PACK_HEAD = ObjectId.SIZE + 32 + 8 + 1;

  public IndexSegment {
    superseded = List.copyOf(superseded);
    packs = List.copyOf(packs);
  }

  /**
   * Reads a segment from the repository.
   *
   * @throws java.nio.file.NoSuchFileException if it is not there
   * @throws SalvorException OBJECT_DAMAGED
   */
  public static IndexSegment read(Storage storage, KeyRing keys, ObjectId id) throws IOException {
    byte[] object = storage.get(ObjectKind.INDEX_SEGMENT.name(id));
    try {
      return decode(keys.openSmall(ObjectKind.INDEX_SEGMENT, id, object));
    } catch (MalformedException e) {
      throw new SalvorException(
          ErrorCode.OBJECT_DAMAGED,
          "the index segment " + ObjectKind.INDEX_SEGMENT.name(id) + " is damaged",
          String.valueOf(e.getMessage()),
          "run salvor verify --depth full to learn what is still there",
          e);
    }
  }

  /** Length of a pack's entry. */
  static long encodedSize(PackDescription pack) {
    return PACK_HEAD + PackDirectory.encodedSize(pack.frames());
  }

  /** The message's bytes. */
  public byte[] encode() {
    long size = 8 + (long) superseded.size() * ObjectId.SIZE;
    for (PackDescription pack : packs) {
      size += encodedSize(pack);
    }
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size));
    out.putInt(superseded.size());
    superseded.forEach(id -> id.to(out));
    out.putInt(packs.size());
    for (PackDescription pack : packs) {
      pack.id().to(out);
      out.put(pack.sha256()).putLong(pack.size()).put(PackDescription.number(pack.kind()));
      PackDirectory.encode(pack.frames(), out);
    }
    return out.array();
  }

  /**
   * Reads a message. Packs of reserved kinds are left out.
   *
   * @throws MalformedException if it is none
   */
  public static IndexSegment decode(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    int gone = count(in, ObjectId.SIZE);
    List<ObjectId> superseded = new ArrayList<>(gone);
    for (int i = 0; i < gone; i++) {
      superseded.add(ObjectId.from(in));
    }
    int count = count(in, PACK_HEAD);
    List<PackDescription> packs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      decodePack(in, packs);
    }
    if (in.hasRemaining()) {
      throw new MalformedException("a segment has " + in.remaining() + " bytes too many");
    }
    return new IndexSegment(superseded, packs);
  }

  private static void decodePack(ByteBuffer in, List<PackDescription> packs) {
    if (in.remaining() < PACK_HEAD) {
      throw new MalformedException("a pack's entry is cut off");
    }
    ObjectId id = ObjectId.from(in);
    byte[] sha256 = new byte[32];
    in.get(sha256);
    long size = in.getLong();
    byte kind = in.get();
    if (size < 0 || size > PackDescription.MAX_SIZE || kind < 1 || kind > 4) {
      throw new MalformedException("a pack claims a forbidden size or kind");
    }
    List<FrameDescription> frames =
        PackDirectory.decode(in, size - PackDescription.HEADER_SIZE - PackDescription.TAIL_SIZE);
    PackDescription.kindOf(kind)
        .ifPresent(known -> packs.add(new PackDescription(id, sha256, size, known, frames)));
  }

  private static int count(ByteBuffer in, int each) {
    if (in.remaining() < 4) {
      throw new MalformedException("a segment is cut off");
    }
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / each) {
      throw new MalformedException("a segment claims more than it has");
    }
    return count;
  }
}
