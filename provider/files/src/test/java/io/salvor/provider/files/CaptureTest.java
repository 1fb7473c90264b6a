package io.salvor.provider.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.entry.Device;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Xattr;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.posix.RawNames;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.source.CaptureOptions;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CaptureTest extends FilesTest {

  @Test
  void whatLiesInADirectoryComesBeforeTheNamesBesideIt() throws Exception {
    write("d/x", "1");
    write("d!", "2");
    write("d\u0001", "3");
    write("d.e/y", "4");
    write("e", "5");
    assertThat(capture().keys())
        .containsExactly("", "d", "d/x", "d\\x01", "d!", "d.e", "d.e/y", "e");
  }

  @Test
  void namesOfAnyBytesAreKept() throws Exception {
    byte[] high = {(byte) 0xff, (byte) 0xfe};
    byte[] low = {'a', 1, (byte) 0x80};
    try (Dir dir = posix.openRoot(root())) {
      writeRaw(dir, high, "high");
      writeRaw(dir, low, "low");
      writeRaw(dir, RawNames.of("é\n"), "line");
    }
    MemoryCapture capture = capture();
    assertThat(capture.keys()).containsExactly("", "a\\x01\\x80", "é\\x0a", "\\xff\\xfe");
    assertThat(capture.text("\\xff\\xfe")).isEqualTo("high");
  }

  @Test
  void contentsOfEverySizeAreRead() throws Exception {
    Random random = new Random(1);
    int[] sizes = {0, 1, 511, 4096, 262_143, 262_144, 262_145, 1 << 20, 5_000_000};
    for (int size : sizes) {
      byte[] content = new byte[size];
      random.nextBytes(content);
      Files.write(root().resolve("f" + size), content);
    }
    MemoryCapture capture = capture();
    for (int size : sizes) {
      Entry entry = capture.entry("f" + size);
      assertThat(entry.size()).isEqualTo(size);
      assertThat(capture.content(entry)).isEqualTo(Files.readAllBytes(root().resolve("f" + size)));
    }
    assertThat(capture.bytesRead.get()).isEqualTo(Arrays.stream(sizes).sum());
    assertThat(capture.items.get()).isEqualTo(sizes.length + 1);
  }

  @Test
  void holesAreNotRead() throws Exception {
    Path file = root().resolve("sparse");
    long size = 40L << 20;
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(size);
      out.seek(10 << 20);
      out.write(bytes("in the middle"));
    }
    MemoryCapture capture = capture();
    assertThat(capture.entry("sparse").size()).isEqualTo(size);
    assertThat(capture.bytesRead.get()).isBetween(13L, 1L << 20);
    assertThat(capture.bytesOfHoles.get()).isEqualTo(size - capture.bytesRead.get());
    assertThat(capture.content(capture.entry("sparse"))).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void aFileOfOneHoleThatIsTooLongFailsAloneAndTheRestGoesOn() throws Exception {
    Path memory = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(memory), "a file system for such files");
    Path directory = Files.createTempDirectory(memory, "salvor-hole-");
    Path file = directory.resolve("hole");
    Path beside = Files.writeString(directory.resolve("small"), "x");
    try {
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        out.setLength(7L << 60);
      }
      MemoryCapture capture =
          capture(new MemoryCapture(), CaptureOptions.ALL, directory.toString());
      assertThat(capture.failed()).hasSize(1).first().asString().endsWith("hole");
      assertThat(capture.keys()).anyMatch(key -> key.endsWith("small"));
    } finally {
      Files.deleteIfExists(file);
      Files.delete(beside);
      Files.delete(directory);
    }
  }

  @Test
  void metadataIsKeptToTheNanosecond() throws Exception {
    Path file = write("file", "x");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-x--x"));
    PosixTime time = new PosixTime(-1_234_567L, 987_654_321);
    Stat stat;
    try (Dir dir = posix.openRoot(root())) {
      dir.utimens(bytes("file"), time);
      stat = dir.stat(bytes("file"));
    }
    Entry entry = capture().entry("file");
    assertThat(entry.mtime()).isEqualTo(time);
    assertThat(entry.ctime()).isEqualTo(stat.ctime());
    assertThat(entry.mode()).isEqualTo(0651);
    assertThat(entry.inode()).isEqualTo(stat.inode());
    assertThat(entry.user().id()).isEqualTo(stat.uid());
    String name = posix.owners().userName(stat.uid());
    assertThat(entry.user().name()).isEqualTo(name == null ? null : bytes(name));
    assertThat(entry.group().id()).isEqualTo(stat.gid());
  }

  @Test
  void everyKindIsKeptAndNoneIsWaitedFor() throws Exception {
    try (Dir dir = posix.openRoot(root())) {
      dir.mknod(bytes("fifo"), Kind.FIFO, 0600, 0, 0);
      dir.mknod(bytes("socket"), Kind.SOCKET, 0600, 0, 0);
      dir.symlink(new byte[] {(byte) 0xff, '/', '.', '.'}, bytes("link"));
      dir.mkdir(bytes("directory"), 0700);
    }
    MemoryCapture capture = capture();
    assertThat(capture.entry("fifo").kind()).isEqualTo(EntryKind.FIFO);
    assertThat(capture.entry("socket").kind()).isEqualTo(EntryKind.SOCKET);
    assertThat(capture.entry("directory").kind()).isEqualTo(EntryKind.DIRECTORY);
    assertThat(capture.entry("link").kind()).isEqualTo(EntryKind.SYMLINK);
    assertThat(capture.entry("link").target()).isEqualTo(new byte[] {(byte) 0xff, '/', '.', '.'});
    assertThat(capture.failures).isEmpty();
  }

  @Test
  void deviceNodesAreKeptAndNeverOpened() throws Exception {
    try (Dir dir = posix.openRoot(root())) {
      try {
        dir.mknod(bytes("block"), Kind.BLOCK, 0640, 259, 70_000);
        dir.mknod(bytes("char"), Kind.CHAR, 0640, 240, 7);
      } catch (PosixException e) {
        Assumptions.abort("device nodes need root: " + e.getMessage());
      }
    }
    MemoryCapture capture = capture();
    assertThat(capture.entry("block").device()).isEqualTo(new Device(259, 70_000));
    assertThat(capture.entry("char").device()).isEqualTo(new Device(240, 7));
    assertThat(capture.failures).isEmpty();
  }

  @Test
  void hardLinksAreKnownByDeviceAndInodeAndReadOnce() throws Exception {
    Path first = write("a", "x".repeat(1000));
    Files.createLink(root().resolve("b"), first);
    Files.createLink(root().resolve("c"), first);
    MemoryCapture capture = capture();
    Entry a = capture.entry("a");
    assertThat(a.links()).isNotNull();
    assertThat(a.links().count()).isEqualTo(3);
    assertThat(capture.entry("c")).isEqualTo(a);
    assertThat(capture.entry("c").inode()).isEqualTo(a.inode());
    assertThat(capture.text("c")).hasSize(1000);
    assertThat(capture.bytesRead.get()).isEqualTo(1000);
  }

  @Test
  void extendedAttributesAndAclsOfEveryKindOfEntryAreKept() throws Exception {
    write("file", "x");
    write("empty", "");
    byte[] acl = acl();
    try (Dir dir = posix.openRoot(root())) {
      dir.mkdir(bytes("directory"), 0755);
      try {
        dir.setXattr(bytes("file"), bytes("user.b"), new byte[] {0, (byte) 0xff});
        dir.setXattr(bytes("file"), bytes("user.a"), new byte[0]);
        dir.setXattr(bytes("empty"), bytes("user.a"), bytes("of an empty file"));
        dir.setXattr(bytes("directory"), bytes("user.a"), bytes("of a directory"));
        dir.setXattr(bytes("directory"), bytes("system.posix_acl_default"), acl);
        dir.setXattr(bytes("file"), bytes("system.posix_acl_access"), acl);
      } catch (PosixException e) {
        Assumptions.abort("no extended attributes here: " + e.getMessage());
      }
    }
    MemoryCapture capture = capture();
    assertThat(capture.entry("file").xattrs())
        .containsExactly(
            new Xattr(bytes("system.posix_acl_access"), acl),
            new Xattr(bytes("user.a"), new byte[0]),
            new Xattr(bytes("user.b"), new byte[] {0, (byte) 0xff}));
    assertThat(capture.entry("empty").xattrs()).hasSize(1);
    assertThat(capture.entry("directory").xattrs())
        .contains(new Xattr(bytes("system.posix_acl_default"), acl))
        .hasSize(2);
  }

  /** user::rw-, user:1234:r--, group::r--, mask::r--, other::---. */
  private static byte[] acl() {
    int[][] rows = {{1, 6, -1}, {2, 4, 1234}, {4, 4, -1}, {16, 4, -1}, {32, 0, -1}};
    byte[] acl = new byte[4 + 8 * rows.length];
    acl[0] = 2;
    for (int i = 0; i < rows.length; i++) {
      acl[4 + 8 * i] = (byte) rows[i][0];
      acl[6 + 8 * i] = (byte) rows[i][1];
      for (int b = 0; b < 4; b++) {
        acl[8 + 8 * i + b] = (byte) (rows[i][2] >> (8 * b));
      }
    }
    return acl;
  }

  @Test
  void anEmptyDirectoryIsOneEntry() throws Exception {
    root();
    assertThat(capture().keys()).isEqualTo(List.of(""));
  }
}
