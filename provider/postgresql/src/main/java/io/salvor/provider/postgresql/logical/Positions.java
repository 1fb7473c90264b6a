package io.salvor.provider.postgresql.logical;

import io.salvor.engine.tree.Key;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers that ascend in the order in which objects are made, and are those of the backup before as
 * far as they can be: one new object does not make all others look changed.
 */
final class Positions {
  private static final long GAP = 1L << 20;

  private Positions() {}

  /** Numbers for keys in their order, given what they had. */
  static Map<Key, Long> assign(List<Key> order, Map<Key, Long> before) {
    long[] numbers = new long[order.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Math.max(0, before.getOrDefault(order.get(i), 0L));
    }
    keepLongestAscending(numbers);
    if (!fill(numbers)) {
      Arrays.fill(numbers, 0);
      boolean _ = fill(numbers);
    }
    Map<Key, Long> positions = new HashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      positions.put(order.get(i), numbers[i]);
    }
    return positions;
  }

  /** Gives numbers to those that have 0; false if there is no room between two others. */
  private static boolean fill(long[] numbers) {
    long last = 0;
    for (int i = 0; i < numbers.length; ) {
      int end = i;
      while (end < numbers.length && numbers[end] == 0) {
        end++;
      }
      long step = end == numbers.length ? GAP : (numbers[end] - last) / (end - i + 1);
      if (step <= 0) {
        return false;
      }
      for (; i < end; i++) {
        last += step;
        numbers[i] = last;
      }
      if (i < numbers.length) {
        last = numbers[i++];
      }
    }
    return true;
  }

  /** Sets to 0 what does not belong to a longest sequence that ascends. */
  private static void keepLongestAscending(long[] numbers) {
    // Of the sequences of each length, where the one with the least end has it.
    int[] ends = new int[numbers.length];
    int[] previous = new int[numbers.length];
    int length = 0;
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] == 0) {
        continue;
      }
      int low = 0;
      int high = length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (numbers[ends[middle]] < numbers[i]) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      previous[i] = low == 0 ? -1 : ends[low - 1];
      ends[low] = i;
      length = Math.max(length, low + 1);
    }
    boolean[] kept = new boolean[numbers.length];
    for (int i = length == 0 ? -1 : ends[length - 1]; i >= 0; i = previous[i]) {
      kept[i] = true;
    }
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = kept[i] ? numbers[i] : 0;
    }
  }
}
