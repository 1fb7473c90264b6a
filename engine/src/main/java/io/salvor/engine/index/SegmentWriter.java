package io.salvor.engine.index;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes index segments. */
public final class SegmentWriter {
  /**
   * A segment's message has about so many bytes at most. Half of what the format allows: signing,
   * compressing and sealing each make a copy.
   */
  public static final int TARGET = 4 << 20;

  /**
   * A segment that is durable.
   *
   * @param sha256 of the object
   * @param superseded segments that it stands for
   */
  public record Written(
      ObjectId id, byte[] sha256, List<ObjectId> superseded, List<PackDescription> packs) {
    @Override
    public String toString() {
      return "segment " + id + " of " + packs.size() + " packs";
    }
  }

  private final Storage storage;
  private final KeyRing keys;

  public SegmentWriter(Storage storage, KeyRing keys) {
    this.storage = storage;
    this.keys = keys;
  }

  /** Writes as many segments as the packs need; all are durable when this returns. */
  public List<Written> write(List<PackDescription> packs) throws IOException {
    List<Written> written = new ArrayList<>();
    int from = 0;
    while (from < packs.size()) {
      int to = from;
      long size = 0;
      do {
        size += IndexSegment.encodedSize(packs.get(to));
        to++;
      } while (to < packs.size() && size + IndexSegment.encodedSize(packs.get(to)) <= TARGET);
      written.add(write(List.of(), packs.subList(from, to)));
      from = to;
    }
    return written;
  }

  /** Writes one segment that stands for others. */
  public Written write(List<ObjectId> superseded, List<PackDescription> packs) throws IOException {
    IndexSegment segment = new IndexSegment(superseded, packs);
    ObjectId id = keys.newId();
    byte[] object = keys.sealSmall(ObjectKind.INDEX_SEGMENT, id, segment.encode());
    storage.put(ObjectKind.INDEX_SEGMENT.name(id), object);
    return new Written(id, Sha256.of(object), segment.superseded(), segment.packs());
  }
}
