package io.salvor.engine.posix;

import java.util.Locale;

/**
 * Numbers of Linux: system calls of x86-64 and aarch64, flags and struct offsets. Taken from the
 * kernel's {@code asm/unistd_64.h}, {@code asm-generic/unistd.h}, {@code fcntl.h}, {@code stat.h}.
 * {@code struct statx}, {@code statfs} and {@code linux_dirent64} are laid out alike on both.
 */
final class Sys {

  private static final String ARCH = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
  private static final boolean X86 = ARCH.equals("amd64") || ARCH.equals("x86_64");
  private static final boolean ARM = ARCH.equals("aarch64") || ARCH.equals("arm64");

  /** Whether this machine is one whose numbers stand here. */
  static final boolean KNOWN =
      (X86 || ARM) && System.getProperty("os.name", "").equalsIgnoreCase("Linux");

  static final int CLOSE = of(3, 57);
  static final int LSEEK = of(8, 62);
  static final int PREAD = of(17, 67);
  static final int PWRITE = of(18, 68);
  static final int FSYNC = of(74, 82);
  static final int FTRUNCATE = of(77, 46);
  static final int FCHMOD = of(91, 52);
  static final int FCHOWN = of(93, 55);
  static final int UMASK = of(95, 166);
  static final int GETEUID = of(107, 175);
  static final int GETEGID = of(108, 177);
  static final int FSTATFS = of(138, 44);
  static final int LSETXATTR = of(189, 6);
  static final int FSETXATTR = of(190, 7);
  static final int LGETXATTR = of(192, 9);
  static final int FGETXATTR = of(193, 10);
  static final int LLISTXATTR = of(195, 12);
  static final int FLISTXATTR = of(196, 13);
  static final int LREMOVEXATTR = of(198, 15);
  static final int FREMOVEXATTR = of(199, 16);
  static final int GETDENTS64 = of(217, 61);
  static final int FADVISE = of(221, 223);
  static final int OPENAT = of(257, 56);
  static final int MKDIRAT = of(258, 34);
  static final int MKNODAT = of(259, 33);
  static final int FCHOWNAT = of(260, 54);
  static final int UNLINKAT = of(263, 35);
  static final int LINKAT = of(265, 37);
  static final int SYMLINKAT = of(266, 36);
  static final int READLINKAT = of(267, 78);
  static final int FCHMODAT = of(268, 53);
  static final int UTIMENSAT = of(280, 88);
  static final int FALLOCATE = of(285, 47);
  static final int SYNCFS = of(306, 267);
  static final int RENAMEAT2 = of(316, 276);
  static final int COPY_FILE_RANGE = of(326, 285);
  static final int STATX = of(332, 291);
  static final int OPENAT2 = of(437, 437);
  static final int FCHMODAT2 = of(452, 452);
  static final int SETXATTRAT = of(463, 463);
  static final int GETXATTRAT = of(464, 464);
  static final int LISTXATTRAT = of(465, 465);
  static final int REMOVEXATTRAT = of(466, 466);

  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_NOCTTY = 0400;
  static final int O_NONBLOCK = 04000;
  static final int O_DIRECTORY = of(0200000, 040000);
  static final int O_NOFOLLOW = of(0400000, 0100000);
  static final int O_NOATIME = 01000000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;

  static final int RESOLVE_NO_MAGICLINKS = 0x02;
  static final int RESOLVE_NO_SYMLINKS = 0x04;
  static final int RESOLVE_BENEATH = 0x08;
  static final int OPEN_HOW_SIZE = 24;

  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_NO_AUTOMOUNT = 0x800;
  static final int AT_EMPTY_PATH = 0x1000;

  static final int STATX_TYPE = 0x1;
  static final int STATX_BTIME = 0x800;
  static final int STATX_MNT_ID = 0x1000;
  static final int STATX_ALL = 0x7ff | STATX_BTIME | STATX_MNT_ID;

  static final int SEEK_SET = 0;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  static final long UTIME_OMIT = 0x3ffffffe;

  static final int FALLOC_FL_KEEP_SIZE = 1;
  static final int FALLOC_FL_PUNCH_HOLE = 2;

  static final int POSIX_FADV_SEQUENTIAL = 2;
  static final int POSIX_FADV_DONTNEED = 4;

  static final long ST_RDONLY = 1;

  private Sys() {}

  private static int of(int x86, int arm) {
    return ARM ? arm : x86;
  }

  /** A device number as {@code mknod} takes it: 12 bits of major, 20 of minor. */
  static long device(int major, int minor) {
    return (minor & 0xffL) | ((major & 0xfffL) << 8) | ((minor & 0xfff00L) << 12);
  }
}
