package io.salvor.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {
  @Provide
  Arbitrary<byte[]> names() {
    Arbitrary<Byte> bytes =
        Arbitraries.oneOf(
            Arbitraries.of((byte) '\\', (byte) 'x', (byte) '/', (byte) 0xc2, (byte) 0xc3),
            Arbitraries.of((byte) 0xe2, (byte) 0x80, (byte) 0xae, (byte) 0xf0, (byte) 0x9f),
            Arbitraries.bytes());
    return bytes.array(byte[].class).ofMinSize(1).ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<byte[]>> tuples() {
    return names().list().ofMaxSize(4);
  }

  @Property
  void aKeyComesBackFromItsText(@ForAll("tuples") List<byte[]> parts) {
    Key key = Key.of(parts.toArray(new byte[0][]));
    String text = KeyText.format(key);
    assertThat(KeyText.parse(text)).isEqualTo(key);
    assertThat(text.chars()).noneMatch(Character::isISOControl);
  }

  @Property
  void aNameComesBackFromItsText(@ForAll("names") byte[] name) {
    String text = KeyText.name(name);
    assertThat(KeyText.bytes(text)).isEqualTo(name);
    assertThat(text.chars()).noneMatch(Character::isISOControl);
  }

  @Property
  void anyTextIsReadOrRefused(@ForAll String text) {
    try {
      Key key = KeyText.parse(text);
      assertThat(KeyText.parse(KeyText.format(key))).isEqualTo(key);
    } catch (IllegalArgumentException e) {
      assertThat(text).contains("\\");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "shop/app/config.yml, shop/app/config.yml",
    "/etc//hosts/, etc/hosts",
    "caf\u00e9/\u65e5\u672c, caf\u00e9/\u65e5\u672c",
    "\\xc3\\xa9, \u00e9",
    "\\xff\\xFE, \\xff\\xfe",
    "a\\\\b, a\\\\b",
    "a\\x2fb, a\\x2fb",
    "\\x1b[31m, \\x1b[31m",
    "\\xc2\\x9b31m, \\xc2\\x9b31m",
    "\\xed\\xa0\\x80, \\xed\\xa0\\x80",
    "\\xc0\\xaf, \\xc0\\xaf",
    "'', ''",
  })
  void textIsWrittenInOneWay(String in, String out) {
    assertThat(KeyText.format(KeyText.parse(in))).isEqualTo(out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\\", "\\n", "\\x", "\\x4", "\\xzz", "a/\\u0041", "\\X41"})
  void anEscapeThatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> KeyText.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSlashInANameStaysOne() {
    assertThat(KeyText.name(new byte[] {0x2f, 0x61, 0x2f})).isEqualTo("/a/");
  }
}
