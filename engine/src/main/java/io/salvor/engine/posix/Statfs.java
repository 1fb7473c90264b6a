package io.salvor.engine.posix;

import java.util.Map;

/** {@code fstatfs(2)} and how its struct reads; names by the kernel's {@code linux/magic.h}. */
final class Statfs {

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(0xEF53L, "ext4"),
          Map.entry(0x58465342L, "xfs"),
          Map.entry(0x9123683EL, "btrfs"),
          Map.entry(0x2FC12FC1L, "zfs"),
          Map.entry(0xCA451A4EL, "bcachefs"),
          Map.entry(0xF2F52010L, "f2fs"),
          Map.entry(0x01021994L, "tmpfs"),
          Map.entry(0x858458F6L, "ramfs"),
          Map.entry(0x794C7630L, "overlay"),
          Map.entry(0x65735546L, "fuse"),
          Map.entry(0x6969L, "nfs"),
          Map.entry(0xFF534D42L, "cifs"),
          Map.entry(0xFE534D42L, "smb2"),
          Map.entry(0x01021997L, "9p"),
          Map.entry(0x00C36400L, "ceph"),
          Map.entry(0x4D44L, "vfat"),
          Map.entry(0x2011BAB0L, "exfat"),
          Map.entry(0x7366746EL, "ntfs3"),
          Map.entry(0x73717368L, "squashfs"),
          Map.entry(0x9660L, "iso9660"),
          Map.entry(0x9FA0L, "proc"),
          Map.entry(0x62656572L, "sysfs"),
          Map.entry(0x1CD1L, "devpts"),
          Map.entry(0x27E0EBL, "cgroup"),
          Map.entry(0x63677270L, "cgroup2"));

  private Statfs() {}

  static FileSystemInfo of(Scratch scratch, int descriptor) throws PosixException {
    long at = Scratch.STAT;
    Scratch.check(scratch.call(Sys.FSTATFS, descriptor, scratch.at(at)), "statfs", null);
    long magic = scratch.getLong(at) & 0xffff_ffffL;
    long fragment = scratch.getLong(at + 72);
    long unit = fragment > 0 ? fragment : scratch.getLong(at + 8);
    long files = scratch.getLong(at + 40);
    return new FileSystemInfo(
        NAMES.getOrDefault(magic, "0x" + Long.toHexString(magic)),
        unit,
        scratch.getLong(at + 16) * unit,
        scratch.getLong(at + 32) * unit,
        files == 0 ? Stat.UNKNOWN : scratch.getLong(at + 48), // btrfs makes them as it goes
        (scratch.getLong(at + 80) & Sys.ST_RDONLY) != 0,
        scratch.getLong(at + 64));
  }
}
