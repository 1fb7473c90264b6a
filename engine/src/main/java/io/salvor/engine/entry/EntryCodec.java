package io.salvor.engine.entry;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeDamage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries as the values of a tree (docs/format.md §9). */
public final class EntryCodec {
  private static final int KIND = 0;
  private static final int SIZE = 1;
  private static final int INLINE = 2;
  private static final int LIST = 3;
  private static final int MTIME = 4;
  private static final int MODE = 5;
  private static final int USER = 6;
  private static final int GROUP = 7;
  private static final int USER_NAME = 8;
  private static final int GROUP_NAME = 9;
  private static final int TARGET = 10;
  private static final int DEVICE = 11;
  private static final int XATTRS = 12;
  private static final int INODE = 13;
  private static final int CTIME = 14;
  private static final int LINKS = 15;
  private static final int BLOCK_SIZE = 16;
  private static final int SENSITIVE = 17;
  private static final int ATTRIBUTES = 19;

  // Without these an entry of a known kind is damaged.
  private static final int REQUIRED = 1 << MTIME | 1 << MODE | 1 << USER | 1 << GROUP;

  // What no part of a database has.
  private static final int OF_FILES = (1 << SENSITIVE) - (1 << MODE);

  private EntryCodec() {}

  /** The bytes of an entry, whose kind is a known one. */
  public static byte[] encode(Entry entry) {
    if (entry.kind() == EntryKind.UNKNOWN) {
      throw new IllegalArgumentException("an entry of a kind that is not known");
    }
    CborWriter out = new CborWriter().map().key(KIND).uint(entry.kind().number());
    if (entry.kind().hasContent()) {
      out.key(SIZE).uint(entry.size());
    }
    switch (entry.content()) {
      case ContentRef.Empty _ -> {}
      case ContentRef.Inline inline -> out.key(INLINE).bytes(inline.encode());
      case ContentRef.ListRoot(BlobId id, int level, long extents, BlobKind _) ->
          out.key(LIST).array().bytes(id.bytes()).uint(level).uint(extents).end();
    }
    out.key(MTIME).time(entry.mtime().seconds(), entry.mtime().nanos());
    if (!entry.kind().isOfDatabase()) {
      ofFileSystem(entry, out);
    }
    if (entry.isSensitive()) {
      out.key(SENSITIVE).bool(true);
    }
    if (!entry.attributes().isEmpty()) {
      attributes(entry.attributes(), out);
    }
    return out.end().toByteArray();
  }

  private static void attributes(Attributes attributes, CborWriter out) {
    out.key(ATTRIBUTES).array();
    attributes
        .values()
        .forEach(
            (name, value) -> {
              out.array().text(name);
              if (value instanceof Long number) {
                out.integer(number);
              } else {
                out.text((String) value);
              }
              out.end();
            });
    out.end();
  }

  private static void ofFileSystem(Entry entry, CborWriter out) {
    out.key(MODE).uint(entry.mode());
    out.key(USER).uint(entry.user().id());
    out.key(GROUP).uint(entry.group().id());
    bytes(out, USER_NAME, entry.user().name());
    bytes(out, GROUP_NAME, entry.group().name());
    bytes(out, TARGET, entry.target());
    if (entry.device() instanceof Device(int major, int minor)) {
      out.key(DEVICE).array().uint(major).uint(minor).end();
    }
    if (!entry.xattrs().isEmpty()) {
      out.key(XATTRS).array();
      for (Xattr xattr : entry.xattrs()) {
        out.array().bytes(xattr.name()).bytes(xattr.value()).end();
      }
      out.end();
    }
    Long inode = entry.inode();
    if (inode != null) {
      out.key(INODE).integer(inode);
    }
    if (entry.ctime() instanceof PosixTime(long seconds, int nanos)) {
      out.key(CTIME).time(seconds, nanos);
    }
    if (entry.links() instanceof HardLinks(long device, long count)) {
      out.key(LINKS).array().integer(device).uint(count).end();
    }
    if (entry.blockSize() > 0) {
      out.key(BLOCK_SIZE).uint(entry.blockSize());
    }
  }

  /**
   * Reads the entry of a key; fields that are not known are passed over.
   *
   * @throws io.salvor.engine.error.SalvorException TREE_DAMAGED if the bytes are anything else
   */
  public static Entry decode(Key key, byte[] value) {
    try {
      return read(new CborReader(value));
    } catch (MalformedException e) {
      throw TreeDamage.of(key, e);
    } catch (IllegalArgumentException e) {
      // What the values themselves refuse: a content of another length, a missing target.
      throw TreeDamage.of(key, new MalformedException(String.valueOf(e.getMessage()), e));
    }
  }

