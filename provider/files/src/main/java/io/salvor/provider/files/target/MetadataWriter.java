package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Xattr;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.Handle;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.Losses.Loss;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Gives entries their metadata in the order that keeps all of it: owners (which clears set-id bits
 * and capabilities), extended attributes and ACLs, mode, time. Safe for several threads.
 */
final class MetadataWriter {
  private static final List<byte[]> REMOVABLE =
      List.of(
          bytes("user."),
          bytes("trusted."),
          bytes("system.posix_acl_"),
          bytes("security.capability"));
  private static final byte[] USER = bytes("user.");
  private static final byte[] ACL = bytes("system.posix_acl_");
  private static final int SET_ID = 06000;

  private final Losses losses;

  MetadataWriter(Losses losses) {
    this.losses = losses;
  }

  /** The calls for one entry, by handle or by name. */
  private interface Place {
    Stat stat() throws PosixException;

    void chown(long uid, long gid) throws PosixException;

    void chmod(int mode) throws PosixException;

    void utimens(PosixTime mtime) throws PosixException;

    List<byte[]> listXattr() throws PosixException;

    void setXattr(byte[] attribute, byte[] value) throws PosixException;

    void removeXattr(byte[] attribute) throws PosixException;
  }

  private record Opened(Handle handle) implements Place {
    @Override
    public Stat stat() throws PosixException {
      return handle.stat();
    }

    @Override
    public void chown(long uid, long gid) throws PosixException {
      handle.chown(uid, gid);
    }

    @Override
    public void chmod(int mode) throws PosixException {
      handle.chmod(mode);
    }

    @Override
    public void utimens(PosixTime mtime) throws PosixException {
      handle.utimens(mtime);
    }

    @Override
    public List<byte[]> listXattr() throws PosixException {
      return handle.listXattr();
    }

    @Override
    public void setXattr(byte[] attribute, byte[] value) throws PosixException {
      handle.setXattr(attribute, value);
    }

    @Override
    public void removeXattr(byte[] attribute) throws PosixException {
      handle.removeXattr(attribute);
    }
  }

  private record Named(Dir dir, byte[] name) implements Place {
    @Override
    public Stat stat() throws PosixException {
      return dir.stat(name);
    }

    @Override
    public void chown(long uid, long gid) throws PosixException {
      dir.chown(name, uid, gid);
    }

    @Override
    public void chmod(int mode) throws PosixException {
      dir.chmod(name, mode);
    }

    @Override
    public void utimens(PosixTime mtime) throws PosixException {
      dir.utimens(name, mtime);
    }

    @Override
    public List<byte[]> listXattr() throws PosixException {
      return dir.listXattr(name);
    }

    @Override
    public void setXattr(byte[] attribute, byte[] value) throws PosixException {
      dir.setXattr(name, attribute, value);
    }

    @Override
    public void removeXattr(byte[] attribute) throws PosixException {
      dir.removeXattr(name, attribute);
    }
  }

  /**
   * To what is open.
   *
   * @param reconcile whether it may have attributes that are not wanted
   * @return what it is then
   */
  Stat apply(Key key, Handle handle, Entry wanted, boolean reconcile) throws PosixException {
    return apply(key, new Opened(handle), wanted, reconcile);
  }

  /** To a name, as {@link #apply(Key, Handle, Entry, boolean)}. */
  Stat apply(Key key, Dir dir, byte[] name, Entry wanted, boolean reconcile) throws PosixException {
    return apply(key, new Named(dir, name), wanted, reconcile);
  }

  private Stat apply(Key key, Place place, Entry wanted, boolean reconcile) throws PosixException {
    boolean link = wanted.kind() == EntryKind.SYMLINK;
    boolean owned = chown(key, place, wanted);
    if (reconcile) {
      removeOthers(place, wanted);
    }
    for (Xattr xattr : wanted.xattrs()) {
      setXattr(key, place, xattr);
    }
    int mode = wanted.mode();
    if (!owned && (mode & SET_ID) != 0 && wanted.kind() != EntryKind.DIRECTORY) {
      // Otherwise it would run with the rights of whoever restores it.
      mode &= ~SET_ID;
      losses.add(Loss.SET_ID, key);
    }
    if (!link) {
      place.chmod(mode);
    }
    place.utimens(wanted.mtime());
    Stat now = place.stat();
    if (!now.mtime().equals(wanted.mtime())) {
      losses.add(Loss.TIME, key);
    }
    if (!link && now.mode() != mode) {
      losses.add(Loss.MODE, key);
    }
    if (owned && (now.uid() != wanted.user().id() || now.gid() != wanted.group().id())) {
      losses.add(Loss.OWNER, key);
    }
    return now;
  }

  private boolean chown(Key key, Place place, Entry wanted) throws PosixException {
    try {
      place.chown(wanted.user().id(), wanted.group().id());
      return true;
    } catch (PosixException e) {
      if (!isUnable(e)) {
        throw e;
      }
    }
    losses.add(Loss.OWNER, key);
    try {
      place.chown(-1, wanted.group().id());
    } catch (PosixException e) {
      if (!isUnable(e)) {
        throw e;
      }
    }
    Stat now = place.stat();
    return now.uid() == wanted.user().id() && now.gid() == wanted.group().id();
  }

  /** Without privilege, or with a number that this user namespace does not have. */
  private static boolean isUnable(PosixException e) {
    return e.isPermission() || e.is(Errno.EINVAL) || e.isUnsupported();
  }

  private static void removeOthers(Place place, Entry wanted) throws PosixException {
    for (byte[] name : place.listXattr()) {
      boolean kept = wanted.xattrs().stream().anyMatch(x -> Arrays.equals(x.name(), name));
      if (!kept && REMOVABLE.stream().anyMatch(prefix -> startsWith(name, prefix))) {
        try {
          place.removeXattr(name);
        } catch (PosixException e) {
          // Gone meanwhile, or not for this user to remove; the latter shows when comparing.
          if (!e.is(Errno.ENODATA) && !e.isPermission()) {
            throw e;
          }
        }
      }
    }
  }

  private void setXattr(Key key, Place place, Xattr xattr) throws PosixException {
    try {
      place.setXattr(xattr.name(), xattr.value());
    } catch (PosixException e) {
      boolean ordinary = startsWith(xattr.name(), USER) || startsWith(xattr.name(), ACL);
      if (e.isPermission() && !ordinary) {
        losses.add(Loss.PRIVILEGED_XATTR, key);
      } else if (e.isUnsupported()
          || e.is(Errno.EINVAL)
          || e.is(Errno.E2BIG)
          || e.is(Errno.ERANGE)
          || e.isPermission()) {
        losses.add(Loss.XATTR, key);
      } else {
        throw e;
      }
    }
  }

  private static boolean startsWith(byte[] name, byte[] prefix) {
    return name.length >= prefix.length
        && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
