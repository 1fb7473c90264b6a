package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FilesTest extends PosixContract {

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void readsWhatItWroteInPiecesLargerThanItsBuffer() throws Exception {
    byte[] content = random(300_001);
    write("file", content);
    assertThat(Files.readAllBytes(temp.resolve("file"))).isEqualTo(content);
    assertThat(read(root, "file")).isEqualTo(content);
    try (FileHandle file = root.openFile(name("file"))) {
      byte[] all = new byte[400_000];
      assertThat(file.read(all, 5, 300_010)).isEqualTo(content.length);
      assertThat(Arrays.copyOfRange(all, 5, 5 + content.length)).isEqualTo(content);
      assertThat(file.read(all, 0, 1)).isEqualTo(-1);
      assertThat(file.read(all, 0, 0)).isZero();
      assertThat(file.pread(content.length, all, 0, 10)).isEqualTo(-1);
      assertThat(file.pread(content.length - 3L, all, 0, 10)).isEqualTo(3);
    }
  }

  @Test
  void readsAndWritesBuffersOfEveryKind() throws Exception {
    byte[] content = random(200_000);
    for (boolean direct : new boolean[] {true, false}) {
      String entry = direct ? "direct" : "heap";
      ByteBuffer out = buffer(direct, content.length + 20);
      out.position(10).limit(10 + content.length).slice().put(content);
      try (FileHandle file = root.createFile(name(entry), 0600)) {
        file.pwrite(100, out);
        assertThat(out.remaining()).isZero();
        file.pwrite(0, ByteBuffer.wrap(new byte[100]).asReadOnlyBuffer());
        ByteBuffer in = buffer(direct, content.length + 20);
        in.position(7);
        assertThat(file.pread(100, in)).isEqualTo(content.length);
        assertThat(in.position()).isEqualTo(7 + content.length);
        assertThat(in.flip().position(7).slice().equals(ByteBuffer.wrap(content))).isTrue();
        assertThat(file.pread(1 << 20, buffer(direct, 5))).isEqualTo(-1);
        assertThat(file.pread(0, buffer(direct, 0))).isZero();
        ByteBuffer readOnly = buffer(direct, 5).asReadOnlyBuffer();
        assertThatThrownBy(() -> file.pread(0, readOnly))
            .isInstanceOfAny(ReadOnlyBufferException.class, IllegalArgumentException.class);
      }
    }
  }

  private static ByteBuffer buffer(boolean direct, int size) {
    return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
  }

  @Test
  void opensForWritingWithoutTouchingTheContent() throws Exception {
    write("file", name("hello, world"));
    try (FileHandle file = root.openForWrite(name("file"))) {
      file.pwrite(7, name("there"), 0, 5);
      file.truncate(20);
      assertThat(file.stat().size()).isEqualTo(20);
      file.truncate(12);
      file.sync();
    }
    root.sync();
    if (has(Capability.FILE_SYSTEM_SYNC)) {
      root.syncFileSystem();
    } else {
      assertThat(refused(root::syncFileSystem).isUnsupported()).isTrue();
    }
    assertThat(read(root, "file")).isEqualTo(name("hello, there"));
  }

  @Test
  void createsWithTheModeLessTheUmask() throws Exception {
    needs(Capability.POSIX_METADATA);
    int umask = posix().umask();
    root.createFile(name("file"), 0666).close();
    root.mkdir(name("dir"), 0777);
    assertThat(root.stat(name("file")).mode()).isEqualTo(0666 & ~umask);
    assertThat(root.stat(name("dir")).mode() & 0777).isEqualTo(0777 & ~umask);
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void opensNothingButRegularFiles() throws Exception {
    write("file", new byte[1]);
    root.mkdir(name("dir"), 0755);
    root.symlink(name("file"), name("link"));
    root.symlink(name("dir"), name("dirlink"));
    assumeTrue(run("mkfifo", temp + "/fifo") != null, "no mkfifo program here");
    for (String wrong : List.of("dir", "link", "fifo", "dirlink")) {
      assertThat(refused(() -> root.openFile(name(wrong)).close()).isWrongKind())
          .as(wrong)
          .isTrue();
      assertThat(refused(() -> root.openForWrite(name(wrong)).close()).isWrongKind())
          .as(wrong)
          .isTrue();
    }
    for (String wrong : List.of("file", "link", "fifo", "dirlink")) {
      assertThat(refused(() -> root.openDir(name(wrong)).close()).isWrongKind()).as(wrong).isTrue();
    }
    assertThat(refused(() -> root.createFile(name("link"), 0644).close()).isExists()).isTrue();
  }

  @Test
  void opensNoDevices() throws Exception {
    try (Dir devices = posix().openRoot(Path.of("/dev"))) {
      assertThat(devices.stat(name("null")).kind()).isEqualTo(Kind.CHAR);
      assertThat(devices.stat(name("null")).rdevMajor()).isEqualTo(1);
      assertThat(devices.stat(name("null")).rdevMinor()).isEqualTo(3);
      assertThat(refused(() -> devices.openFile(name("null")).close()).isWrongKind()).isTrue();
      assertThat(refused(() -> devices.openForWrite(name("null")).close()).isWrongKind()).isTrue();
    }
  }

  @Test
  void doesNotTouchTheAccessTime() throws Exception {
    needs(Capability.EXACT_TIMES);
    write("file", random(100));
    run("touch", "-a", "-d", "2001-01-01", temp + "/file");
    Object before = attribute("file", "lastAccessTime");
    read(root, "file");
    assertThat(attribute("file", "lastAccessTime")).isEqualTo(before);
  }

  @Test
  void readsFilesOfOthersToo() throws Exception {
    // Whoever is not the owner may not ask to leave the access time alone.
    try (Dir etc = posix().openRoot(Path.of("/etc"))) {
      assertThat(read(etc, "passwd")).isNotEmpty();
    }
  }

  @Test
  void findsTheHoles() throws Exception {
    needs(Capability.HOLES);
    int unit = 1 << 20;
    try (FileHandle file = root.createFile(name("sparse"), 0644)) {
      file.pwrite(unit, random(unit), 0, unit);
      file.pwrite(5L * unit, new byte[] {1}, 0, 1);
      file.truncate(8L * unit);
      List<Extent> data = file.dataSegments(8L * unit);
      assumeTrue(file.stat().blocks() * 512 < 8L * unit, "the file system keeps no holes");
      assertThat(data).hasSize(2);
      assertThat(data.get(0)).isEqualTo(new Extent(unit, unit));
      assertThat(data.get(1).offset()).isEqualTo(5L * unit);
      assertThat(data.get(1).length()).isBetween(1L, (long) unit);
      assertThat(file.dataSegments(unit + 10)).containsExactly(new Extent(unit, 10));
      assertThat(file.nextData(6L * unit)).isNull();
      assertThat(file.nextData(100L * unit)).isNull();
      assertThat(file.punchHole(unit, unit)).isTrue();
      assertThat(file.dataSegments(8L * unit)).hasSize(1);
      assertThat(file.stat().size()).isEqualTo(8L * unit);
      byte[] punched = new byte[unit];
      assertThat(file.pread(unit, punched, 0, unit)).isEqualTo(unit);
      assertThat(punched).containsOnly(0);
      assertThat(file.allocate(0, 8L * unit)).isTrue();
      assertThat(file.stat().blocks() * 512).isGreaterThanOrEqualTo(8L * unit);
    }
  }

  @Test
  void readsStraightOnWhileHolesAreSought() throws Exception {
    byte[] content = random(1000);
    write("file", content);
    try (FileHandle file = root.openFile(name("file"))) {
      byte[] all = new byte[1000];
      assertThat(file.read(all, 0, 400)).isEqualTo(400);
      assertThat(file.dataSegments(1000)).containsExactly(new Extent(0, 1000));
      assertThat(file.read(all, 400, 600)).isEqualTo(600);
      assertThat(all).isEqualTo(content);
    }
  }

  @Test
  void copiesRangesUpToTheEnd() throws Exception {
    byte[] content = random(500_000);
    write("from", content);
    try (FileHandle from = root.openFile(name("from"));
        FileHandle to = root.createFile(name("to"), 0644)) {
      from.adviseSequential();
      assertThat(from.copyRange(100, to, 50, 1_000_000)).isEqualTo(content.length - 100);
      assertThat(from.copyRange(0, to, 0, 50)).isEqualTo(50);
      assertThat(from.copyRange(0, to, 0, 0)).isZero();
      from.dontNeed(0, 0);
      byte[] all = read(root, "to");
      assertThat(Arrays.copyOf(all, 50)).isEqualTo(Arrays.copyOf(content, 50));
      assertThat(Arrays.copyOfRange(all, 50, all.length))
          .isEqualTo(Arrays.copyOfRange(content, 100, content.length));
    }
  }
}
