package io.salvor.engine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborTest {

  /** RFC 8949, appendix A. */
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "23, 17",
    "24, 1818",
    "255, 18ff",
    "256, 190100",
    "65535, 19ffff",
    "65536, 1a00010000",
    "1000000, 1a000f4240",
    "4294967296, 1b0000000100000000",
    "1000000000000, 1b000000e8d4a51000",
    "9223372036854775807, 1b7fffffffffffffff",
    "-1, 20",
    "-100, 3863",
    "-1000, 3903e7",
    "-9223372036854775808, 3b7fffffffffffffff"
  })
  void integers_are_written_as_the_rfc_writes_them(long value, String hex) {
    assertThat(hex(new CborWriter().integer(value).toByteArray())).isEqualTo(hex);
    CborReader in = reader(hex);
    assertThat(in.integer()).isEqualTo(value);
    in.end();
  }

  @Test
  void a_map_is_written_with_its_keys_in_order_and_its_length_counted() {
    byte[] message =
        new CborWriter()
            .map()
            .key(0)
            .text("ü")
            .key(1)
            .array()
            .bool(true)
            .bool(false)
            .nil()
            .end()
            .key(24)
            .bytes(new byte[] {1, 2})
            .key(300)
            .map()
            .end()
            .end()
            .toByteArray();
    assertThat(hex(message)).isEqualTo("a40062c3bc0183f5f4f6181842010219012ca0");
  }

  @Test
  void a_long_list_gets_a_longer_head() {
    for (int n : new int[] {0, 23, 24, 255, 256, 65535, 65536}) {
      CborWriter out = new CborWriter().map().key(0).array();
      for (int i = 0; i < n; i++) {
        out.uint(i);
      }
      byte[] message = out.end().key(1).uint(7).end().toByteArray();
      CborReader in = new CborReader(message);
      in.map();
      assertThat(in.nextKey()).isZero();
      assertThat(in.array()).isEqualTo(n);
      for (int i = 0; i < n; i++) {
        assertThat(in.uint()).isEqualTo(i);
      }
      assertThat(in.nextKey()).isEqualTo(1);
      assertThat(in.uint()).isEqualTo(7);
      assertThat(in.nextKey()).isNegative();
      in.end();
    }
  }

  @Test
  void unknown_keys_are_passed_over() {
    CborReader in = reader("a3 00 01 05 82a10102f6 1b0000000100000000 63616263");
    in.map();
    assertThat(in.nextKey()).isZero();
    assertThat(in.uint()).isEqualTo(1);
    assertThat(in.nextKey()).isEqualTo(5);
    in.skip();
    assertThat(in.nextKey()).isNegative();
    in.end();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1817", // 23 in two bytes
        "1900ff", // 255 in three
        "1a0000ffff",
        "1b00000000ffffffff",
        "5801aa", // a length in a longer form
        "5f41aaff", // indefinite
        "9f01ff",
        "bf0001ff",
        "c000", // a tag
        "f93c00", // floats
        "fb3ff0000000000000",
        "f7", // undefined
        "f815", // true in two bytes
        "e0",
        "ff",
        "1c",
        "a2010000", // the map ends early
        "a201000000", // keys descend
        "a201000100", // a key comes twice
        "a1616100", // a text as key
        "a12000", // a negative key
        "61ff", // not UTF-8
        "62c0af",
        "5affffffff00", // lengths beyond the input
        "5b7fffffffffffffff00",
        "7b7fffffffffffffff00",
        "9b7fffffffffffffff00",
        "9a7fffffff00",
        "ba7fffffff0000",
        "82 01",
        "0000", // bytes after the end
        "",
        "8181818181818181818181818181818181818100", // 19 deep
        "a100a100a100a100a100a100a100a100a100a100a100a100a100a100a100a100a10000"
      })
  void what_is_not_the_deterministic_form_is_refused(String hex) {
    assertThatThrownBy(
            () -> {
              CborReader in = reader(hex);
              in.skip();
              in.end();
            })
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void numbers_beyond_a_long_are_passed_over_but_not_read() {
    CborReader in = reader("1bffffffffffffffff");
    assertThatThrownBy(in::uint).isInstanceOf(MalformedException.class);
    CborReader again = reader("3bffffffffffffffff");
    again.skip();
    again.end();
  }

  @Test
  void sixteen_levels_are_taken() {
    CborReader in = reader("81".repeat(16) + "00");
    in.skip();
    in.end();
  }

  @Test
  void a_record_is_cut_off_nowhere_without_notice() {
    byte[] message = record(new byte[] {1, 2, 3}, "text", Instant.ofEpochSecond(-5, 7), 70_000);
    for (int n = 0; n < message.length; n++) {
      int length = n;
      assertThatThrownBy(() -> read(new CborReader(message, 0, length)))
          .isInstanceOf(MalformedException.class);
    }
  }

  @Property
  void records_come_back_as_they_were(
      @ForAll byte[] bytes,
      @ForAll("texts") String text,
      @ForAll long seconds,
      @ForAll long number) {
    Instant time = Instant.ofEpochSecond(seconds % 31_556_889_864_403_199L, 999_999_999);
    byte[] message = record(bytes, text, time, number);
    Content content = read(new CborReader(message));
    assertThat(content.bytes).isEqualTo(bytes);
    assertThat(content.text).isEqualTo(text);
    assertThat(content.time).isEqualTo(time);
    assertThat(content.number).isEqualTo(number);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().filter(s -> s.codePoints().noneMatch(c -> c >>> 11 == 27));
  }

  @Property
  void any_bytes_end_with_a_value_or_a_refusal(@ForAll byte[] bytes) {
    try {
      CborReader in = new CborReader(bytes);
      in.skip();
      in.end();
    } catch (MalformedException e) {
      assertThat(e).hasMessageMatching("[a-z].*[^.]");
    }
  }

  @Test
  void a_writer_refuses_what_would_not_be_deterministic() {
    assertThatThrownBy(() -> new CborWriter().map().key(1).uint(0).key(1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new CborWriter().map().uint(0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new CborWriter().map().key(1).end())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new CborWriter().map().toByteArray())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new CborWriter().uint(1).uint(1))
        .isInstanceOf(IllegalStateException.class);
  }

  private record Content(byte[] bytes, String text, Instant time, long number) {}

  private static byte[] record(byte[] bytes, String text, Instant time, long number) {
    CborWriter out = new CborWriter().map().key(0).bytes(bytes).key(1).text(text);
    out.key(2).time(time).key(3).array().integer(number).end();
    return out.key(9).bytes16(1, 2).key(10).bytes32(1, 2, 3, 4).end().toByteArray();
  }

  private static Content read(CborReader in) {
    byte[] bytes = null;
    String text = null;
    Instant time = null;
    long number = 0;
    in.map();
    for (int key; (key = in.nextKey()) >= 0; ) {
      switch (key) {
        case 0 -> bytes = in.bytes();
        case 1 -> text = in.text();
        case 2 -> time = in.time();
        case 3 -> {
          in.array(1);
          number = in.integer();
        }
        case 9 -> assertThat(in.view(16).getLong()).isEqualTo(1);
        default -> in.skip();
      }
    }
    in.end();
    return new Content(bytes, text, time, number);
  }

  private static CborReader reader(String hex) {
    return new CborReader(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
