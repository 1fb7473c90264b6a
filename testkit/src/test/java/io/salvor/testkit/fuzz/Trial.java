package io.salvor.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What has to hold of a target, whatever it is given: it takes the bytes or says what is wrong with
 * them, within bounds of memory and time, and what it takes it would write in the same way.
 *
 * @param file that a parser of files may write
 */
record Trial(Target target, Path file) {
  private static final long ALLOWANCE = 4 << 20;
  private static final int ALLOWANCE_PER_BYTE = 256;
  private static final long MOST_NANOS = Duration.ofSeconds(5).toNanos();

  /** How what people give is refused. */
  private static final Set<ErrorCode> REFUSALS =
      EnumSet.of(
          ErrorCode.FORMAT_NEWER,
          ErrorCode.PLAN_UNUSABLE,
          ErrorCode.BAD_PATTERN,
          ErrorCode.KMS_FAILED,
          ErrorCode.KMS_KEY_DESTROYED);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Fails with the input, unless all holds. */
  void check(byte[] input) {
    long began = THREADS.getCurrentThreadCpuTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Object parsed = null;
    try {
      parsed = target.parser().parse(input, file);
    } catch (MalformedException e) {
      // It says what is wrong.
    } catch (SalvorException e) {
      if (!isDamage(e)) {
        throw broken(input, e);
      }
    } catch (Throwable e) {
      throw broken(input, e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > ALLOWANCE + (long) ALLOWANCE_PER_BYTE * input.length) {
      throw broken(input, new AssertionError("it allocates " + allocated));
    }
    long took = THREADS.getCurrentThreadCpuTime() - began;
    if (took > MOST_NANOS) {
      throw broken(input, new AssertionError("it takes " + took / 1_000_000 + " ms"));
    }
    if (parsed != null && target.encoder() != Target.NONE) {
      again(input, parsed);
    }
  }

  private static boolean isDamage(SalvorException e) {
    return e.code().exit() == Exit.DAMAGED || REFUSALS.contains(e.code());
  }

  /** What was taken is written, read and written again: the same bytes both times. */
  private void again(byte[] input, Object parsed) {
    try {
      byte[] once = target.encoder().encode(parsed);
      byte[] twice = target.encoder().encode(target.parser().parse(once, file));
      assertThat(twice).isEqualTo(once);
    } catch (Throwable e) {
      throw broken(input, e);
    }
  }

  private AssertionError broken(byte[] input, Throwable why) {
    return new AssertionError(
        target + " breaks on " + HexFormat.of().formatHex(input) + ": " + why, why);
  }

  /** What is kept for the target: seeds, or what once broke it. */
  List<byte[]> kept(String prefix) throws IOException, URISyntaxException {
    URL directory = Trial.class.getResource("/fuzz/" + target.name());
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
