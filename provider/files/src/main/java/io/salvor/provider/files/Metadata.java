package io.salvor.provider.files;

import io.salvor.engine.entry.Device;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.HardLinks;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.entry.Xattr;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Handle;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.Owners;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.RawNames;
import io.salvor.engine.posix.Stat;
import io.salvor.provider.files.Found.Flaw;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Turns what the system tells of a file into an entry. For any thread. */
final class Metadata {
  private final Owners owners;
  private final Map<Long, Owner> users = new ConcurrentHashMap<>();
  private final Map<Long, Owner> groups = new ConcurrentHashMap<>();

  Metadata(Owners owners) {
    this.owners = owners;
  }

  /** An entry's beginning: all but content, target and extended attributes. */
  EntryBuilder begin(Stat stat) {
    EntryKind kind = kind(stat.kind());
    EntryBuilder entry =
        Entry.builder(kind)
            .mode(stat.mode())
            .user(user(stat))
            .group(group(stat))
            .mtime(stat.mtime())
            .ctime(stat.ctime());
    if (stat.inode() != Stat.UNKNOWN) {
      entry.inode(stat.inode());
    }
    if (stat.nlink() > 1 && kind != EntryKind.DIRECTORY) {
      entry.links(new HardLinks(stat.dev(), stat.nlink()));
    }
    if (kind.isDevice()) {
      entry.device(new Device(stat.rdevMajor(), stat.rdevMinor()));
    }
    return entry;
  }

  /** A directory's entry, all of it. */
  Entry directory(Stat stat, Handle handle, List<Flaw> flaws) {
    return withXattrs(begin(stat), handle, flaws).build();
  }

  /** Adds the attributes of what is open. */
  EntryBuilder withXattrs(EntryBuilder entry, Handle handle, List<Flaw> flaws) {
    return withXattrs(entry, handle::listXattr, handle::getXattr, flaws);
  }

  /** Adds the attributes of a name. */
  EntryBuilder withXattrs(EntryBuilder entry, Dir dir, byte[] name, List<Flaw> flaws) {
    return withXattrs(
        entry, () -> dir.listXattr(name), attribute -> dir.getXattr(name, attribute), flaws);
  }

  private static EntryBuilder withXattrs(
      EntryBuilder entry, Lister lister, Getter getter, List<Flaw> flaws) {
    int before = flaws.size();
    entry.xattrs(xattrs(lister, getter, flaws));
    if (flaws.size() > before) {
      // With its ctime the next backup would take the entry for unchanged, without what it lacks.
      entry.ctime(null);
    }
    return entry;
  }

  /** The kind of an entry. */
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

  /**
   * The entry that the backup before has, if nothing has changed since as far as {@code stat}
   * tells; else null. Whatever changes a file, its attributes and ACLs included, changes its ctime,
   * which no program can set.
   */
  @Nullable Entry unchanged(@Nullable Entry previous, Stat stat) {
    if (previous == null
        || previous.kind() != kind(stat.kind())
        || (stat.kind() == Kind.FILE && previous.size() != stat.size())
        || !stat.mtime().equals(previous.mtime())
        || !stat.ctime().equals(previous.ctime())
        || !Objects.equals(previous.inode(), stat.inode())
        || previous.mode() != stat.mode()
        || previous.user().id() != stat.uid()
        || previous.group().id() != stat.gid()
        || !sameLinks(previous, stat)) {
      return null;
    }
    Owner user = user(stat);
    Owner group = group(stat);
    return user.equals(previous.user()) && group.equals(previous.group())
        ? previous
        : previous.toBuilder().user(user).group(group).build();
  }

  private static boolean sameLinks(Entry previous, Stat stat) {
    HardLinks links = previous.links();
    return stat.kind() == Kind.DIRECTORY
        || (links == null
            ? stat.nlink() <= 1
            : links.count() == stat.nlink() && links.device() == stat.dev());
  }

  private static List<Xattr> xattrs(Lister lister, Getter getter, List<Flaw> flaws) {
    List<byte[]> names;
    try {
      names = lister.list();
    } catch (PosixException e) {
      flaws.add(Flaw.of(e));
      return List.of();
    }
    if (names.isEmpty()) {
      return List.of();
    }
    List<Xattr> xattrs = new ArrayList<>(names.size());
    for (byte[] name : names) {
      try {
        byte[] value = getter.get(name);
        if (value != null) {
          xattrs.add(new Xattr(name, value));
        }
      } catch (PosixException e) {
        Flaw flaw = Flaw.of(e);
        flaws.add(
            new Flaw(
                flaw.code(),
                "extended attribute " + RawNames.display(name) + ": " + flaw.message()));
      }
    }
    return xattrs;
  }

  private Owner user(Stat stat) {
    return users.computeIfAbsent(stat.uid(), id -> owner(id, owners::userName));
  }

  private Owner group(Stat stat) {
    return groups.computeIfAbsent(stat.gid(), id -> owner(id, owners::groupName));
  }

  private static Owner owner(long id, NameOf names) {
    long known = Math.max(0, id);
    try {
      String name = names.of(id);
      return new Owner(known, name == null ? null : RawNames.of(name));
    } catch (PosixException _) {
      // A name service that does not answer: the number is what counts.
      return new Owner(known, null);
    }
  }

  private interface NameOf {
    @Nullable String of(long id) throws PosixException;
  }

  private interface Lister {
    List<byte[]> list() throws PosixException;
  }

  private interface Getter {
    byte @Nullable [] get(byte[] attribute) throws PosixException;
  }
}
