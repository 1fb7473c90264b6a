package io.salvor.testkit.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.testkit.files.TreeComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories of a real machine, there and back. Nobody may change them meanwhile. */
@Tag("slow")
class RealTreeTest {
  private static final boolean SAMPLE = Boolean.getBoolean("salvor.test.sample");

  @TempDir Path temp;

  @AfterEach
  void removeFast() throws Exception {
    run("rm", "-rf", temp.resolve("restored").toString(), temp.resolve("linux").toString());
  }

  @Test
  void theSystemsPrograms() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "others' files need root");
    roundTrip(Path.of(SAMPLE ? "/usr/bin" : "/usr"));
  }

  @Test
  void aMavenRepository() throws Exception {
    Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");
    assumeTrue(Files.isDirectory(repository), "no " + repository);
    roundTrip(SAMPLE ? repository.resolve("org/apache") : repository);
  }

  @Test
  void aGitCheckout() throws Exception {
    Path checkout = Path.of("..").toRealPath();
    assumeTrue(Files.exists(checkout.resolve(".git")), "this is no checkout");
    Path clone = temp.resolve("clone");
    run("git", "clone", "--quiet", "--no-hardlinks", checkout.toString(), clone.toString());
    roundTrip(clone);
    run("git", "-C", temp.resolve("restored").toString(), "fsck", "--strict", "--no-progress");
  }

  @Test
  void theLinuxSource() throws Exception {
    assumeTrue(!SAMPLE, "not in the sample");
    Optional<Path> archive = linux();
    assumeTrue(archive.isPresent(), "no linux-source in /usr/src (Debian: linux-source)");
    Path source = Files.createDirectory(temp.resolve("linux"));
    run("tar", "-xf", archive.get().toString(), "-C", source.toString());
    roundTrip(source);
  }

  private static Optional<Path> linux() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/usr/src"))) {
      return files.filter(f -> f.toString().matches(".*/linux-source-.*\\.tar\\..*")).findFirst();
    }
  }

  private void roundTrip(Path source) throws Exception {
    Trips trips = new Trips(temp);
    Path restored = temp.resolve("restored");
    trips.restore(trips.backup(source), restored);
    // Names outside the tree count as links of a file in it; those inside are rsync's to judge.
    assertThat(TreeComparison.byWalking(source, restored))
        .filteredOn(difference -> !difference.startsWith("links of "))
        .isEmpty();
    assertThat(TreeComparison.byRsync(source, restored)).isEmpty();
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as("%s", List.of(command)).isZero();
  }
}
