package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of contents of an archive that {@code pg_dump --format=custom} has written: what
 * objects there are, in the order in which they can be made. Versions 1.14 to 1.16, which
 * PostgreSQL 15 to 18 write.
 */
final class Archive {
  private static final byte[] MAGIC = "PGDMP".getBytes(StandardCharsets.US_ASCII);
  private static final int OLDEST = 114;
  private static final int NEWEST = 116;
  private static final int LONGEST = 256 << 20;
  private static final int CUSTOM = 1;

  /** When an object is made: before the rows, after them, or as what it belongs to. */
  enum Section {
    NONE,
    PRE_DATA,
    DATA,
    POST_DATA
  }

  /**
   * An object.
   *
   * @param id by which others need it
   * @param type such as {@code FK CONSTRAINT}
   * @param tag its name, sometimes with that of what it belongs to before it
   * @param schema empty if it lies in none
   * @param make statements
   * @param drop statements, empty if it goes with something else
   * @param needs ids
   */
  record Item(
      int id,
      String type,
      String tag,
      String schema,
      Section section,
      String make,
      String drop,
      String tablespace,
      String accessMethod,
      String owner,
      List<Integer> needs) {}

  private final DataInputStream in;
  private int intSize;
  private int offsetSize;
  private int version;

  private Archive(InputStream in) {
    this.in = new DataInputStream(in);
  }

  /**
   * Reads the objects; what follows them is left.
   *
   * @throws ProtocolException if it is no such archive
   */
  static List<Item> read(InputStream in) throws IOException {
    return new Archive(in).items();
  }

  private List<Item> items() throws IOException {
    for (byte expected : MAGIC) {
      require(in.readByte() == expected, "it does not begin with PGDMP");
    }
    int major = in.readUnsignedByte();
    int minor = in.readUnsignedByte();
    int _ = in.readUnsignedByte();
    version = 100 * major + minor;
    require(version >= OLDEST && version <= NEWEST, "it is of version " + major + "." + minor);
    intSize = in.readUnsignedByte();
    offsetSize = in.readUnsignedByte();
    require(intSize == 4, "its numbers have " + intSize + " bytes");
    require(in.readUnsignedByte() == CUSTOM, "it is of another form");
    if (version >= 115) {
      int _ = in.readUnsignedByte();
    } else {
      int _ = number();
    }
    for (int i = 0; i < 7; i++) {
      int _ = number();
    }
    for (int i = 0; i < 3; i++) {
      String _ = text();
    }
    int count = number();
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(item());
    }
    return items;
  }

  private Item item() throws IOException {
    int id = number();
    int _ = number();
    String _ = text();
    String _ = text();
    String tag = text();
    String type = text();
    int section = number();
    String make = text();
    String drop = text();
    String _ = text();
    String schema = text();
    String tablespace = text();
    String accessMethod = text();
    if (version >= 116) {
      int _ = number();
    }
    String owner = text();
    String _ = text();
    List<Integer> needs = new ArrayList<>();
    for (String need = textOrNull(); need != null; need = textOrNull()) {
      needs.add(Integer.valueOf(need));
    }
    in.skipNBytes(1 + offsetSize);
    require(section >= 1 && section <= Section.values().length, "a section " + section);
    return new Item(
        id,
        type,
        tag,
        schema,
        Section.values()[section - 1],
        make,
        drop,
        tablespace,
        accessMethod,
        owner,
        needs);
  }

  private int number() throws IOException {
    int sign = in.readUnsignedByte();
    int value = 0;
    for (int i = 0; i < intSize; i++) {
      value |= in.readUnsignedByte() << 8 * i;
    }
    return sign == 0 ? value : -value;
  }

  private String text() throws IOException {
    String text = textOrNull();
    return text == null ? "" : text;
  }

  private @Nullable String textOrNull() throws IOException {
    int length = number();
    if (length < 0) {
      return null;
    }
    require(length <= LONGEST, "a text of " + length + " bytes");
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static void require(boolean condition, String otherwise) throws ProtocolException {
    if (!condition) {
      throw new ProtocolException("an archive of pg_dump that is not understood: " + otherwise);
    }
  }
}
