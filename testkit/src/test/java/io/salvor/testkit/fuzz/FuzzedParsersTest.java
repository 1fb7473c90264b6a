package io.salvor.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.testkit.files.MemoryTempDir;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
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
  private static final int CASES = 4000;
  private static final long SEED = 20_260_130;
  private static final long ALLOWANCE = 4 << 20;
  private static final int ALLOWANCE_PER_BYTE = 256;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  static List<Target> targets() {
    return Targets.all();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void seedsAreTaken(Target target) throws Exception {
    for (byte[] seed : seeds(target, "")) {
      Object parsed = target.parser().parse(seed, temp.resolve("file"));
      assertThat(parsed).isNotNull();
      check(target, seed);
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void whatOnceBrokeAParserDoesNotAnyMore(Target target) throws Exception {
    for (byte[] input : seeds(target, "broke-")) {
      check(target, input);
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void damagedSeedsAreTakenOrRefused(Target target) throws Exception {
    fuzz(target, SEED, System.nanoTime(), CASES);
  }

  /**
   * For minutes; how many is in {@code SALVOR_FUZZ_MINUTES}, 1 for each parser if it is not set.
   */
  @Tag("slow")
  @ParameterizedTest
  @MethodSource("targets")
  void damagedSeedsAreTakenOrRefusedForLong(Target target) throws Exception {
    String minutes = System.getenv().getOrDefault("SALVOR_FUZZ_MINUTES", "1");
    long until = System.nanoTime() + Duration.ofMinutes(Long.parseLong(minutes)).toNanos();
    long seed = new Random().nextLong();
    System.out.println(target + ": seed " + seed);
    fuzz(target, seed, until, CASES);
  }

  /** So many cases at least, and until then. */
  private void fuzz(Target target, long seed, long until, int cases) throws Exception {
    Mutator mutator = new Mutator(seeds(target, ""), new Random(seed));
    for (int i = 0; i < cases || System.nanoTime() - until < 0; i++) {
      byte[] input = mutator.next();
      target.repair().repair(input);
      check(target, input);
    }
  }

  private void check(Target target, byte[] input) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Object parsed = null;
    try {
      parsed = target.parser().parse(input, temp.resolve("file"));
    } catch (MalformedException e) {
      // It says what is wrong.
    } catch (SalvorException e) {
      if (!isDamage(e)) {
        throw broken(target, input, e);
      }
    } catch (Throwable e) {
      throw broken(target, input, e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > ALLOWANCE + (long) ALLOWANCE_PER_BYTE * input.length) {
      throw broken(target, input, new AssertionError("it allocates " + allocated));
    }
    if (parsed != null && target.encoder() != Target.NONE) {
      again(target, input, parsed);
    }
  }

  private static boolean isDamage(SalvorException e) {
    return e.code().exit() == Exit.DAMAGED
        || e.code() == ErrorCode.FORMAT_NEWER
        || e.code() == ErrorCode.PLAN_UNUSABLE;
  }

  /** What was taken is written, read and written again: the same bytes both times. */
  private void again(Target target, byte[] input, Object parsed) {
    try {
      byte[] once = target.encoder().encode(parsed);
      byte[] twice = target.encoder().encode(target.parser().parse(once, temp.resolve("file")));
      assertThat(twice).isEqualTo(once);
    } catch (Throwable e) {
      throw broken(target, input, e);
    }
  }

  private static AssertionError broken(Target target, byte[] input, Throwable why) {
    return new AssertionError(
        target + " breaks on " + HexFormat.of().formatHex(input) + ": " + why, why);
  }

  private static List<byte[]> seeds(Target target, String prefix)
      throws IOException, URISyntaxException {
    URL directory = FuzzedParsersTest.class.getResource("/fuzz/" + target.name());
    assertThat(directory).as("seeds of %s", target).isNotNull();
    List<byte[]> seeds = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
      for (Path file : files.sorted().toList()) {
        if (file.getFileName().toString().startsWith("broke-") == prefix.startsWith("broke-")) {
          seeds.add(Files.readAllBytes(file));
        }
      }
    }
    assertThat(seeds.isEmpty() && prefix.isEmpty()).as("no seeds").isFalse();
    return seeds;
  }
}
