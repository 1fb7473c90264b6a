package io.salvor.engine.restore;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.tree.Key;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Steps as the records of a plan file. */
final class StepCodec {
  private static final int KEY = 0;
  private static final int CHANGE = 1;
  private static final int FIELDS = 2;
  private static final int RESOLUTION = 3;
  private static final int WANTED = 4;
  private static final int LIVE = 5;
  private static final int FINGERPRINT = 6;
  private static final int LINK = 7;

  private static final int CREATE = 1;
  private static final int UPDATE = 2;
  private static final int DELETE = 3;

  private StepCodec() {}

  static void encode(CborWriter out, Step step) {
    out.map().key(KEY).bytes(step.key().encoded());
    switch (step.change()) {
      case Change.Create c -> out.key(CHANGE).uint(CREATE);
      case Change.Update u -> {
        long bits = 0;
        for (EntryField field : u.fields()) {
          bits |= 1L << field.ordinal();
        }
        out.key(CHANGE).uint(UPDATE).key(FIELDS).uint(bits);
      }
      case Change.Delete d -> out.key(CHANGE).uint(DELETE);
    }
    out.key(RESOLUTION).uint(step.resolution().ordinal());
    if (step.wanted() != null) {
      out.key(WANTED).bytes(EntryCodec.encode(step.wanted()));
    }
    if (step.live() != null) {
      out.key(LIVE).bytes(EntryCodec.encode(step.live().entry()));
      out.key(FINGERPRINT).bytes(step.live().fingerprint().bytes());
    }
    if (step.linkTo() != null) {
      out.key(LINK).bytes(step.linkTo().encoded());
    }
    out.end();
  }

  /**
   * Reads one record.
   *
   * @throws MalformedException if it is none
   */
  static Step decode(byte[] bytes, int offset, int length) {
    try {
      return read(new CborReader(bytes, offset, length));
    } catch (IllegalArgumentException e) {
      throw new MalformedException("a step of a plan: " + e.getMessage(), e);
    }
  }

  private static Step read(CborReader in) {
    Key key = null;
    int change = 0;
    long fields = 0;
    Resolution resolution = Resolution.NONE;
    byte[] wanted = null;
    byte[] live = null;
    byte[] fingerprint = null;
    Key linkTo = null;
    in.map();
    for (int field = in.nextKey(); field >= 0; field = in.nextKey()) {
      switch (field) {
        case KEY -> key = Key.decode(in.bytes());
        case CHANGE -> change = in.uint(DELETE);
        case FIELDS -> fields = in.uint();
        case RESOLUTION -> resolution = Resolution.values()[in.uint(3)];
        case WANTED -> wanted = in.bytes();
        case LIVE -> live = in.bytes();
        case FINGERPRINT -> fingerprint = in.bytes();
        case LINK -> linkTo = Key.decode(in.bytes());
        default -> in.skip();
      }
    }
    in.end();
    if (key == null) {
      throw new MalformedException("a step without a key");
    }
    return new Step(
        key,
        change(change, fields),
        resolution,
        wanted == null ? null : EntryCodec.decode(key, wanted),
        live(key, live, fingerprint),
        linkTo);
  }

  private static @Nullable LiveItem live(
      Key key, byte @Nullable [] entry, byte @Nullable [] fingerprint) {
    if (entry == null || fingerprint == null) {
      return null;
    }
    Entry decoded = EntryCodec.decode(key, entry);
    return new LiveItem(key, decoded, new Fingerprint(fingerprint));
  }

  private static Change change(int number, long bits) {
    return switch (number) {
      case CREATE -> new Change.Create();
      case UPDATE -> {
        Set<EntryField> fields = EnumSet.noneOf(EntryField.class);
        for (EntryField field : EntryField.values()) {
          if ((bits >> field.ordinal() & 1) != 0) {
            fields.add(field);
          }
        }
        yield new Change.Update(fields);
      }
      case DELETE -> new Change.Delete();
      default -> throw new MalformedException("a step without a change");
    };
  }
}
