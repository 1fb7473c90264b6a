package io.salvor.engine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VarintTest {

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "624485, e58e26",
    "9223372036854775807, ffffffffffffffff7f"
  })
  void values_are_little_endian_base_128(long value, String hex) {
    byte[] out = new byte[Varint.MAX_SIZE];
    int end = Varint.put(out, 0, value);
    assertThat(HexFormat.of().formatHex(out, 0, end)).isEqualTo(hex);
  }

  @Property
  void values_come_back(@ForAll @LongRange(min = 0) long value) {
    ByteBuffer out = ByteBuffer.allocate(20);
    Varint.put(out, value);
    assertThat(out.position()).isEqualTo(Varint.size(value));
    assertThat(Varint.get(out.array(), 0, out.position())).isEqualTo(value);
    assertThat(Varint.get(out.flip())).isEqualTo(value);
    assertThat(out.hasRemaining()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "8000", "ff00", "ffffffffffffffffff01", "ffffffffffffffffff"})
  void what_does_not_end_or_is_too_long_is_refused(String hex) {
    byte[] in = HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> Varint.get(in, 0, in.length)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Varint.get(ByteBuffer.wrap(in)))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void bounds_are_kept() {
    ByteBuffer in = ByteBuffer.wrap(new byte[] {100});
    assertThatThrownBy(() -> Varint.getInt(in, 99)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Varint.put(new byte[10], 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
