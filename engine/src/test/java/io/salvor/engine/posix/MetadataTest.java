package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataTest extends PosixContract {

  @Test
  void tellsWhatTheStatProgramTells() throws Exception {
    needs(Capability.POSIX_METADATA);
    write("file", new byte[10_000]);
    root.link(root, name("file"), name("second"));
    root.mkdir(name("dir"), 0750);
    root.symlink(name("over/there"), name("link"));
    for (String entry : List.of("file", "dir", "link")) {
      String told = run("stat", "-c", "%f %u %g %s %b %i %h %.9Y %.9Z %Hd %Ld", temp + "/" + entry);
      assumeTrue(told != null, "no stat program here");
      Stat stat = root.stat(name(entry));
      assertThat(
              "%x %d %d %d %d %d %d %d.%09d %d.%09d %d %d"
                  .formatted(
                      stat.kind().bits() | stat.mode(),
                      stat.uid(),
                      stat.gid(),
                      stat.size(),
                      stat.blocks() == Stat.UNKNOWN ? -1 : stat.blocks(),
                      stat.inode(),
                      stat.nlink(),
                      stat.mtime().seconds(),
                      stat.mtime().nanos(),
                      stat.ctime().seconds(),
                      stat.ctime().nanos(),
                      stat.dev() >>> 32,
                      stat.dev() & 0xffff_ffffL))
          .isEqualTo(stat.blocks() == Stat.UNKNOWN ? withoutBlocks(told) : told.strip());
    }
  }

  private static String withoutBlocks(String told) {
    String[] fields = told.strip().split(" ");
    fields[4] = "-1";
    return String.join(" ", fields);
  }

  @Test
  void tellsTheSameByHandleAsByName() throws Exception {
    write("file", new byte[7]);
    root.mkdir(name("dir"), 0700);
    try (FileHandle file = root.openFile(name("file"));
        Dir dir = root.openDir(name("dir"))) {
      assertThat(file.stat()).isEqualTo(root.stat(name("file")));
      assertThat(dir.statSelf()).isEqualTo(root.stat(name("dir")));
    }
  }

  @Test
  void setsModesWhateverTheUmask() throws Exception {
    needs(Capability.OWNERS);
    root.mkdir(name("dir"), 0700);
    write("file", new byte[1]);
    for (int mode : new int[] {0, 0777, 04755, 02711, 01777, 07777, 0600}) {
      root.chmod(name("dir"), mode);
      root.chmod(name("file"), mode);
      assertThat(root.stat(name("dir")).mode()).isEqualTo(mode);
      assertThat(root.stat(name("file")).mode()).isEqualTo(mode);
      assertThat((Integer) attribute("file", "unix:mode") & 07777).isEqualTo(mode);
    }
    try (Dir dir = root.openDir(name("dir"));
        FileHandle file = root.openFile(name("file"))) {
      dir.chmod(02755);
      file.chmod(04711);
    }
    assertThat(root.stat(name("dir")).mode()).isEqualTo(02755);
    assertThat(root.stat(name("file")).mode()).isEqualTo(04711);
  }

  @Test
  void neverSetsTheModeOfWhatALinkPointsTo() throws Exception {
    needs(Capability.OWNERS);
    write("file", new byte[1]);
    root.symlink(name("file"), name("link"));
    assertThat(refused(() -> root.chmod(name("link"), 0777)).isUnsupported()).isTrue();
    assertThat(root.stat(name("file")).mode()).isEqualTo(0644);
  }

  @Test
  void setsOwnersOfLinksThemselves() throws Exception {
    needs(Capability.OWNERS);
    needsRoot();
    write("file", new byte[1]);
    root.symlink(name("file"), name("link"));
    root.chown(name("link"), 12_345, 54_321);
    root.chown(name("file"), 4_000_000_000L, -1);
    assertThat(root.stat(name("link")).uid()).isEqualTo(12_345);
    assertThat(root.stat(name("link")).gid()).isEqualTo(54_321);
    assertThat(root.stat(name("file")).uid()).isEqualTo(4_000_000_000L);
    assertThat(root.stat(name("file")).gid()).isZero();
    try (FileHandle file = root.openFile(name("file"))) {
      file.chown(-1, 77);
      assertThat(file.stat().uid()).isEqualTo(4_000_000_000L);
      assertThat(file.stat().gid()).isEqualTo(77);
    }
    assertThat(refused(() -> root.chown(name("file"), 1L << 32, 0)).errno())
        .isEqualTo(Errno.EINVAL);
  }

  @Test
  void setsTimesToTheNanosecond() throws Exception {
    needs(Capability.EXACT_TIMES);
    write("file", new byte[1]);
    root.mkdir(name("dir"), 0755);
    root.symlink(name("file"), name("link"));
    Object accessed = attribute("file", "lastAccessTime");
    PosixTime beforeTheEpoch = new PosixTime(-1, 999_999_999);
    for (PosixTime time :
        List.of(
            SOME_TIME,
            beforeTheEpoch,
            new PosixTime(-86_400L * 365, 1),
            new PosixTime(0, 0),
            new PosixTime(7_000_000_000L, 5))) {
      for (String entry : List.of("file", "dir", "link")) {
        root.utimens(name(entry), time);
        assertThat(root.stat(name(entry)).mtime()).isEqualTo(time);
      }
    }
    root.utimens(name("link"), beforeTheEpoch);
    assertThat(attribute("link", "lastModifiedTime"))
        .isEqualTo(FileTime.from(Instant.ofEpochSecond(-1, 999_999_999)));
    assertThat(root.stat(name("file")).mtime().seconds()).isEqualTo(7_000_000_000L);
    assertThat(attribute("file", "lastAccessTime")).isEqualTo(accessed);
    try (FileHandle file = root.openFile(name("file"));
        Dir dir = root.openDir(name("dir"))) {
      file.utimens(SOME_TIME);
      dir.utimens(beforeTheEpoch);
      assertThat(file.stat().mtime()).isEqualTo(SOME_TIME);
      assertThat(dir.stat().mtime()).isEqualTo(beforeTheEpoch);
    }
  }

  @Test
  void setsTimesOfFilesToTheMicrosecondOrRefuses() throws Exception {
    write("file", new byte[1]);
    for (PosixTime time :
        List.of(
            new PosixTime(1_600_000_000L, 123_456_000),
            new PosixTime(-5, 0),
            new PosixTime(-5, 123_456_000))) {
      try {
        root.utimens(name("file"), time);
      } catch (PosixException e) {
        assertThat(e.isUnsupported()).isTrue();
        assertThat(has(Capability.EXACT_TIMES)).isFalse();
        continue;
      }
      assertThat(root.stat(name("file")).mtime()).isEqualTo(time);
    }
  }

  @Test
  void namesErrors() throws Exception {
    root.mkdir(name("full"), 0755);
    try (Dir full = root.openDir(name("full"))) {
      full.createFile(name("x"), 0644).close();
    }
    write("file", new byte[1]);
    PosixException missing = refused(() -> root.stat(name("no\\ne")));
    assertThat(missing.isNotFound()).isTrue();
    assertThat(missing.symbol()).isEqualTo("ENOENT");
    assertThat(missing.operation()).isEqualTo("stat");
    assertThat(missing).hasMessage("stat no\\\\ne: no such file or directory (ENOENT)");
    assertThat(refused(() -> root.rmdir(name("full"))).isNotEmpty()).isTrue();
    assertThat(refused(() -> root.mkdir(name("full"), 0755)).isExists()).isTrue();
    assertThat(refused(() -> root.createFile(name("file"), 0644)).isExists()).isTrue();
    assertThat(refused(() -> root.openDir(name("file"))).isWrongKind()).isTrue();
    assertThat(refused(() -> root.unlink(name("full"))).isWrongKind()).isTrue();
    assertThat(refused(() -> root.rmdir(name("file"))).isWrongKind()).isTrue();
    assertThat(refused(() -> root.readLink(name("file"))).errno()).isEqualTo(Errno.EINVAL);
  }

  @Test
  void refusesAClosedHandle() throws Exception {
    write("file", new byte[1]);
    FileHandle file = root.openFile(name("file"));
    file.close();
    file.close();
    assertThat(refused(file::stat).errno()).isEqualTo(Errno.EBADF);
    assertThat(refused(() -> file.read(new byte[1], 0, 1)).errno()).isEqualTo(Errno.EBADF);
    root.close();
    assertThat(refused(root::list).errno()).isEqualTo(Errno.EBADF);
    assertThat(refused(() -> root.stat(name("file"))).errno()).isEqualTo(Errno.EBADF);
  }

  @Test
  void tellsTheRoomOfTheFileSystem() throws Exception {
    root.mkdir(name("dir"), 0755);
    FileSystemInfo info = root.statfs();
    assertThat(info.freeBytes()).isPositive().isLessThanOrEqualTo(info.totalBytes());
    assertThat(info.readOnly()).isFalse();
    assertThat(info.type()).isNotBlank();
    assertThat(root.isMountPoint(name("dir"))).isFalse();
  }
}
