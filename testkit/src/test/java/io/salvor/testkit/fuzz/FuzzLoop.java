package io.salvor.testkit.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * All targets in turn, for as long as is wanted: {@code FuzzLoop <minutes> <directory for
 * findings>}. A finding is kept, told, and the loop goes on; at the end it says how many inputs
 * each target was given.
 */
final class FuzzLoop {
  private static final long SLICE = 5_000_000_000L;

  private final Map<Target, Long> tried = new LinkedHashMap<>();
  private final Random random = new Random();
  private final Path findings;
  private int found;

  private FuzzLoop(Path findings) {
    this.findings = findings;
  }

  public static void main(String[] arguments) throws Exception {
    long minutes = Long.parseLong(arguments[0]);
    FuzzLoop loop = new FuzzLoop(Files.createDirectories(Path.of(arguments[1])));
    loop.run(System.nanoTime() + minutes * 60_000_000_000L);
    loop.tried.forEach((target, n) -> System.out.println(target + " " + n));
    System.out.println(
        loop.tried.values().stream().mapToLong(Long::longValue).sum()
            + " inputs, "
            + loop.found
            + " findings");
    System.exit(loop.found == 0 ? 0 : 1);
  }

  private void run(long until) throws Exception {
    Path temp = Files.createTempDirectory("fuzz");
    Map<Target, Mutator> mutators = new LinkedHashMap<>();
    for (Target target : Targets.all()) {
      for (byte[] seed : new Trial(target, temp.resolve("file")).kept("")) {
        // What is loaded at the first use is not the input's doing.
        Object _ = target.parser().parse(seed, temp.resolve("file"));
      }
      List<byte[]> kept = new ArrayList<>(new Trial(target, temp).kept(""));
      kept.addAll(new Trial(target, temp).kept("broke-"));
      mutators.put(target, new Mutator(kept, random));
    }
    while (System.nanoTime() - until < 0) {
      for (Map.Entry<Target, Mutator> target : mutators.entrySet()) {
        Trial trial = new Trial(target.getKey(), temp.resolve("file"));
        slice(trial, target.getValue(), System.nanoTime() + SLICE);
      }
    }
  }

  private void slice(Trial trial, Mutator mutator, long until) throws IOException {
    long n = 0;
    int atOnce = 0;
    for (; System.nanoTime() - until < 0; n++) {
      byte[] input = mutator.next();
      trial.target().repair().repair(input);
      try {
        trial.check(input);
      } catch (AssertionError e) {
        found++;
        String name =
            trial.target() + "-" + Integer.toHexString(HexFormat.of().formatHex(input).hashCode());
        Files.write(findings.resolve(name), input);
        System.out.println(name + ": " + e.getCause());
        if (++atOnce == 10) {
          break;
        }
      }
    }
    tried.merge(trial.target(), n, Long::sum);
  }
}
