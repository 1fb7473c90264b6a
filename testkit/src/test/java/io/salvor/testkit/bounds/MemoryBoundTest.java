package io.salvor.testkit.bounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.testkit.files.TreeComparison;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds whole processes to 256 MiB, page cache included, with the launcher's options and a
 * passphrase of the usual cost.
 */
class MemoryBoundTest {
  private static final long LIMIT = 256L << 20;
  private static final boolean SAMPLE = Boolean.getBoolean("salvor.test.sample");

  @TempDir Path temp;
  private Path repository;
  private final List<String> output = new ArrayList<>();

  @BeforeEach
  void makeRepository() throws Exception {
    repository = temp.resolve("repository");
    run("init");
  }

  @Test
  void twoHundredThousandEntriesAreBackedUpAndVerified() throws Exception {
    run("generate", "200000");
    assertThat(output).anyMatch(line -> line.contains("total=200000, added=200000"));
    // With nothing changed the whole previous tree is merged.
    run("generate", "200000");
    assertThat(output).anyMatch(line -> line.contains("total=200000, added=0"));
    run("verify");
    assertThat(output).contains("issues: []");
  }

  @Test
  @Tag("slow")
  void twoHundredThousandEntriesAreRestored() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "restoring owners needs root");
    int entries = SAMPLE ? 20_000 : 200_000;
    Path restored = temp.resolve("restored");
    Path again = temp.resolve("again");
    run("generate", Integer.toString(entries));
    run("restore", restored.toString());
    assertThat(output).anyMatch(line -> line.contains("created=" + entries));
    // Real files now, through the provider and back.
    repository = temp.resolve("repository of files");
    run("init");
    run("backup", restored.toString());
    assertThat(output).anyMatch(line -> line.contains("total=" + entries));
    run("restore", again.toString());
    assertThat(TreeComparison.byWalking(restored, again)).isEmpty();
  }

  @Test
  @Tag("slow")
  void twoMillionEntriesArePruned() throws Exception {
    int entries = SAMPLE ? 20_000 : 2_000_000;
    run("generate", Integer.toString(entries));
    run("generate", Integer.toString(entries / 20 * 11));
    run("prune");
    assertThat(output).anyMatch(line -> line.matches("deleted: [1-9].*"));
    run("prune");
    assertThat(output).contains("deleted: 0, copied: 0 blobs");
    run("verify");
    assertThat(output).contains("issues: []");
  }

  @Test
  void theBoundKillsWhatIsLarger() throws Exception {
    try (MemoryBound bound = MemoryBound.of(LIMIT)) {
      assumeTrue(bound.holds(), "memory limits need root and cgroups");
      String greedy = "head -c 400000000 /dev/zero | tail -c 400000000 >/dev/null";
      Process process = new ProcessBuilder(bound.enter(List.of("sh", "-c", greedy))).start();
      assertThat(process.waitFor()).isNotZero();
    }
  }

  /** Runs one command of the child; fails if it does, or if it grew beyond the limit. */
  private void run(String what, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(what, repository.toString()));
    arguments.add(temp.resolve("local").toString());
    arguments.addAll(List.of(more));
    List<String> command =
        LaunchedJava.command(BoundedChild.class, arguments.toArray(new String[0]));
    try (MemoryBound bound = MemoryBound.of(LIMIT)) {
      Process process = new ProcessBuilder(bound.enter(command)).redirectErrorStream(true).start();
      output.clear();
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        lines.lines().forEach(output::add);
      }
      assertThat(process.waitFor()).as("%s %s", what, output).isZero();
      long peak = peak();
      System.out.printf(
          "%s %s: resident at most %d MiB; %s%n",
          what,
          String.join(" ", more),
          peak >> 20,
          bound.holds()
              ? "held to "
                  + (LIMIT >> 20)
                  + " MiB with its page cache, at most "
                  + (bound.peak() >> 20)
              : "no control group here: only the resident part was held to the limit");
      assertThat(peak).as("resident bytes of %s", what).isLessThan(LIMIT);
    }
  }

  private long peak() {
    return output.stream()
        .filter(line -> line.startsWith("peak: "))
        .mapToLong(line -> Long.parseLong(line.substring(6)) << 10)
        .findFirst()
        .orElseThrow();
  }
}
