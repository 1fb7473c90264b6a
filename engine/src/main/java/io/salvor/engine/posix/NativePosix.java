package io.salvor.engine.posix;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;

/** Linux on x86-64 and aarch64, by system calls. */
final class NativePosix implements Posix {

  private final KernelFeatures features;
  private final Opening opening;
  private final Xattrs xattrs;
  private final Owners owners = new NativeOwners();

  NativePosix(KernelFeatures features) {
    this.features = features;
    this.opening = new Opening(features);
    this.xattrs = new Xattrs(features);
  }

  KernelFeatures features() {
    return features;
  }

  @Override
  public Capabilities capabilities() {
    Set<Capability> present = EnumSet.allOf(Capability.class);
    if (!features.proc() && !features.xattrAt()) {
      present.remove(Capability.ALL_XATTRS);
    }
    if (!features.proc() && !features.fchmodat2()) {
      present.remove(Capability.OWNERS);
    }
    if (!features.mountId()) {
      present.remove(Capability.MOUNT_IDS);
    }
    return new Capabilities(present, detail());
  }

  private String detail() {
    return "Linux system calls: "
        + (features.openat2() ? "openat2" : "openat (no openat2)")
        + (features.fchmodat2() ? ", fchmodat2" : "")
        + (features.xattrAt() ? ", getxattrat" : "")
        + (features.proc() ? "" : "; /proc is not mounted");
  }

  @Override
  public Dir openRoot(Path path) throws PosixException {
    return openRoot(NioNames.pathBytes(path));
  }

  @Override
  public Dir openRoot(byte[] path) throws PosixException {
    return new NativeDir(Opening.root(path), opening, xattrs);
  }

  @Override
  public Owners owners() {
    return owners;
  }

  @Override
  public long effectiveUid() {
    try (Scratch scratch = Scratch.borrow()) {
      return scratch.call(Sys.GETEUID, 0) & 0xffff_ffffL;
    }
  }

  @Override
  public long effectiveGid() {
    try (Scratch scratch = Scratch.borrow()) {
      return scratch.call(Sys.GETEGID, 0) & 0xffff_ffffL;
    }
  }

  @Override
  public int umask() throws PosixException {
    OptionalInt told = ProcessStatus.umask();
    if (told.isPresent()) {
      return told.getAsInt();
    }
    // The call only tells by setting: the strictest for a moment harms nobody.
    try (Scratch scratch = Scratch.borrow()) {
      int mask = (int) scratch.call(Sys.UMASK, 077);
      scratch.call(Sys.UMASK, mask);
      return mask;
    }
  }
}
