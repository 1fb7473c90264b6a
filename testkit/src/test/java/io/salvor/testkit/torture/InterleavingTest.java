package io.salvor.testkit.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.testkit.files.MemoryTempDir;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers, pruners, a verifier, somebody who forgets and holds, who makes new keys and encrypts
 * again, who repairs, who copies: the real code on one storage, interleaved by seeds. Whatever
 * happens, each backup that was acknowledged and not forgotten can be restored byte for byte, no
 * alarm is false, and what people were told is true. A seed alone is run again by {@code
 * -Dsalvor.test.seed=}, and with {@code -Dsalvor.test.seeds=} so many from there on.
 */
class InterleavingTest {
  private static final boolean SAMPLE = Boolean.getBoolean("salvor.test.sample");
  private static final long ONE = Long.getLong("salvor.test.seed", 1);
  private static final int SHARDS = 2;

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  @Test
  void nothingThatWasAcknowledgedIsLost() throws Exception {
    Map<String, Long> reached =
        seeds(temp, ONE, ONE == 1 ? 300 : Integer.getInteger("salvor.test.seeds", 1));
    if (ONE == 1) {
      assertThat(reached)
          .containsKeys("packs deleted", "blobs copied", "sessions closed", "begun again")
          .containsKeys("prunes waited", "forgotten", "holds", "verifications", "repairs", "copies")
          .containsKeys("packs encrypted again", "commands cut off");
    }
  }

  @Test
  void whatIsHarmedAfterwardsIsMendedFromACopy() throws Exception {
    Map<String, Long> reached =
        seeds(temp, ONE, ONE == 1 ? 4 : Integer.getInteger("salvor.test.seeds", 1), 12);
    assertThat(reached.get("harms")).isPositive();
  }

  @Test
  @Tag("slow")
  void norInVeryManyMore() throws Exception {
    Map<String, Long> _ = seeds(temp, 1_000_000, SAMPLE ? 1_000 : 100_000);
  }

  /** Runs seeds, some at the same time, and prints what they have reached. */
  static Map<String, Long> seeds(Path temp, long from, int count) throws Exception {
    return seeds(temp, from, count, 0);
  }

  /**
   * As {@link #seeds(Path, long, int)}.
   *
   * @param harms how many objects are harmed in the end of each; with none it is checked otherwise
   */
  private static Map<String, Long> seeds(Path temp, long from, int count, int harms)
      throws Exception {
    Constructor<?> made =
        new ToyCurves()
            .loadClass(World.Run.class.getName())
            .getDeclaredConstructor(Path.class, int.class);
    made.setAccessible(true);
    @SuppressWarnings("unchecked") // the same class, loaded once more
    LongFunction<Map<String, Long>> run =
        (LongFunction<Map<String, Long>>) made.newInstance(temp, harms);
    AtomicLong next = new AtomicLong(from);
    Callable<Map<String, Long>> shard =
        () -> {
          Map<String, Long> reached = new TreeMap<>();
          for (long seed; (seed = next.getAndIncrement()) < from + count; ) {
            run.apply(seed).forEach((what, n) -> reached.merge(what, n, Long::sum));
          }
          return reached;
        };
    Map<String, Long> reached = new TreeMap<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(SHARDS)) {
      List<Future<Map<String, Long>>> shards = new ArrayList<>();
      for (int i = 0; i < SHARDS; i++) {
        shards.add(pool.submit(shard));
      }
      for (Future<Map<String, Long>> one : shards) {
        one.get().forEach((what, n) -> reached.merge(what, n, Long::sum));
      }
    } catch (ExecutionException e) {
      next.set(Long.MAX_VALUE);
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
    System.out.println(count + " seeds: " + reached);
    return reached;
  }
}
