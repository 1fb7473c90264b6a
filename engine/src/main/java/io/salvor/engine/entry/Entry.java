package io.salvor.engine.entry;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.posix.PosixTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a backup keeps of one object: a file, a table (docs/format.md §9). Immutable; arrays that it
 * gives out are not to be changed.
 */
public final class Entry {
  private final EntryKind kind;
  private final long size;
  private final ContentRef content;
  private final PosixTime mtime;
  private final @Nullable PosixTime ctime;
  private final int mode;
  private final Owner user;
  private final Owner group;
  private final byte @Nullable [] target;
  private final @Nullable Device device;
  private final List<Xattr> xattrs;
  private final @Nullable Long inode;
  private final @Nullable HardLinks links;
  private final int blockSize;
  private final Attributes attributes;

  Entry(EntryBuilder from) {
    this.kind = from.kind;
    this.size = from.size;
    this.content = from.content;
    this.mtime = from.mtime;
    this.ctime = from.ctime;
    this.mode = from.mode;
    this.user = from.user;
    this.group = from.group;
    this.target = from.target;
    this.device = from.device;
    this.xattrs = List.copyOf(from.xattrs);
    this.inode = from.inode;
    this.links = from.links;
    this.blockSize = from.blockSize;
    this.attributes = from.attributes;
  }

  /** Begins an entry. */
  public static EntryBuilder builder(EntryKind kind) {
    return new EntryBuilder(kind);
  }

  /** Begins an entry that is like this one. */
  public EntryBuilder toBuilder() {
    EntryBuilder builder =
        new EntryBuilder(kind)
            .content(size, content)
            .mtime(mtime)
            .mode(mode)
            .user(user)
            .group(group)
            .xattrs(xattrs)
            .blockSize(blockSize)
            .attributes(attributes);
    builder.ctime = ctime;
    builder.target = target;
    builder.device = device;
    builder.inode = inode;
    builder.links = links;
    return builder;
  }

  /** What it is. */
  public EntryKind kind() {
    return kind;
  }

  /** Bytes of content; 0 for what has none. */
  public long size() {
    return size;
  }

  /** The content; empty for what has none. */
  public ContentRef content() {
    return content;
  }

  /** Whether its content lies under a key of its own, which not everybody opens who lists it. */
  public boolean isSensitive() {
    return content.kind() == BlobKind.SENSITIVE;
  }

  /** Last change of the content. */
  public PosixTime mtime() {
    return mtime;
  }

  /** Last change of content or metadata, where known. */
  public @Nullable PosixTime ctime() {
    return ctime;
  }

  /** Permission, set-id and sticky bits: 12 in all. */
  public int mode() {
    return mode;
  }

  public Owner user() {
    return user;
  }

  public Owner group() {
    return group;
  }

  /** Where a symbolic link points to; null for what is none. */
  public byte @Nullable [] target() {
    return target;
  }

  /** The numbers of a device node; null for what is none. */
  public @Nullable Device device() {
    return device;
  }

  /** Extended attributes by name ascending, ACLs among them. */
  public List<Xattr> xattrs() {
    return xattrs;
  }

  /** The inode's 64 bits, where known. */
  public @Nullable Long inode() {
    return inode;
  }

  /** Set if it has more names than one. */
  public @Nullable HardLinks links() {
    return links;
  }

  /** The size of the blocks its content was cut into, in bytes; 0 if it was cut otherwise. */
  public int blockSize() {
    return blockSize;
  }

  /** What a provider notes of it; none but of kinds of databases. */
  public Attributes attributes() {
    return attributes;
  }

  /**
   * What a person would call different, or an empty set. Inode and ctime do not count, so that two
   * entries without differences need not have the same bytes.
   */
  public Set<EntryField> differences(Entry other) {
    Set<EntryField> fields = EnumSet.noneOf(EntryField.class);
    note(fields, EntryField.KIND, kind == other.kind);
    note(fields, EntryField.CONTENT, content.equals(other.content));
    note(fields, EntryField.SIZE, size == other.size);
    note(fields, EntryField.MODE, mode == other.mode);
    note(fields, EntryField.OWNER, user.isSame(other.user));
    note(fields, EntryField.GROUP, group.isSame(other.group));
    note(fields, EntryField.MTIME, mtime.equals(other.mtime));
    note(fields, EntryField.TARGET, Arrays.equals(target, other.target));
    note(fields, EntryField.DEVICE, Objects.equals(device, other.device));
    note(
        fields,
        EntryField.XATTRS,
        of(xattrs, xattr -> !xattr.isAcl()).equals(of(other.xattrs, xattr -> !xattr.isAcl())));
    note(fields, EntryField.ACL, of(xattrs, Xattr::isAcl).equals(of(other.xattrs, Xattr::isAcl)));
    note(fields, EntryField.LINKS, names() == other.names());
    note(fields, EntryField.ATTRIBUTES, attributes.equals(other.attributes));
    return fields;
  }

  /** Whether nothing but the content differs. */
  public boolean sameMetadata(Entry other) {
    Set<EntryField> fields = differences(other);
    fields.remove(EntryField.CONTENT);
    fields.remove(EntryField.SIZE);
    return fields.isEmpty();
  }

  private long names() {
    return links == null ? 1 : links.count();
  }

  private static void note(Set<EntryField> fields, EntryField field, boolean same) {
    if (!same) {
      fields.add(field);
    }
  }

  private static List<Xattr> of(List<Xattr> xattrs, Predicate<Xattr> which) {
    List<Xattr> chosen = new ArrayList<>(xattrs);
    chosen.removeIf(which.negate());
    return chosen;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry entry
        && differences(entry).isEmpty()
        && user.equals(entry.user)
        && group.equals(entry.group)
        && Objects.equals(ctime, entry.ctime)
        && Objects.equals(inode, entry.inode)
        && Objects.equals(links, entry.links)
        && blockSize == entry.blockSize;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, size, content, mtime, mode);
  }

  @Override
  public String toString() {
    return kind + " " + Integer.toOctalString(mode) + " " + size + " bytes";
  }
}
