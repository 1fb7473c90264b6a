package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RawNamesTest {

  private static String display(String hex) {
    return RawNames.display(HexFormat.of().parseHex(hex));
  }

  @Test
  void showsTextAsItIs() {
    assertThat(RawNames.display(RawNames.of("übung 日本 😀.txt"))).isEqualTo("übung 日本 😀.txt");
    assertThat(RawNames.display(new byte[0])).isEmpty();
  }

  @Test
  void showsOtherBytesByNumber() {
    assertThat(display("61ff62")).isEqualTo("a\\xffb");
    assertThat(display("c3")).isEqualTo("\\xc3");
    assertThat(display("e697")).isEqualTo("\\xe6\\x97");
    assertThat(display("eda080")).isEqualTo("\\xed\\xa0\\x80");
    assertThat(display("c0af")).isEqualTo("\\xc0\\xaf");
  }

  @Test
  void showsBackslashesDoubledAndControlsByNumber() {
    assertThat(display("615c786666")).isEqualTo("a\\\\xff");
    assertThat(display("610a1b5b")).isEqualTo("a\\x0a\\x1b[");
    assertThat(display("c29b")).isEqualTo("\\xc2\\x9b");
  }
}
