package io.salvor.engine.posix;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What files and directories have in common: metadata by path. */
abstract class NioHandle implements Handle {

  private final Path path;
  private volatile boolean closed;

  NioHandle(Path path) {
    this.path = path;
  }

  /** Its path, while it is open. */
  final Path path() throws PosixException {
    if (closed) {
      throw new PosixException(Errno.EBADF, "use of a closed handle", null);
    }
    return path;
  }

  @Override
  public Stat stat() throws PosixException {
    return NioStat.of(path(), null);
  }

  @Override
  public void chmod(int mode) throws PosixException {
    NioMetadata.chmod(path(), null, mode);
  }

  @Override
  public void chown(long uid, long gid) throws PosixException {
    NioMetadata.chown(path(), null, uid, gid);
  }

  @Override
  public void utimens(PosixTime mtime) throws PosixException {
    NioMetadata.utimens(path(), null, mtime);
  }

  @Override
  public List<byte[]> listXattr() throws PosixException {
    return NioMetadata.listXattr(path(), null);
  }

  @Override
  public byte @Nullable [] getXattr(byte[] attribute) throws PosixException {
    return NioMetadata.getXattr(path(), null, attribute);
  }

  @Override
  public void setXattr(byte[] attribute, byte[] value) throws PosixException {
    NioMetadata.setXattr(path(), null, attribute, value);
  }

  @Override
  public void removeXattr(byte[] attribute) throws PosixException {
    NioMetadata.removeXattr(path(), null, attribute);
  }

  @Override
  public void close() {
    closed = true;
  }
}