  private static Entry read(CborReader in) {
    in.map();
    if (in.nextKey() != KIND) {
      throw new MalformedException("an entry without a kind");
    }
    int number = in.uint(Integer.MAX_VALUE);
    if (number == 0) {
      throw new MalformedException("an entry of kind 0");
    }
    EntryBuilder entry = Entry.builder(EntryKind.of(number));
    if (entry.kind == EntryKind.UNKNOWN) {
      return unknown(in, entry);
    }
    long size = 0;
    long[] ids = new long[2];
    byte[][] names = new byte[2][];
    ContentRef content = ContentRef.EMPTY;
    int seen = 0;
    for (int field = in.nextKey(); field >= 0; field = in.nextKey()) {
      seen |= field < 31 ? 1 << field : 0;
      switch (field) {
        case SIZE -> size = in.uint();
        case INLINE -> content = ContentRef.Inline.decode(in.bytes());
        case LIST -> content = list(in, seen);
        case MTIME -> entry.mtime(time(in));
        case MODE -> entry.mode(in.uint(07777));
        case USER, GROUP -> ids[field - USER] = in.uint();
        case USER_NAME, GROUP_NAME -> names[field - USER_NAME] = in.bytes();
        case TARGET -> entry.target(in.bytes());
        case DEVICE -> {
          in.array(2);
          entry.device(new Device(in.uint(Integer.MAX_VALUE), in.uint(Integer.MAX_VALUE)));
        }
        case XATTRS -> entry.xattrs(xattrs(in));
        case INODE -> entry.inode(in.integer());
        case CTIME -> entry.ctime(time(in));
        case LINKS -> {
          in.array(2);
          entry.links(new HardLinks(in.integer(), in.uint()));
        }
        case BLOCK_SIZE -> entry.blockSize(blockSize(in));
        case SENSITIVE -> {
          content = content.as(BlobKind.SENSITIVE);
          if (!in.bool() || content.kind() != BlobKind.SENSITIVE) {
            throw new MalformedException("a sensitive entry without content of that kind");
          }
        }
        case ATTRIBUTES -> entry.attributes(attributes(in));
        default -> in.skip();
      }
    }
    in.end();
    int required = entry.kind.isOfDatabase() ? 1 << MTIME : REQUIRED;
    if ((seen & required) != required) {
      throw new MalformedException("an entry without time, mode or owner");
    }
    if (entry.kind.isOfDatabase() && (seen & OF_FILES) != 0) {
      throw new MalformedException("a part of a database with a field of files");
    }
    if ((seen & 1 << SIZE) != 0 != entry.kind.hasContent()) {
      throw new MalformedException("a content without a size, or a size of what has none");
    }
    return entry
        .content(size, content)
        .user(new Owner(ids[0], names[0]))
        .group(new Owner(ids[1], names[1]))
        .build();
  }

  private static Entry unknown(CborReader in, EntryBuilder entry) {
    while (in.nextKey() >= 0) {
      in.skip();
    }
    in.end();
    return entry.build();
  }

  private static ContentRef list(CborReader in, int seen) {
    if ((seen & 1 << INLINE) != 0) {
      throw new MalformedException("two contents");
    }
    in.array(3);
    BlobId id = BlobId.from(in.view(BlobId.SIZE));
    return new ContentRef.ListRoot(id, in.uint(255), in.uint());
  }

  private static PosixTime time(CborReader in) {
    in.array(2);
    long seconds = in.integer();
    return new PosixTime(seconds, in.uint(999_999_999));
  }

  private static List<Xattr> xattrs(CborReader in) {
    int n = in.array();
    if (n == 0) {
      throw new MalformedException("an empty list of extended attributes");
    }
    List<Xattr> xattrs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      in.array(2);
      Xattr xattr = new Xattr(in.bytes(), in.bytes());
      if (i > 0 && xattrs.getLast().compareTo(xattr) >= 0) {
        throw new MalformedException("extended attributes out of order");
      }
      xattrs.add(xattr);
    }
    return xattrs;
  }

  private static Attributes attributes(CborReader in) {
    int n = in.array();
    if (n == 0) {
      throw new MalformedException("an empty list of attributes");
    }
    TreeMap<String, Object> attributes = new TreeMap<>();
    for (int i = 0; i < n; i++) {
      in.array(2);
      String name = in.text();
      if (i > 0 && attributes.lastKey().compareTo(name) >= 0) {
        throw new MalformedException("attributes out of order");
      }
      if (in.peek() == CborReader.Type.TEXT) {
        attributes.put(name, in.text());
      } else {
        attributes.put(name, in.integer());
      }
    }
    return Attributes.of(attributes);
  }

  private static int blockSize(CborReader in) {
    int size = in.uint(Integer.MAX_VALUE);
    if (size == 0) {
      throw new MalformedException("blocks of no bytes");
    }
    return size;
  }

  private static void bytes(CborWriter out, int key, byte @Nullable [] value) {
    if (value != null) {
      out.key(key).bytes(value);
    }
  }
}
