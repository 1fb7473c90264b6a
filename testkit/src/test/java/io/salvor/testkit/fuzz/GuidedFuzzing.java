package io.salvor.testkit.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The same targets under a fuzzer that is guided by coverage: Jazzer calls these methods by their
 * names. {@code SALVOR_FUZZ_TARGET} says which target.
 */
public final class GuidedFuzzing {
  private static Trial trial = new Trial(Targets.all().getFirst(), Path.of(""));

  private GuidedFuzzing() {}

  /** Chooses the target. */
  public static void fuzzerInitialize() throws Exception {
    String name = System.getenv("SALVOR_FUZZ_TARGET");
    Target chosen =
        Targets.all().stream()
            .filter(target -> target.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no target " + name));
    trial = new Trial(chosen, Files.createTempDirectory("fuzz").resolve("file"));
    for (byte[] seed : trial.kept("")) {
      // What is loaded and instrumented at the first use is not the input's doing.
      Object _ = chosen.parser().parse(seed, trial.file());
    }
  }

  /** Tries an input. */
  public static void fuzzerTestOneInput(byte[] input) {
    byte[] repaired = input.clone();
    trial.target().repair().repair(repaired);
    trial.check(repaired);
  }
}
