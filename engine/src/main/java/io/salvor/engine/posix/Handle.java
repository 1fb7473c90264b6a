package io.salvor.engine.posix;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open file or directory, and its own metadata. Several threads may use one handle at once;
 * closing waits for none of them: the descriptor itself is closed when the last call has ended, and
 * later calls fail with {@code EBADF}.
 */
public interface Handle extends AutoCloseable {

  /** Its metadata. */
  Stat stat() throws PosixException;

  /** Sets the permission, set-id and sticky bits ({@code 07777}), whatever the umask. */
  void chmod(int mode) throws PosixException;

  /** Sets owner and group; −1 leaves one as it is. Clears set-id bits, so chmod comes after. */
  void chown(long uid, long gid) throws PosixException;

  /** Sets the modification time and leaves the access time. */
  void utimens(PosixTime mtime) throws PosixException;

  /**
   * Names of the extended attributes, of every name space the caller may see; POSIX ACLs are {@code
   * system.posix_acl_access} and {@code system.posix_acl_default}. Empty where the file system has
   * none.
   */
  List<byte[]> listXattr() throws PosixException;

  /** An extended attribute's value; null when there is none of that name. */
  byte @Nullable [] getXattr(byte[] attribute) throws PosixException;

  /** Sets or replaces an extended attribute. */
  void setXattr(byte[] attribute, byte[] value) throws PosixException;

  /** Removes an extended attribute; {@code ENODATA} when there is none. */
  void removeXattr(byte[] attribute) throws PosixException;

  /** Makes content and metadata durable ({@code fsync}); of a directory its names. */
  void sync() throws PosixException;

  /**
   * Closes it; again is harmless. Tells no errors: who has written asks {@link #sync} first, or
   * {@link Dir#syncFileSystem} once for many files.
   */
  @Override
  void close();
}
