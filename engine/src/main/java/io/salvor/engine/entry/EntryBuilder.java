package io.salvor.engine.entry;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.posix.PosixTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what an entry is made of. */
public final class EntryBuilder {
  final EntryKind kind;
  long size;
  ContentRef content = ContentRef.EMPTY;
  PosixTime mtime = new PosixTime(0, 0);
  @Nullable PosixTime ctime;
  int mode;
  Owner user = new Owner(0, null);
  Owner group = new Owner(0, null);
  byte @Nullable [] target;
  @Nullable Device device;
  List<Xattr> xattrs = List.of();
  @Nullable Long inode;
  @Nullable HardLinks links;
  int blockSize;
  Attributes attributes = Attributes.NONE;

  EntryBuilder(EntryKind kind) {
    this.kind = kind;
  }

  /** A file's content and its length in bytes. */
  public EntryBuilder content(long bytes, ContentRef ref) {
    this.size = bytes;
    this.content = ref;
    return this;
  }

  public EntryBuilder mtime(PosixTime time) {
    this.mtime = time;
    return this;
  }

  /** Null where it is not known, or where the entry is to be read again. */
  public EntryBuilder ctime(@Nullable PosixTime time) {
    this.ctime = time;
    return this;
  }

  /** The lowest 12 bits count. */
  public EntryBuilder mode(int bits) {
    this.mode = bits & 07777;
    return this;
  }

  public EntryBuilder user(Owner owner) {
    this.user = owner;
    return this;
  }

  public EntryBuilder group(Owner owner) {
    this.group = owner;
    return this;
  }

  /** Where a symbolic link points to. */
  public EntryBuilder target(byte[] bytes) {
    this.target = bytes;
    return this;
  }

  public EntryBuilder device(Device numbers) {
    this.device = numbers;
    return this;
  }

  /** Extended attributes in any order. */
  public EntryBuilder xattrs(List<Xattr> attributes) {
    List<Xattr> sorted = new ArrayList<>(attributes);
    sorted.sort(null);
    this.xattrs = sorted;
    return this;
  }

  public EntryBuilder inode(long number) {
    this.inode = number;
    return this;
  }

  public EntryBuilder links(HardLinks hardLinks) {
    this.links = hardLinks;
    return this;
  }

  /** The size of the blocks the content is cut into, in bytes. */
  public EntryBuilder blockSize(int bytes) {
    this.blockSize = bytes;
    return this;
  }

  /** What the provider notes of an entry of a database. */
  public EntryBuilder attributes(Attributes noted) {
    this.attributes = noted;
    return this;
  }

  /**
   * The entry.
   *
   * @throws IllegalArgumentException if what was given does not fit together
   */
  public Entry build() {
    String flaw = flaw();
    if (flaw != null) {
      throw new IllegalArgumentException(flaw);
    }
    return new Entry(this);
  }

  private @Nullable String flaw() {
    if (kind == EntryKind.UNKNOWN) {
      return null;
    }
    if (!kind.hasContent() && (size != 0 || !content.equals(ContentRef.EMPTY))) {
      return "content in what has none";
    }
    boolean fits =
        switch (content) {
          case ContentRef.Empty _ -> size == 0;
          case ContentRef.Inline inline -> inline.size() == size;
          case ContentRef.ListRoot root -> size >= root.extents();
        };
    if (!fits) {
      return "a content that is not as long as the size says";
    }
    if ((kind == EntryKind.SYMLINK) != (target != null)) {
      return "a link without target, or a target of what is no link";
    }
    if (kind.isDevice() != (device != null)) {
      return "a device without numbers, or numbers of what is none";
    }
    if (links != null && kind == EntryKind.DIRECTORY) {
      return "a directory of several names";
    }
    if (!attributes.isEmpty() && !kind.isOfDatabase()) {
      return "attributes of what is in no database";
    }
    if (kind.isOfDatabase() && isOfFileSystem()) {
      return "a part of a database with mode, owners or names of a file";
    }
    if (blockSize < 0 || (blockSize > 0 && kind != EntryKind.FILE)) {
      return "a block size in a wrong place";
    }
    for (int i = 1; i < xattrs.size(); i++) {
      if (xattrs.get(i - 1).compareTo(xattrs.get(i)) == 0) {
        return "an extended attribute given twice";
      }
    }
    return null;
  }

  private boolean isOfFileSystem() {
    return mode != 0
        || user.id() != 0
        || group.id() != 0
        || user.name() != null
        || group.name() != null
        || !xattrs.isEmpty()
        || inode != null
        || ctime != null
        || links != null;
  }
}
