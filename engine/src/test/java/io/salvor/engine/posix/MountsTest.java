package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a small file system in memory, where root may mount one. */
class MountsTest extends PosixContract {

  private static final int SIZE = 256 * 1024;

  private boolean mounted;
  private boolean bound;

  @BeforeEach
  void mount() throws Exception {
    needsRoot();
    root.mkdir(name("small"), 0755);
    root.mkdir(name("plain"), 0755);
    root.mkdir(name("bound"), 0755);
    mounted = run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", temp + "/small") != null;
    assumeTrue(mounted, "mounting is not permitted here");
    bound = run("mount", "--bind", temp + "/plain", temp + "/bound") != null;
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", temp + "/small")).isNotNull();
    }
    if (bound) {
      assertThat(run("umount", temp + "/bound")).isNotNull();
    }
  }

  @Test
  void saysWhenTheFileSystemIsFull() throws Exception {
    try (Dir small = root.openDir(name("small"))) {
      FileSystemInfo info = small.statfs();
      assertThat(info.totalBytes()).isEqualTo(SIZE);
      assertThat(info.type()).isEqualTo("tmpfs");
      try (FileHandle file = small.createFile(name("file"), 0600)) {
        byte[] much = new byte[2 * SIZE];
        assertThat(refused(() -> file.pwrite(0, much, 0, much.length)).isNoSpace()).isTrue();
        assertThat(small.statfs().freeBytes()).isZero();
        file.truncate(0);
        if (has(Capability.HOLES)) {
          assertThat(refused(() -> file.allocate(0, 2 * SIZE)).isNoSpace()).isTrue();
        }
      }
    }
  }

  @Test
  void saysWhenTheFileSystemIsReadOnly() throws Exception {
    assumeTrue(run("mount", "-o", "remount,ro", temp + "/small") != null, "no remounting");
    try (Dir small = root.openDir(name("small"))) {
      assertThat(small.statfs().readOnly()).isTrue();
      assertThat(refused(() -> small.mkdir(name("x"), 0755)).isReadOnly()).isTrue();
      assertThat(refused(() -> small.createFile(name("x"), 0600)).isReadOnly()).isTrue();
    }
  }

  @Test
  void tellsMountPoints() throws Exception {
    assertThat(root.isMountPoint(name("small"))).isTrue();
    assertThat(root.isMountPoint(name("plain"))).isFalse();
    if (has(Capability.MOUNT_IDS) && bound) {
      assertThat(root.isMountPoint(name("bound"))).as("within one device").isTrue();
    }
    assertThat(refused(() -> root.rmdir(name("small"))).errno()).isEqualTo(Errno.EBUSY);
    try (Dir small = root.openDir(name("small"))) {
      write("file", new byte[1]);
      assertThat(refused(() -> root.rename(name("file"), small, name("file"))).isCrossDevice())
          .isTrue();
      try (FileHandle from = root.openFile(name("file"));
          FileHandle to = small.createFile(name("copy"), 0600)) {
        assertThat(from.copyRange(0, to, 0, 1)).isEqualTo(1);
      }
    }
  }
}
