package io.salvor.provider.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What depends on who the process is, and how much memory it has. */
class OtherProcessTest extends FilesTest {

  private List<String> asNobody(Path path) throws Exception {
    List<String> prefix = List.of();
    if (posix.effectiveUid() == 0) {
      Assumptions.assumeTrue(
          Files.isExecutable(Path.of("/usr/bin/setpriv")),
          "setpriv is needed to become another user");
      prefix = List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    }
    return ChildCapture.run(directory, prefix, List.of(), "tell", path.toString());
  }

  @Test
  void whatCannotBeReadIsReportedWithTheReasonAndTheRestGoesOn() throws Exception {
    write("a", "1");
    Path secret = write("b", "2");
    write("closed/inside", "3");
    write("d", "4");
    Path empty = write("e", "");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(
        root().resolve("closed"), PosixFilePermissions.fromString("---------"));
    List<String> lines = asNobody(root());
    assertThat(lines)
        .containsExactly(
            "put ",
            "put a",
            "fail b ENTRY_UNREADABLE open b: permission denied (EACCES)",
            "put closed",
            "fail closed ENTRY_UNREADABLE openDir closed: permission denied (EACCES)",
            "put d",
            "put e",
            "end 5");
    Files.setPosixFilePermissions(
        root().resolve("closed"), PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aDirectoryThatMayBeListedButNotEnteredIsReportedNameByName() throws Exception {
    write("listed/x", "1");
    Files.setPosixFilePermissions(
        root().resolve("listed"), PosixFilePermissions.fromString("r--r--r--"));
    assertThat(asNobody(root()))
        .containsExactly(
            "put ",
            "put listed",
            "fail listed/x ENTRY_UNREADABLE stat x: permission denied (EACCES)",
            "end 2");
    Files.setPosixFilePermissions(
        root().resolve("listed"), PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aSourceThatMayNotBeOpenedIsUnreadable() throws Exception {
    write("closed/x", "1");
    Path closed = root().resolve("closed");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("--x--x--x"));
    assertThat(asNobody(closed)).containsExactly("error SOURCE_UNREADABLE");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aHundredThousandEntriesNeedLittleMemory() throws Exception {
    try (Dir root = posix.openRoot(root())) {
      root.mkdir(bytes("many"), 0755);
      try (Dir many = root.openDir(bytes("many"))) {
        for (int i = 0; i < 90_000; i++) {
          many.mknod(bytes("a name of some length, number " + i), Kind.FILE, 0600, 0, 0);
        }
      }
      for (int i = 0; i < 200; i++) {
        byte[] name = bytes("d" + i);
        root.mkdir(name, 0755);
        try (Dir dir = root.openDir(name)) {
          for (int j = 0; j < 50; j++) {
            writeRaw(dir, bytes("f" + j), "content " + j);
          }
        }
      }
    }
    List<String> lines =
        ChildCapture.run(directory, List.of(), List.of("-Xmx16m"), "quiet", root().toString());
    assertThat(lines).containsExactly("end " + (2 + 90_000 + 200 + 200 * 50));
  }
}
