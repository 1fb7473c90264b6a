package io.salvor.provider.files.target;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Device;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.HardLinks;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.entry.Xattr;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.Handle;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.Owners;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.RawNames;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.tree.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Looks at what lies in a target. Safe for several threads. */
final class LiveEntries {
  private final Owners owners;
  private final InPlace inPlace;
  private final Map<Long, Owner> users = new ConcurrentHashMap<>();
  private final Map<Long, Owner> groups = new ConcurrentHashMap<>();

  LiveEntries(Owners owners, InPlace inPlace) {
    this.owners = owners;
    this.inPlace = inPlace;
  }

  /** An entry by name; null if it has gone. */
  @Nullable LiveItem look(Key key, Dir dir, byte[] name) throws PosixException {
    try {
      if (inPlace.isLink(key)) {
        try (Dir linked = inPlace.open(key)) {
          return linked == null ? null : look(key, linked);
        }
      }
      Stat stat = dir.stat(name);
      EntryBuilder entry = begin(stat);
      if (stat.kind() == Kind.SYMLINK) {
        entry.target(dir.readLink(name));
      }
      entry.xattrs(xattrs(dir.listXattr(name), attribute -> dir.getXattr(name, attribute)));
      return new LiveItem(key, entry.build(), FileFingerprint.of(stat).encode());
    } catch (PosixException e) {
      if (e.isNotFound()) {
        return null;
      }
      throw e;
    }
  }

  /** What is open. */
  LiveItem look(Key key, Handle handle) throws PosixException {
    Stat stat = handle.stat();
    EntryBuilder entry = begin(stat).xattrs(xattrs(handle.listXattr(), handle::getXattr));
    return new LiveItem(key, entry.build(), FileFingerprint.of(stat).encode());
  }

  /** All but a link's target and extended attributes; the content is one hole. */
  private EntryBuilder begin(Stat stat) throws PosixException {
    EntryKind kind = kind(stat.kind());
    if (kind == EntryKind.FILE && stat.size() > Extent.MAX_HOLE) {
      // Anybody can make such a file of one hole; it must not end the restore.
      throw new PosixException(Errno.EFBIG, "stat", null);
    }
    EntryBuilder entry =
        Entry.builder(kind)
            .mode(stat.mode())
            .mtime(stat.mtime())
            .ctime(stat.ctime())
            .inode(stat.inode())
            .user(users.computeIfAbsent(stat.uid(), id -> owner(id, true)))
            .group(groups.computeIfAbsent(stat.gid(), id -> owner(id, false)));
    if (kind == EntryKind.FILE && stat.size() > 0) {
      entry.content(stat.size(), new ContentRef.Inline(List.of(new Extent.Hole(stat.size()))));
    }
    if (kind.isDevice()) {
      entry.device(new Device(stat.rdevMajor(), stat.rdevMinor()));
    }
    if (stat.nlink() > 1 && kind != EntryKind.DIRECTORY) {
      entry.links(new HardLinks(stat.dev(), stat.nlink()));
    }
    return entry;
  }

  static EntryKind kind(Kind kind) {
    return switch (kind) {
      case FILE -> EntryKind.FILE;
      case DIRECTORY -> EntryKind.DIRECTORY;
      case SYMLINK -> EntryKind.SYMLINK;
      case FIFO -> EntryKind.FIFO;
      case SOCKET -> EntryKind.SOCKET;
      case CHAR -> EntryKind.CHARACTER_DEVICE;
      case BLOCK -> EntryKind.BLOCK_DEVICE;
    };
  }

  private Owner owner(long id, boolean user) {
    long known = Math.max(0, id);
    try {
      String name = user ? owners.userName(id) : owners.groupName(id);
      return new Owner(known, name == null ? null : RawNames.of(name));
    } catch (PosixException e) {
      // A name service that does not answer: the number is what counts.
      return new Owner(known, null);
    }
  }

  private static List<Xattr> xattrs(List<byte[]> names, Getter getter) throws PosixException {
    if (names.isEmpty()) {
      return List.of();
    }
    List<Xattr> xattrs = new ArrayList<>(names.size());
    for (byte[] name : names) {
      byte[] value = getter.get(name);
      if (value != null) {
        xattrs.add(new Xattr(name, value));
      }
    }
    return xattrs;
  }

  private interface Getter {
    byte @Nullable [] get(byte[] attribute) throws PosixException;
  }
}
