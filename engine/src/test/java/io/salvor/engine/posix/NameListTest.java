package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NameListTest {

  private static NameList of(List<byte[]> names) {
    NameList list = new NameList();
    for (byte[] name : names) {
      list.add(MemorySegment.ofArray(name), 0, name.length, null);
    }
    return list;
  }

  private static List<byte[]> random(int count, int seed) {
    Random random = new Random(seed);
    List<byte[]> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] name = new byte[1 + random.nextInt(seed % 2 == 0 ? 3 : 255)];
      random.nextBytes(name);
      names.add(name);
    }
    return names;
  }

  @Test
  void keepsWhatWasAddedAndSortsIt() {
    for (int seed = 0; seed < 40; seed++) {
      List<byte[]> names = random(seed * 37, seed);
      NameList list = of(names);
      assertThat(list).containsExactlyElementsOf(names);
      names.sort(Arrays::compareUnsigned);
      List<byte[]> once = new ArrayList<>();
      for (byte[] name : names) {
        if (once.isEmpty() || !Arrays.equals(once.getLast(), name)) {
          once.add(name);
        }
      }
      assertThat(list.sort()).containsExactlyElementsOf(once);
    }
  }

  @Test
  void keepsANameThatWasListedTwiceOnce() {
    byte[] a = {'a'};
    byte[] b = {'b'};
    assertThat(of(List.of(b, a, b, a, b)).sort()).containsExactly(a, b);
  }

  @Test
  void sortsWhatIsSortedOrReversed() {
    List<byte[]> names = random(1000, 3);
    names.sort(Arrays::compareUnsigned);
    assertThat(of(names).sort()).containsExactlyElementsOf(names);
    assertThat(of(names.reversed()).sort()).containsExactlyElementsOf(names);
  }

  @Test
  void remembersKinds() {
    NameList list = new NameList();
    MemorySegment name = MemorySegment.ofArray(new byte[] {'x', 'y', 'z'});
    list.add(name, 1, 1, Kind.SOCKET);
    list.add(name, 0, 3, null);
    assertThat(list.kindHint(0)).isEqualTo(Kind.SOCKET);
    assertThat(list.kindHint(1)).isNull();
    assertThat(list.get(0)).containsExactly('y');
  }

  @Test
  void holdsAMillionNamesInTensOfMebibytes() {
    NameList list = new NameList();
    byte[] name = new byte[20];
    MemorySegment segment = MemorySegment.ofArray(name);
    Random random = new Random(7);
    for (int i = 0; i < 1_000_000; i++) {
      random.nextBytes(name);
      list.add(segment, 0, name.length, Kind.FILE);
    }
    assertThat(list.bytes()).isLessThan(32L << 20);
    list.sort();
    for (int i = 1; i < list.size(); i++) {
      assertThat(RawNames.compare(list.get(i - 1), list.get(i)) <= 0).isTrue();
    }
  }

  @Test
  void refusesAnIndexOutside() {
    NameList list = of(List.of(new byte[] {1}));
    assertThatThrownBy(() -> list.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> list.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
