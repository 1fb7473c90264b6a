package io.salvor.engine.posix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A directory by its path. */
final class NioDir extends NioHandle implements Dir {

  NioDir(Path path) {
    super(path);
  }

  private Path at(byte[] name, String operation) throws PosixException {
    return NioNames.resolve(path(), name, operation);
  }

  private static NioDir ours(Dir dir) {
    if (dir instanceof NioDir ours) {
      return ours;
    }
    throw new IllegalArgumentException("a directory of another Posix: " + dir.getClass());
  }

  @Override
  public Dir openDir(byte[] name) throws PosixException {
    Path path = at(name, "openDir");
    Kind kind = NioStat.of(path, name).kind();
    if (kind != Kind.DIRECTORY) {
      Errno errno = kind == Kind.SYMLINK ? Errno.ELOOP : Errno.ENOTDIR;
      throw new PosixException(errno, "openDir", name);
    }
    return new NioDir(path);
  }

  @Override
  public NameList list() throws PosixException {
    NameList names = new NameList();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path())) {
      for (Path entry : entries) {
        byte[] name = NioNames.nameBytes(entry);
        names.add(MemorySegment.ofArray(name), 0, name.length, null);
      }
      return names;
    } catch (DirectoryIteratorException e) {
      throw NioErrors.of(Objects.requireNonNull(e.getCause()), "list", null);
    } catch (IOException e) {
      throw NioErrors.of(e, "list", null);
    }
  }

  @Override
  public Stat stat(byte[] name) throws PosixException {
    return NioStat.of(at(name, "stat"), name);
  }

  @Override
  public byte[] readLink(byte[] name) throws PosixException {
    try {
      return NioNames.targetBytes(Files.readSymbolicLink(at(name, "readlink")));
    } catch (IOException e) {
      throw NioErrors.of(e, "readlink", name);
    }
  }

  @Override
  public FileHandle openFile(byte[] name) throws PosixException {
    return open(name, Set.of(StandardOpenOption.READ));
  }

  @Override
  public FileHandle openForWrite(byte[] name) throws PosixException {
    return open(name, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  private FileHandle open(byte[] name, Set<StandardOpenOption> options) throws PosixException {
    Path path = at(name, "open");
    switch (NioStat.of(path, name).kind()) {
      case FILE -> {}
      case SYMLINK -> throw new PosixException(Errno.ELOOP, "open", name);
      case DIRECTORY -> throw new PosixException(Errno.EISDIR, "open", name);
      case FIFO, SOCKET, BLOCK, CHAR -> throw new PosixException(Errno.ENXIO, "open", name);
    }
    Set<OpenOption> all = new HashSet<>(options);
    all.add(LinkOption.NOFOLLOW_LINKS);
    try {
      return new NioFile(path, FileChannel.open(path, all));
    } catch (IOException e) {
      throw NioErrors.of(e, "open", name);
    }
  }

  @Override
  public FileHandle createFile(byte[] name, int mode) throws PosixException {
    Path path = at(name, "create");
    Set<StandardOpenOption> options =
        EnumSet.of(
            StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    try {
      return new NioFile(path, FileChannel.open(path, options, permissions(mode)));
    } catch (IOException e) {
      throw NioErrors.of(e, "create", name);
    }
  }

  private static FileAttribute<?>[] permissions(int mode) {
    if (!NioNames.UNIX) {
      return new FileAttribute<?>[0];
    }
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values(); // owner's read first, others' x last
    for (int i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(all[i]);
      }
    }
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
  }

  @Override
  public void mkdir(byte[] name, int mode) throws PosixException {
    try {
      Files.createDirectory(at(name, "mkdir"), permissions(mode));
    } catch (IOException e) {
      throw NioErrors.of(e, "mkdir", name);
    }
  }

  @Override
  public void symlink(byte[] target, byte[] name) throws PosixException {
    try {
      Path to = NioNames.relative(target, "symlink");
      if (!Arrays.equals(NioNames.targetBytes(to), target)) {
        // NIO drops doubled and trailing separators; a link that differs would be a silent loss.
        throw new PosixException(Errno.EOPNOTSUPP, "symlink", name);
      }
      Files.createSymbolicLink(at(name, "symlink"), to);
    } catch (IOException e) {
      throw NioErrors.of(e, "symlink", name);
    }
  }

  @Override
  public void link(Dir fromDir, byte[] from, byte[] to) throws PosixException {
    try {
      Files.createLink(at(to, "link"), ours(fromDir).at(from, "link"));
    } catch (IOException e) {
      throw NioErrors.of(e, "link", to);
    }
  }

  @Override
  public void mknod(byte[] name, Kind kind, int mode, int major, int minor) throws PosixException {
    throw new PosixException(Errno.EOPNOTSUPP, "mknod", name);
  }

  @Override
  public void rename(byte[] from, Dir toDir, byte[] to, RenameMode mode) throws PosixException {
    Path source = at(from, "rename");
    Path target = ours(toDir).at(to, "rename");
    if (mode == RenameMode.EXCHANGE) {
      throw new PosixException(Errno.EOPNOTSUPP, "rename", from);
    }
    if (mode == RenameMode.NO_REPLACE && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new PosixException(Errno.EEXIST, "rename", to);
    }
    try {
      Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new PosixException(Errno.EXDEV.number(), "rename", from, e);
    } catch (IOException e) {
      throw NioErrors.of(e, "rename", from);
    }
  }

  @Override
  public void unlink(byte[] name) throws PosixException {
    delete(name, "unlink", false);
  }

  @Override
  public void rmdir(byte[] name) throws PosixException {
    delete(name, "rmdir", true);
  }

  private void delete(byte[] name, String operation, boolean directory) throws PosixException {
    Path path = at(name, operation);
    boolean found = NioStat.of(path, name).kind() == Kind.DIRECTORY;
    if (found != directory) {
      throw new PosixException(found ? Errno.EISDIR : Errno.ENOTDIR, operation, name);
    }
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw NioErrors.of(e, operation, name);
    }
  }

  @Override
  public void chown(byte[] name, long uid, long gid) throws PosixException {
    NioMetadata.chown(at(name, "chown"), name, uid, gid);
  }

  @Override
  public void chmod(byte[] name, int mode) throws PosixException {
    NioMetadata.chmod(at(name, "chmod"), name, mode);
  }

  @Override
  public void utimens(byte[] name, PosixTime mtime) throws PosixException {
    NioMetadata.utimens(at(name, "utimens"), name, mtime);
  }

  @Override
  public List<byte[]> listXattr(byte[] name) throws PosixException {
    return NioMetadata.listXattr(at(name, "listxattr"), name);
  }

  @Override
  public byte @Nullable [] getXattr(byte[] name, byte[] attribute) throws PosixException {
    return NioMetadata.getXattr(at(name, "getxattr"), name, attribute);
  }

  @Override
  public void setXattr(byte[] name, byte[] attribute, byte[] value) throws PosixException {
    NioMetadata.setXattr(at(name, "setxattr"), name, attribute, value);
  }

  @Override
  public void removeXattr(byte[] name, byte[] attribute) throws PosixException {
    NioMetadata.removeXattr(at(name, "removexattr"), name, attribute);
  }

  @Override
  public void sync() throws PosixException {
    if (!NioNames.UNIX) {
      throw new PosixException(Errno.EOPNOTSUPP, "fsync", null);
    }
    try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw NioErrors.of(e, "fsync", null);
    }
  }

  @Override
  public void syncFileSystem() throws PosixException {
    throw new PosixException(Errno.EOPNOTSUPP, "syncfs", null);
  }

  @Override
  public FileSystemInfo statfs() throws PosixException {
    try {
      FileStore store = Files.getFileStore(path());
      return new FileSystemInfo(
          store.type(),
          store.getBlockSize(),
          store.getTotalSpace(),
          store.getUsableSpace(),
          Stat.UNKNOWN,
          store.isReadOnly(),
          Stat.UNKNOWN);
    } catch (IOException e) {
      throw NioErrors.of(e, "statfs", null);
    }
  }
}
