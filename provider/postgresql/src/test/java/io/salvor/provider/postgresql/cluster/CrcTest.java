package io.salvor.provider.postgresql.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CrcTest {
  private static Crc crc(byte[] bytes) {
    return Crc.of(bytes, 0, bytes.length);
  }

  private static byte[] random(Random random, int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void isTheOneThatPostgresqlWrites() {
    // RFC 3720 B.4 and the usual check value.
    assertThat(crc("123456789".getBytes(StandardCharsets.US_ASCII)).value()).isEqualTo(0xe3069283);
    assertThat(crc(new byte[32]).value()).isEqualTo(0x8a9136aa);
    assertThat(new Crc(0x01020304).hex()).isEqualTo("04030201");
    assertThat(Crc.parse("04030281")).isEqualTo(new Crc(0x81020304));
  }

  @Property(tries = 200)
  void partsMakeTheWhole(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] first = random(random, 3000);
    byte[] second = random(random, 3000);
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    assertThat(crc(first).then(crc(second), second.length)).isEqualTo(crc(both));
    byte[] longer = Arrays.copyOf(first, first.length + random.nextInt(100_000));
    assertThat(crc(first).thenZeros(longer.length - first.length)).isEqualTo(crc(longer));
  }

  @Property(tries = 200)
  void aDifferenceIsEnoughToKnowWhatBecomesOfIt(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] was = random(random, 20_000);
    byte[] is = was.clone();
    Crc.Difference difference = Crc.Difference.NONE;
    int at = 0;
    while (at < was.length) {
      int equal = random.nextInt(was.length - at + 1);
      difference = difference.thenEqual(equal);
      at += equal;
      byte[] xor = random(random, was.length - at + 1);
      for (int i = 0; i < xor.length; i++) {
        is[at + i] ^= xor[i];
      }
      difference = difference.then(xor, xor.length);
      at += xor.length;
    }
    assertThat(crc(was).changed(difference)).isEqualTo(crc(is));
  }

  @Test
  void aGigabyteOfZerosIsReckonedAtOnce() {
    Crc half = Crc.EMPTY.thenZeros(1L << 29);
    assertThat(half.then(half, 1L << 29)).isEqualTo(Crc.EMPTY.thenZeros(1L << 30));
    assertThat(half.thenZeros(1L << 29)).isEqualTo(Crc.EMPTY.thenZeros(1L << 30));
  }
}
