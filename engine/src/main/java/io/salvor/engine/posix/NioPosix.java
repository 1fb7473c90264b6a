package io.salvor.engine.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fallback through {@code java.nio.file}, where native access is not to be had. It goes by
 * paths, so its descent is not safe against changes made meanwhile; what else it lacks, {@link
 * #capabilities()} says.
 */
final class NioPosix implements Posix {

  private final String reason;

  NioPosix(String reason) {
    this.reason = reason;
  }

  @Override
  public Capabilities capabilities() {
    Set<Capability> present = EnumSet.noneOf(Capability.class);
    if (NioNames.UNIX) {
      present.add(Capability.RAW_NAMES);
      present.add(Capability.DIRECTORY_SYNC);
    }
    if (NioStat.UNIX_VIEW) {
      present.add(Capability.POSIX_METADATA);
      present.add(Capability.OWNERS);
    }
    return new Capabilities(present, "Java NIO, because " + reason);
  }

  @Override
  public Dir openRoot(Path path) throws PosixException {
    return openRoot(NioNames.pathBytes(path));
  }

  @Override
  public Dir openRoot(byte[] path) throws PosixException {
    if (path.length == 0) {
      throw new PosixException(Errno.ENOENT, "open", path); // to NIO the working directory
    }
    try {
      Path real = NioNames.relative(path, "open").toRealPath();
      if (!Files.isDirectory(real)) {
        throw new PosixException(Errno.ENOTDIR, "open", path);
      }
      return new NioDir(real);
    } catch (IOException e) {
      throw NioErrors.of(e, "open", path);
    }
  }

  @Override
  public Owners owners() {
    return NoOwners.INSTANCE;
  }

  @Override
  public long effectiveUid() {
    return ofProcess("unix:uid");
  }

  @Override
  public long effectiveGid() {
    return ofProcess("unix:gid");
  }

  /** The kernel shows a process's directory as its effective user's. */
  private static long ofProcess(String attribute) {
    Path self = Path.of("/proc/self");
    if (!NioStat.UNIX_VIEW || !Files.isDirectory(self)) {
      return Stat.UNKNOWN;
    }
    try {
      return ((Integer) Files.getAttribute(self, attribute)) & 0xffff_ffffL;
    } catch (IOException e) {
      return Stat.UNKNOWN; // what the contract says where it is not told
    }
  }

  @Override
  public int umask() throws PosixException {
    return ProcessStatus.umask()
        .orElseThrow(() -> new PosixException(Errno.EOPNOTSUPP, "umask", null));
  }

  /** NIO looks owners up by file, not by number. */
  private enum NoOwners implements Owners {
    INSTANCE;

    @Override
    public @Nullable String userName(long uid) {
      return null;
    }

    @Override
    public @Nullable String groupName(long gid) {
      return null;
    }

    @Override
    public OptionalLong uid(String userName) {
      return OptionalLong.empty();
    }

    @Override
    public OptionalLong gid(String groupName) {
      return OptionalLong.empty();
    }
  }
}
