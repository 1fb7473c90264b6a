package io.salvor.provider.postgresql.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.tree.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PositionsTest {
  private static List<Key> keys(int... numbers) {
    return IntStream.of(numbers).mapToObj(n -> Key.of("k" + n)).toList();
  }

  @Test
  void theyAscendWhateverTheOrderWasBefore() {
    Random random = new Random(1);
    Map<Key, Long> before = Map.of();
    List<Key> order = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      order.add(random.nextInt(order.size() + 1), Key.of("k" + i));
      if (i % 10 == 0) {
        order.add(random.nextInt(order.size()), order.remove(random.nextInt(order.size())));
      }
      Map<Key, Long> now = Positions.assign(order, before);
      assertThat(order.stream().map(now::get)).isSorted().doesNotHaveDuplicates();
      before = now;
    }
  }

  @Test
  void oneMoreOrLessLeavesTheOthersWhereTheyWere() {
    Map<Key, Long> before = Positions.assign(keys(1, 2, 3, 4), Map.of());
    Map<Key, Long> now = Positions.assign(keys(0, 1, 3, 9, 4), before);
    for (Key same : keys(1, 3, 4)) {
      assertThat(now.get(same)).isEqualTo(before.get(same));
    }
  }

  @Test
  void whereThereIsNoRoomAllAreNumberedAnew() {
    Map<Key, Long> tight = new HashMap<>();
    keys(1, 2).forEach(key -> tight.put(key, 1L + tight.size()));
    Map<Key, Long> now = Positions.assign(keys(1, 9, 2), tight);
    assertThat(keys(1, 9, 2).stream().map(now::get)).isSorted().doesNotHaveDuplicates();
  }
}
