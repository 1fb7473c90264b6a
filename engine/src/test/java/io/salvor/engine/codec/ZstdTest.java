package io.salvor.engine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ZstdTest {
  private static final byte[] TEXT = "a backup is worth its restore; ".repeat(50).getBytes();

  @Property(tries = 100)
  void content_comes_back(@ForAll byte[] in, @ForAll @IntRange(min = 1, max = 9) int level) {
    byte[] out = new byte[Zstd.bound(in.length)];
    int n = Zstd.compress(level, in, 0, in.length, out, 0, out.length);
    assertThat(Zstd.decompress(out, 0, n, in.length)).isEqualTo(in);
  }

  @Test
  void what_has_no_room_says_so() {
    byte[] noise = new byte[1000];
    new Random(1).nextBytes(noise);
    byte[] out = new byte[1000];
    assertThat(Zstd.compress(3, noise, 0, 1000, out, 0, 999)).isEqualTo(Zstd.NO_ROOM);
    assertThat(Zstd.compress(3, TEXT, 0, TEXT.length, out, 10, 800)).isPositive();
  }

  @Test
  void bounds_cuts_and_additions_are_refused() {
    byte[] out = new byte[Zstd.bound(TEXT.length) + 1];
    int n = Zstd.compress(3, TEXT, 0, TEXT.length, out, 0, out.length);
    assertMalformed(out, n, TEXT.length - 1);
    assertMalformed(out, n + 1, TEXT.length);
    for (int i = 0; i < n; i++) {
      assertMalformed(out, i, TEXT.length);
    }
    byte[] twice = Arrays.copyOf(out, 2 * n);
    System.arraycopy(out, 0, twice, n, n);
    assertMalformed(twice, 2 * n, 10 * TEXT.length);
  }

  @Property(tries = 300)
  void any_bytes_end_with_content_or_a_refusal(@ForAll byte[] in) {
    try {
      assertThat(Zstd.decompress(in, 0, in.length, 1000)).hasSizeLessThan(1001);
    } catch (MalformedException e) {
      assertThat(e).hasMessageContaining("frame");
    }
  }

  private static void assertMalformed(byte[] in, int length, int max) {
    assertThatThrownBy(() -> Zstd.decompress(in, 0, length, max))
        .isInstanceOf(MalformedException.class);
  }
}
