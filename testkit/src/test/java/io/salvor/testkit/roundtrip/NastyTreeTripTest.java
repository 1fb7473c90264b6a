package io.salvor.testkit.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.posix.Posix;
import io.salvor.testkit.files.NastyTree;
import io.salvor.testkit.files.TreeComparison;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that a file system can hold, there and back, as root and as somebody else. */
class NastyTreeTripTest {
  private static final String NOBODY = "65534";

  @TempDir Path temp;

  @AfterEach
  void removeWhatIsDeeperThanPathsCanBe() throws Exception {
    run("find", temp.toString(), "-mindepth", "1", "-delete");
  }

  @Test
  void comesBackAsItWas() throws Exception {
    trip(temp, 11);
  }

  @Test
  void comesBackAsItWasForSomebodyWhoIsNotRoot() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can become others");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv");
    Path place = Files.createDirectory(temp.resolve("place"));
    List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=" + NOBODY));
    command.addAll(List.of("--regid=" + NOBODY, "--clear-groups"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(copyOfClassPath());
    command.addAll(List.of(NastyTreeTripTest.class.getName(), place.toString()));
    run("chown", "-R", NOBODY + ":" + NOBODY, temp.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("done as " + NOBODY);
  }

  /** In the child: the whole trip as whoever it runs as. */
  public static void main(String[] arguments) throws Exception {
    trip(Path.of(arguments[0]), 12);
    System.out.println("done as " + Files.getAttribute(Path.of("/proc/self/status"), "unix:uid"));
  }

  private static void trip(Path temp, long seed) throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    Path shallow = Files.createDirectory(temp.resolve("shallow"));
    List<String> leftOut = NastyTree.make(source, seed);
    NastyTree.makeShallow(shallow, seed);
    if (Posix.system().effectiveUid() != 0) {
      // What its own owner cannot read is reported and left out; that is the provider's own test.
      for (String unreadable : List.of("modes/mode 0000", "modes/mode 0200")) {
        Files.delete(source.resolve(unreadable));
        Files.delete(shallow.resolve(unreadable));
      }
    }
    System.out.println("seed " + seed + "; not made here: " + leftOut);
    Trips trips = new Trips(temp);
    trips.restore(trips.backup(source), temp.resolve("restored"));
    assertThat(TreeComparison.byWalking(source, temp.resolve("restored"))).isEmpty();
    // rsync cannot take paths beyond PATH_MAX.
    trips.restore(trips.backup(shallow), temp.resolve("restored shallow"));
    Trips.assertEqual(shallow, temp.resolve("restored shallow"));
    trips.verify();
  }

  /** What this process runs from may lie where others cannot look. */
  private String copyOfClassPath() throws Exception {
    Path classes = Files.createDirectory(temp.resolve("classes"));
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      if (Files.exists(Path.of(entry))) {
        String name = copies.size() + "-" + Path.of(entry).getFileName();
        run("cp", "-r", entry, classes.resolve(name).toString());
        copies.add(classes.resolve(name).toString());
      }
    }
    return String.join(":", copies);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as("%s", List.of(command)).isZero();
  }
}
