package io.salvor.testkit.bounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.testkit.files.TreeComparison;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
  private Path local;
  private final List<String> output = new ArrayList<>();

  @BeforeEach
  void makeRepository() throws Exception {
    repository = temp.resolve("repository");
    local = temp.resolve("local");
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
  void twoMillionEntriesAreBackedUpVerifiedPrunedAndRepaired() throws Exception {
    int entries = SAMPLE ? 20_000 : 2_000_000;
    run("generate", Integer.toString(entries));
    run("generate", Integer.toString(entries));
    assertThat(output).anyMatch(line -> line.contains("total=" + entries + ", added=0"));
    run("verify");
    assertThat(output).contains("issues: []");
    run("generate", Integer.toString(entries / 20 * 11));
    run("prune");
    assertThat(output).anyMatch(line -> line.matches("deleted: [1-9].*"));
    run("prune");
    assertThat(output).contains("deleted: 0, copied: 0 blobs");
    run("repair");
    assertThat(output).contains("repaired: 0 packs described, 0 salvaged, 0 fetched, losses {}");
    loseTheIndex();
    run("repair");
    assertThat(output).anyMatch(line -> line.matches("repaired: [1-9].*losses \\{\\}"));
    run("verify");
    assertThat(output).contains("issues: []");
  }

  @Test
  @Tag("slow")
  void twoMillionEntriesAreRestored() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "restoring owners needs root");
    int entries = SAMPLE ? 20_000 : 2_000_000;
    Path restored = temp.resolve("restored");
    run("generate", Integer.toString(entries));
    run("restore", restored.toString());
    assertThat(output).anyMatch(line -> line.contains("created=" + entries));
    repository = temp.resolve("repository of files");
    run("init");
    run("backup", restored.toString());
    assertThat(output).anyMatch(line -> line.contains("total=" + entries + ", added=" + entries));
    run("backup", restored.toString());
    assertThat(output).anyMatch(line -> line.contains("total=" + entries + ", added=0"));
  }

  /** Every segment is gone, and the machine that had views of them as well. */
  private void loseTheIndex() throws IOException {
    try (Stream<Path> segments = Files.list(repository.resolve("index"))) {
      for (Path segment : segments.filter(Files::isRegularFile).toList()) {
        Files.delete(segment);
      }
    }
    local = temp.resolve("local of another");
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
    arguments.add(local.toString());
    arguments.addAll(List.of(more));
    List<String> command =
        LaunchedJava.command(BoundedChild.class, arguments.toArray(new String[0]));
    dropFromCache();
    long start = System.nanoTime();
    try (MemoryBound bound = MemoryBound.of(LIMIT)) {
      Process process = new ProcessBuilder(bound.enter(command)).redirectErrorStream(true).start();
      output.clear();
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        lines.lines().forEach(output::add);
      }
      assertThat(process.waitFor()).as("%s %s", what, output).isZero();
      System.out.printf(
          "%s %s: %d s, %d MiB of its own, %s%n",
          what,
          String.join(" ", more),
          (System.nanoTime() - start) / 1_000_000_000,
          told("own: ") >> 20,
          bound.holds()
              ? "held to " + (LIMIT >> 20) + " MiB with its page cache"
              : "no control group here");
      assertThat(told("own: ")).as("bytes of %s that are its own", what).isLessThan(LIMIT);
    }
  }

  /** What others have brought into the page cache would not be charged. */
  private void dropFromCache() throws Exception {
    String drop = "find \"$@\" -type f -exec dd if={} iflag=nocache count=0 status=none \\;";
    List<String> command = List.of("sh", "-c", drop, "sh", repository.toString(), local.toString());
    Process dropping =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    // Only a part of the bound's strictness: not every system has it.
    int _ = dropping.waitFor();
  }

  private long told(String what) {
    return output.stream()
        .filter(line -> line.startsWith(what))
        .mapToLong(line -> Long.parseLong(line.substring(what.length())) << 10)
        .findFirst()
        .orElseThrow();
  }
}
