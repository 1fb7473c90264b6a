package io.salvor.engine.posix;

/**
 * Which newer calls the running kernel has and permits; each has an older way that is used instead.
 *
 * @param openat2 since 5.6; sandboxes may forbid it
 * @param fchmodat2 since 6.6
 * @param xattrAt {@code getxattrat} and its kin, since 6.13
 * @param mountId {@code STATX_MNT_ID}, since 5.8
 * @param proc whether {@code /proc} is mounted, which the older ways need
 */
record KernelFeatures(
    boolean openat2, boolean fchmodat2, boolean xattrAt, boolean mountId, boolean proc) {

  private static final byte[] ROOT = RawNames.of("/");
  private static final byte[] DESCRIPTORS = RawNames.of("/proc/self/fd");

  /**
   * Asks the kernel.
   *
   * @throws PosixException when it lacks what there is no other way for ({@code statx}, since 4.11)
   */
  static KernelFeatures probe() throws PosixException {
    try (Scratch scratch = Scratch.borrow()) {
      long root = scratch.path(ROOT, "probe");
      Scratch.check(
          Statx.call(scratch, Sys.AT_FDCWD, root, 0, Sys.STATX_ALL), "probe of statx", null);
      boolean mountId = (Statx.mask(scratch) & Sys.STATX_MNT_ID) != 0;
      long opened =
          Opening.openat2(scratch, Sys.AT_FDCWD, root, Sys.O_PATH, Sys.RESOLVE_NO_SYMLINKS);
      if (opened >= 0) {
        scratch.call(Sys.CLOSE, opened);
      }
      // A descriptor that cannot be: a kernel that has the call says EBADF.
      int bad = Errno.EBADF.number();
      long name = scratch.path(RawNames.of("x"), "probe");
      boolean fchmodat2 = scratch.call(Sys.FCHMODAT2, -1, name, 0, Sys.AT_SYMLINK_NOFOLLOW) == -bad;
      boolean xattrAt =
          scratch.call(Sys.LISTXATTRAT, -1, name, Sys.AT_SYMLINK_NOFOLLOW, 0, 0) == -bad;
      long descriptors = scratch.path(DESCRIPTORS, "probe");
      boolean proc = Statx.call(scratch, Sys.AT_FDCWD, descriptors, 0, Sys.STATX_TYPE) >= 0;
      return new KernelFeatures(opened >= 0, fchmodat2, xattrAt, mountId, proc);
    }
  }
}
