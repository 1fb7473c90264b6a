package io.salvor.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.testkit.files.MemoryTempDir;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever bytes a parser meets, it takes them or says what is wrong with them: no other failure,
 * no allocation beyond bounds, and what it takes it would write in the same way. Seeds and what
 * once broke a parser are kept in {@code fuzz/<target>/}.
 */
class FuzzedParsersTest {
  private static final int CASES = 2000;
  private static final long SEED = 20_260_130;

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Trial trial(Target target) {
    return new Trial(target, temp.resolve("file"));
  }

  static List<Target> targets() {
    return Targets.all();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void seedsAreTaken(Target target) throws Exception {
    Trial trial = trial(target);
    for (byte[] seed : trial.kept("")) {
      Object parsed = target.parser().parse(seed, temp.resolve("file"));
      assertThat(parsed).isNotNull();
      trial.check(seed);
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void whatOnceBrokeAParserDoesNotAnyMore(Target target) throws Exception {
    Trial trial = trial(target);
    for (byte[] input : trial.kept("broke-")) {
      trial.check(input);
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void damagedSeedsAreTakenOrRefused(Target target) throws Exception {
    fuzz(target, SEED, System.nanoTime(), CASES);
  }

  /**
   * For a while; how many seconds is in {@code SALVOR_FUZZ_SECONDS}, 60 for each parser if it is
   * not set.
   */
  @Tag("slow")
  @ParameterizedTest
  @MethodSource("targets")
  void damagedSeedsAreTakenOrRefusedForLong(Target target) throws Exception {
    String seconds = System.getenv().getOrDefault("SALVOR_FUZZ_SECONDS", "60");
    long until = System.nanoTime() + Duration.ofSeconds(Long.parseLong(seconds)).toNanos();
    long seed = new Random().nextLong();
    System.out.println(target + ": seed " + seed);
    System.out.println(target + ": " + fuzz(target, seed, until, CASES) + " inputs");
  }

  /** So many cases at least, and until then; says how many. */
  private int fuzz(Target target, long seed, long until, int cases) throws Exception {
    Trial trial = trial(target);
    Mutator mutator = new Mutator(trial.kept(""), new Random(seed));
    int i = 0;
    for (; i < cases || System.nanoTime() - until < 0; i++) {
      byte[] input = mutator.next();
      target.repair().repair(input);
      trial.check(input);
    }
    return i;
  }
}
