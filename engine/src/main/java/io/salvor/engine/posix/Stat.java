package io.salvor.engine.posix;

import org.jspecify.annotations.Nullable;

/**
 * What {@code statx(2)} tells of an entry, links not followed.
 *
 * @param kind what it is
 * @param mode permission bits with set-id and sticky bits ({@code 07777}), without the kind
 * @param uid owner, 0 to 2³²−1
 * @param gid group, 0 to 2³²−1
 * @param size bytes; of a symbolic link the length of its target
 * @param blocks allocated units of 512 bytes; {@link #UNKNOWN} where not told
 * @param mtime last change of the content
 * @param ctime last change of content or metadata
 * @param btime creation, where the file system keeps it
 * @param inode inode number; with {@code dev} it identifies the file
 * @param dev device of the file system: major in the upper, minor in the lower 32 bits
 * @param nlink number of hard links
 * @param rdevMajor major number of a device node, else 0
 * @param rdevMinor minor number of a device node, else 0
 * @param mountId id of the mount; {@link #UNKNOWN} where the kernel does not tell (before 5.8)
 */
public record Stat(
    Kind kind,
    int mode,
    long uid,
    long gid,
    long size,
    long blocks,
    PosixTime mtime,
    PosixTime ctime,
    @Nullable PosixTime btime,
    long inode,
    long dev,
    long nlink,
    int rdevMajor,
    int rdevMinor,
    long mountId) {

  /** Stands for a number that the system does not tell. */
  public static final long UNKNOWN = -1;

  /** Whether this and the other are names of one file. */
  public boolean isSameFile(Stat other) {
    return inode == other.inode && dev == other.dev;
  }

  /** Whether this and the other lie in one mount (one file system where mounts are not told). */
  public boolean isSameMount(Stat other) {
    return dev == other.dev
        && (mountId == UNKNOWN || other.mountId == UNKNOWN || mountId == other.mountId);
  }
}
