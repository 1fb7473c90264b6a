package io.salvor.testkit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge itself: it must see each kind of difference, or it proves nothing. */
class TreeComparisonTest {
  @TempDir Path temp;
  private Path expected;
  private Path actual;

  @BeforeEach
  void twoEqualTrees() throws Exception {
    expected = Files.createDirectory(temp.resolve("expected"));
    actual = temp.resolve("actual");
    NastyTree.makeShallow(expected, 1);
    run("cp", "-a", "--sparse=always", expected.toString(), actual.toString());
  }

  @Test
  void seesNoDifferenceInACopy() throws Exception {
    assertThat(TreeComparison.byWalking(expected, expected)).isEmpty();
    assertThat(rsync(expected, actual)).isEmpty();
  }

  @Test
  void seesOneByteThatDiffersAtTheSameSizeAndTime() throws Exception {
    Path file = actual.resolve("contents/noise");
    FileTime time = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, time);
    assertSeen("contents/noise");
  }

  @Test
  void seesANanosecond() throws Exception {
    Path file = actual.resolve("contents/one");
    FileTime time = Files.getLastModifiedTime(file);
    Files.setLastModifiedTime(file, FileTime.from(time.toInstant().plusNanos(1)));
    assertSeen("contents/one");
  }

  @Test
  void seesWhatIsMissingAndWhatIsTooMuch() throws Exception {
    Files.delete(actual.resolve("contents/one"));
    assertSeen("contents/one");
    Files.writeString(actual.resolve("contents/two"), "");
    assertSeen("contents/two");
  }

  @Test
  void seesABrokenHardLink() throws Exception {
    Path link = actual.resolve("links/hard 2");
    Files.delete(link);
    run("cp", "-p", actual.resolve("links/hard 1").toString(), link.toString());
    assertSeen("links/hard 2");
  }

  @Test
  void seesAFilledHole() throws Exception {
    run(
        "cp",
        "-p",
        "--sparse=never",
        expected.resolve("contents/hole only").toString(),
        actual.resolve("contents/hole only").toString());
    assertThat(TreeComparison.byWalking(expected, actual))
        .anyMatch(line -> line.contains("holes of contents/hole only"));
  }

  private void assertSeen(String path) throws Exception {
    assertThat(TreeComparison.byWalking(expected, actual)).anyMatch(l -> l.contains(path));
    assertThat(rsync(expected, actual)).anyMatch(l -> l.contains(path));
  }

  static List<String> rsync(Path expected, Path actual) throws Exception {
    assumeTrue(installed("rsync"), "rsync is not installed");
    return TreeComparison.byRsync(expected, actual);
  }

  private static boolean installed(String tool) {
    for (String dir : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(dir, tool))) {
        return true;
      }
    }
    return false;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }
}
