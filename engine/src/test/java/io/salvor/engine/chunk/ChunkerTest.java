package io.salvor.engine.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChunkerTest {
  private static final int MIB = 1 << 20;

  @Property(tries = 20)
  void cutsAreTheSameWhateverThePieces(@ForAll long seed, @ForAll @IntRange(max = 9 * MIB) int n) {
    byte[] bytes = random(seed, n);
    List<Integer> whole = cuts(Chunker.contentDefined(gear(1)), bytes, new Random(0), n + 1);
    Random sizes = new Random(seed);
    for (int most : new int[] {33, 4096, MIB}) {
      assertThat(cuts(Chunker.contentDefined(gear(1)), bytes, sizes, most)).isEqualTo(whole);
    }
  }

  @Property(tries = 20)
  void contentCutsAreThoseOfTheFormat(@ForAll long seed) {
    byte[] bytes = random(seed, 12 * MIB);
    assertThat(cuts(Chunker.contentDefined(gear(seed)), bytes, new Random(0), bytes.length))
        .isEqualTo(plainCuts(gear(seed), bytes));
  }

  @Test
  void unvariedBytesAreCutAtTheMaximum() {
    byte[] zeros = new byte[9 * MIB];
    long[] gear = gear(1);
    gear[0] = 1;
    // The hash begins with few bits set, so that the first byte looked at cuts.
    assertThat(cuts(Chunker.contentDefined(gear), zeros, new Random(0), zeros.length))
        .isEqualTo(plainCuts(gear, zeros));
    // Some of the highest bits are always set, and nothing but the maximum cuts.
    gear[0] = Long.MIN_VALUE + 1;
    assertThat(cuts(Chunker.contentDefined(gear), zeros, new Random(0), zeros.length))
        .containsExactly(4 * MIB, 8 * MIB);
  }

  @Property(tries = 10)
  void anInsertionChangesFewChunks(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5000) int n) {
    byte[] before = random(seed, 32 * MIB);
    int at = new Random(seed).nextInt(before.length);
    byte[] after = new byte[before.length + n];
    System.arraycopy(before, 0, after, 0, at);
    System.arraycopy(random(~seed, n), 0, after, at, n);
    System.arraycopy(before, at, after, at + n, before.length - at);
    Set<Integer> known = new HashSet<>(chunkHashes(before));
    List<Integer> now = chunkHashes(after);
    long fresh = now.stream().filter(h -> !known.contains(h)).count();
    assertThat(now.size()).isGreaterThan(8);
    assertThat(fresh).isLessThanOrEqualTo(6);
  }

  @Test
  void anotherKeyCutsElsewhere() {
    byte[] bytes = random(3, 16 * MIB);
    assertThat(cuts(Chunker.contentDefined(gear(1)), bytes, new Random(0), bytes.length))
        .doesNotContainAnyElementsOf(
            cuts(Chunker.contentDefined(gear(2)), bytes, new Random(0), bytes.length));
  }

  @Property(tries = 200)
  void blocksAreAllAlike(
      @ForAll @IntRange(min = 1, max = 5000) int size, @ForAll @IntRange(max = 20000) int n) {
    List<Integer> expected = new ArrayList<>();
    for (int at = size; at <= n; at += size) {
      expected.add(at);
    }
    assertThat(cuts(Chunker.blocks(size), new byte[n], new Random(n), 700)).isEqualTo(expected);
  }

  @Test
  void aResetBeginsAnew() {
    Chunker chunker = Chunker.blocks(10);
    assertThat(chunker.next(new byte[7], 0, 7)).isEqualTo(Chunker.NONE);
    chunker.reset();
    assertThat(chunker.next(new byte[20], 0, 20)).isEqualTo(10);
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> Chunker.blocks(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Chunker.contentDefined(new long[255]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Integer> cuts(Chunker chunker, byte[] bytes, Random sizes, int most) {
    List<Integer> cuts = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int to = Math.min(bytes.length, at + 1 + sizes.nextInt(most));
      if (most >= bytes.length) {
        to = bytes.length;
      }
      while (at < to) {
        int n = chunker.next(bytes, at, to);
        if (n == Chunker.NONE) {
          at = to;
        } else {
          at += n;
          cuts.add(at);
        }
      }
    }
    return cuts;
  }

  /** The format's words, written down as slowly as they read. */
  private static List<Integer> plainCuts(long[] gear, byte[] bytes) {
    List<Integer> cuts = new ArrayList<>();
    int start = 0;
    long h = 0;
    for (int at = 0; at < bytes.length; at++) {
      int i = at - start;
      boolean cut = i == 4_194_304 - 1;
      if (i >= 262_144) {
        h = (h << 1) + gear[bytes[at] & 0xff];
        cut |= (h & (i < 1_048_576 ? 0xFFFFFC0000000000L : 0xFFFFC00000000000L)) == 0;
      }
      if (cut) {
        cuts.add(at + 1);
        start = at + 1;
        h = 0;
      }
    }
    return cuts;
  }

  private static List<Integer> chunkHashes(byte[] bytes) {
    List<Integer> hashes = new ArrayList<>();
    int from = 0;
    for (int to : cuts(Chunker.contentDefined(gear(1)), bytes, new Random(0), bytes.length)) {
      hashes.add(Arrays.hashCode(Arrays.copyOfRange(bytes, from, to)));
      from = to;
    }
    return hashes;
  }

  private static long[] gear(long seed) {
    return new Random(seed).longs(256).toArray();
  }

  private static byte[] random(long seed, int n) {
    byte[] bytes = new byte[n];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
