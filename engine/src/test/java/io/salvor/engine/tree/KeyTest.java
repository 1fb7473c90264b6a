package io.salvor.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTest {
  @Provide
  Arbitrary<List<byte[]>> tuples() {
    Arbitrary<Byte> bytes =
        Arbitraries.oneOf(
            Arbitraries.of((byte) 0, (byte) 1, (byte) 2, (byte) 3, (byte) '/', (byte) '\\'),
            Arbitraries.bytes());
    return bytes.array(byte[].class).ofMinSize(1).ofMaxSize(6).list().ofMaxSize(5);
  }

  @Property
  void partsComeBackAsTheyWere(@ForAll("tuples") List<byte[]> parts) {
    Key key = Key.of(parts.toArray(new byte[0][]));
    assertThat(key.parts())
        .usingElementComparator(Arrays::compare)
        .containsExactlyElementsOf(parts);
    assertThat(key.depth()).isEqualTo(parts.size());
    assertThat(Key.decode(key.encoded())).isEqualTo(key);
  }

  @Property
  void orderIsThatOfTheTuples(@ForAll("tuples") List<byte[]> a, @ForAll("tuples") List<byte[]> b) {
    int expected = 0;
    for (int i = 0; expected == 0 && i < Math.min(a.size(), b.size()); i++) {
      expected = Arrays.compareUnsigned(a.get(i), b.get(i));
    }
    if (expected == 0) {
      expected = a.size() - b.size();
    }
    Key left = Key.of(a.toArray(new byte[0][]));
    Key right = Key.of(b.toArray(new byte[0][]));
    assertThat(Integer.signum(left.compareTo(right))).isEqualTo(Integer.signum(expected));
  }

  @Property
  void aKeyCoversWhatBeginsWithItsParts(
      @ForAll("tuples") List<byte[]> a, @ForAll("tuples") List<byte[]> b) {
    Key left = Key.of(a.toArray(new byte[0][]));
    Key right = Key.of(b.toArray(new byte[0][]));
    boolean expected = a.size() <= b.size();
    for (int i = 0; expected && i < a.size(); i++) {
      expected = Arrays.equals(a.get(i), b.get(i));
    }
    assertThat(left.covers(right)).isEqualTo(expected);
    // The bounds that ranges are made of enclose just that.
    boolean within =
        Arrays.compareUnsigned(right.encoded(), left.encoded()) >= 0
            && (left.isRoot() || Arrays.compareUnsigned(right.encoded(), left.upperBound()) < 0);
    assertThat(within).isEqualTo(expected);
    boolean below = within && Arrays.compareUnsigned(right.encoded(), left.lowerBound()) >= 0;
    assertThat(below).isEqualTo(expected && a.size() < b.size());
    if (below) {
      Key toward = left.toward(right);
      assertThat(toward.parent()).isEqualTo(left);
      assertThat(toward.name()).isEqualTo(b.get(a.size()));
      assertThat(toward.covers(right)).isTrue();
    } else {
      assertThatThrownBy(() -> left.toward(right)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Property
  void onlyEncodingsAreDecoded(@ForAll byte[] bytes) {
    try {
      Key key = Key.decode(bytes);
      assertThat(Key.of(key.parts().toArray(new byte[0][])).encoded()).isEqualTo(bytes);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("in a key");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "6100", "0061", "610000", "01", "0100", "0103", "6101", "61000062"})
  void whatIsNoEncodingIsRefused(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> Key.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theEncodingIsThatOfTheFormat() {
    assertThat(Key.ROOT.encoded()).isEmpty();
    assertThat(Key.of("a", "b").encoded()).isEqualTo(HexFormat.of().parseHex("610062"));
    assertThat(Key.of(new byte[] {0, 1, 2}).encoded())
        .isEqualTo(HexFormat.of().parseHex("0101010202"));
  }

  @Test
  void whatLiesBelowADirectoryFollowsItAtOnce() {
    List<Key> keys = new ArrayList<>();
    for (String text :
        new String[] {"a.b", "a b", "a", "a/z", "a!", "a/b/c", "a\\x01", "a\\x00b"}) {
      keys.add(KeyText.parse(text));
    }
    keys.sort(null);
    assertThat(keys.stream().map(Key::toString))
        .containsExactly("a", "a/b/c", "a/z", "a\\x00b", "a\\x01", "a b", "a!", "a.b");
  }

  @Test
  void theRootHasNeitherParentNorName() {
    assertThat(Key.of(new byte[0][])).isEqualTo(Key.ROOT);
    assertThatThrownBy(Key.ROOT::parent).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(Key.ROOT::name).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Key.of("a", "")).isInstanceOf(IllegalArgumentException.class);
    assertThat(Key.of("a").parent()).isEqualTo(Key.ROOT);
  }
}
