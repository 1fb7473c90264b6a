package io.salvor.testkit.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a tree keeps of a file, a directory, a link, a device (§9).
 *
 * @param content extents kept in the entry, null if there are none or too many
 * @param list the tree of extents, else null
 * @param group null when unknown, as is the user's name
 * @param device major and minor, of devices only
 * @param inode null if not kept
 * @param names device and number of links, null if it has one name only
 * @param sensitive whether the extents are sensitive blobs
 * @param noted attributes of what is of a database: texts, and integers as {@link Long}
 */
public record Entry(
    Kind kind,
    long size,
    byte @Nullable [] content,
    Content.@Nullable Root list,
    Time modified,
    int mode,
    long uid,
    long gid,
    byte @Nullable [] user,
    byte @Nullable [] group,
    byte @Nullable [] target,
    long @Nullable [] device,
    List<Attribute> attributes,
    @Nullable Long inode,
    @Nullable Time changed,
    long @Nullable [] names,
    int blockSize,
    boolean sensitive,
    Map<String, Object> noted) {
  /** The kinds: in the order of their numbers from 1 on, then those from 32 on. */
  public enum Kind {
    FILE,
    DIRECTORY,
    LINK,
    FIFO,
    SOCKET,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    TABLE,
    DEFINITION;

    boolean hasContent() {
      return this == FILE || isOfDatabase();
    }

    boolean isOfDatabase() {
      return this == TABLE || this == DEFINITION;
    }
  }

  /** An extended attribute. */
  public record Attribute(byte[] name, byte[] value) {}

  static Entry parse(byte[] value) throws DamageException {
    Fields fields = Fields.parse(value);
    long number = fields.number(0, 1, 33);
    DamageException.unless(number < 8 || number > 31, "an entry of kind " + number);
    Kind kind = Kind.values()[(int) (number < 8 ? number - 1 : number - 32 + 7)];
    fieldsOfOthers(fields, kind);
    boolean isFile = kind.hasContent();
    boolean ofDatabase = kind.isOfDatabase();
    boolean isDevice = kind == Kind.CHARACTER_DEVICE || kind == Kind.BLOCK_DEVICE;
    long size = isFile ? fields.number(1, 0, Long.MAX_VALUE) : 0;
    if (isFile) {
      int contents = (fields.has(2) ? 1 : 0) + (fields.has(3) ? 1 : 0);
      DamageException.unless(contents == (size == 0 ? 0 : 1), "a file has no content, or two");
      DamageException.unless(
          !fields.has(17) || (fields.flag(17) && size > 0), "field 17 is true or not there");
    }
    return new Entry(
        kind,
        size,
        optional(fields, 2),
        fields.has(3) ? list(fields) : null,
        fields.time(4),
        ofDatabase ? 0 : (int) fields.number(5, 0, 07777),
        ofDatabase ? 0 : fields.number(6, 0, Long.MAX_VALUE),
        ofDatabase ? 0 : fields.number(7, 0, Long.MAX_VALUE),
        optional(fields, 8),
        optional(fields, 9),
        kind == Kind.LINK ? fields.binary(10) : null,
        isDevice ? device(fields) : null,
        attributes(fields),
        fields.has(13) ? (Long) fields.number(13, Long.MIN_VALUE, Long.MAX_VALUE) : null,
        fields.has(14) ? fields.time(14) : null,
        fields.has(15) ? names(fields) : null,
        fields.has(16) ? (int) fields.number(16, 1, Integer.MAX_VALUE) : 0,
        fields.has(17) && fields.flag(17),
        noted(fields));
  }

  private static void fieldsOfOthers(Fields fields, Kind kind) throws DamageException {
    Set<Integer> foreign = new HashSet<>(List.of(1, 2, 3, 10, 11, 15, 16, 17, 19));
    switch (kind) {
      case FILE -> foreign.removeAll(List.of(1, 2, 3, 15, 16, 17));
      case DIRECTORY -> {}
      case LINK -> foreign.removeAll(List.of(10, 15));
      case CHARACTER_DEVICE, BLOCK_DEVICE -> foreign.removeAll(List.of(11, 15));
      case FIFO, SOCKET -> foreign.remove(15);
      case TABLE, DEFINITION -> {
        foreign.removeAll(List.of(1, 2, 3, 17, 19));
        foreign.addAll(List.of(5, 6, 7, 8, 9, 12, 13, 14));
      }
    }
    for (int key : foreign) {
      DamageException.unless(!fields.has(key), "a " + kind + " has field " + key);
    }
  }

  private static Map<String, Object> noted(Fields fields) throws DamageException {
    TreeMap<String, Object> noted = new TreeMap<>();
    for (Cbor item : fields.array(19)) {
      List<Cbor> pair = Cbor.tuple(item, 2);
      String name = Cbor.text(pair.get(0));
      DamageException.unless(name.matches("[a-z0-9-]{1,64}"), "an attribute has another name");
      DamageException.unless(
          noted.isEmpty() || noted.lastKey().compareTo(name) < 0, "attributes do not ascend");
      noted.put(
          name,
          pair.get(1) instanceof Cbor.Text
              ? Cbor.text(pair.get(1))
              : (Object) Cbor.number(pair.get(1), Long.MIN_VALUE, Long.MAX_VALUE));
    }
    return noted;
  }

  private static Content.Root list(Fields fields) throws DamageException {
    List<Cbor> root = fields.tuple(3, 3);
    return new Content.Root(
        Cbor.blobId(root.get(0)),
        (int) Cbor.number(root.get(1), 0, 32),
        Cbor.number(root.get(2), 1, Long.MAX_VALUE));
  }

  private static long[] device(Fields fields) throws DamageException {
    long[] device = fields.counts(11, 2);
    DamageException.unless(
        device[0] < 1L << 31 && device[1] < 1L << 31, "a device has too large a number");
    return device;
  }

  private static long[] names(Fields fields) throws DamageException {
    List<Cbor> names = fields.tuple(15, 2);
    return new long[] {
      Cbor.number(names.get(0), Long.MIN_VALUE, Long.MAX_VALUE),
      Cbor.number(names.get(1), 2, Long.MAX_VALUE)
    };
  }

  private static List<Attribute> attributes(Fields fields) throws DamageException {
    List<Attribute> attributes = new ArrayList<>();
    for (Cbor item : fields.array(12)) {
      List<Cbor> pair = Cbor.tuple(item, 2);
      Attribute attribute = new Attribute(Cbor.binary(pair.get(0)), Cbor.binary(pair.get(1)));
      DamageException.unless(
          attributes.isEmpty()
              || Arrays.compareUnsigned(attributes.getLast().name(), attribute.name()) < 0,
          "attributes do not ascend");
      attributes.add(attribute);
    }
    return attributes;
  }

  private static byte @Nullable [] optional(Fields fields, int key) throws DamageException {
    return fields.has(key) ? fields.binary(key) : null;
  }
}
