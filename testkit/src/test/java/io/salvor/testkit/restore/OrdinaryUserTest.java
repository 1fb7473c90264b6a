package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root has captured, restored by somebody else. Needs root, and setpriv. */
class OrdinaryUserTest {
  @TempDir Path temp;

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void ownersAreNotKeptAndThatIsToldOnce() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "no setpriv");
    Path source = Files.createDirectory(temp.resolve("source"));
    for (int i = 0; i < 20; i++) {
      Files.writeString(source.resolve("f" + i), "content " + i);
    }
    assertThat(run("chmod", "4755", source.resolve("f3").toString())).isZero();
    Path locked = Files.createDirectory(source.resolve("locked"));
    Files.writeString(locked.resolve("inside"), "x");
    assertThat(run("chmod", "0555", locked.toString())).isZero();
    try (World world = new World(temp)) {
      world.backup(source);
    }
    String classes = RestoreChild.readableClassPath(Files.createDirectory(temp.resolve("classes")));
    assertThat(run("chown", "-R", "65534:65534", temp.toString())).isZero();
    List<String> other = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    Path target = temp.resolve("target");
    StringBuilder said = new StringBuilder();
    assertThat(RestoreChild.run(other, classes, temp, target, 0, said)).as(said::toString).isZero();
    assertThat(said).contains("DONE []").containsOnlyOnce("owners-not-kept");
    assertThat(said).containsOnlyOnce("set-id-not-kept");
    assertThat(target.resolve("f7")).hasContent("content 7");
    assertThat(Files.getPosixFilePermissions(target.resolve("locked")))
        .isEqualTo(PosixFilePermissions.fromString("r-xr-xr-x"));
    assertThat(Files.getPosixFilePermissions(target.resolve("f3")))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat((int) Files.getAttribute(target.resolve("f3"), "unix:mode") & 04000).isZero();

    // Once more: what it may not set is no difference, and a directory of its own it can open.
    Files.delete(target.resolve("locked/inside"));
    said.setLength(0);
    assertThat(RestoreChild.run(other, classes, temp, target, 0, said)).as(said::toString).isZero();
    assertThat(said).contains("DONE []");
    assertThat(target.resolve("locked/inside")).hasContent("x");
    assertThat(Files.getPosixFilePermissions(target.resolve("locked")))
        .isEqualTo(PosixFilePermissions.fromString("r-xr-xr-x"));

    // A directory that is as it should be is opened for what changes in it, and closed again.
    var time = Files.getLastModifiedTime(target.resolve("locked"));
    Files.writeString(target.resolve("locked/inside"), "written over");
    said.setLength(0);
    assertThat(RestoreChild.run(other, classes, temp, target, 0, said)).as(said::toString).isZero();
    assertThat(said).contains("DONE []");
    assertThat(target.resolve("locked/inside")).hasContent("x");
    assertThat(Files.getPosixFilePermissions(target.resolve("locked")))
        .isEqualTo(PosixFilePermissions.fromString("r-xr-xr-x"));
    assertThat(Files.getLastModifiedTime(target.resolve("locked"))).isEqualTo(time);

    // What it cannot look at is named, and left as it is; the rest goes on.
    Files.delete(target.resolve("f9"));
    Files.writeString(target.resolve("f5"), "not to be read");
    assertThat(run("chmod", "0", target.resolve("locked").toString())).isZero();
    assertThat(run("chmod", "0", target.resolve("f5").toString())).isZero();
    said.setLength(0);
    assertThat(RestoreChild.run(other, classes, temp, target, 0, said)).as(said::toString).isZero();
    assertThat(said)
        .contains("PARTIAL [")
        .contains("key=locked, code=ENTRY_NOT_RESTORED")
        .contains("key=f5, code=ENTRY_NOT_RESTORED");
    assertThat(target.resolve("f9")).hasContent("content 9");
    assertThat(target.resolve("f5")).hasContent("not to be read");
    assertThat(target.resolve("locked/inside")).hasContent("x");
  }
}
