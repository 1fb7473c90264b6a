package io.salvor.engine.retention;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one set of rules keeps; a backup stays if any of them takes it.
 *
 * @param last so many of the newest
 * @param slots of how many of the latest hours, days, weeks, months, years that have a backup the
 *     newest stays; a complete one before a partial one
 * @param within what was begun so long before the source's newest backup, or later
 * @param olderThan what is younger stays whatever the others say; null: only they decide
 */
public record Keep(
    int last, Map<Slot, Integer> slots, @Nullable Age within, @Nullable Age olderThan) {

  /** No rule. */
  public static final Keep NOTHING = new Keep(0, Map.of(), null, null);

  public Keep {
    EnumMap<Slot, Integer> copy = new EnumMap<>(Slot.class);
    slots.forEach(
        (slot, n) -> {
          if (n < 0) {
            throw new IllegalArgumentException("fewer than none: " + n);
          }
          if (n > 0) {
            copy.put(slot, n);
          }
        });
    slots = Map.copyOf(copy);
    if (last < 0) {
      throw new IllegalArgumentException("fewer than none: " + last);
    }
  }

  /** Whether nothing is said at all, so that nothing may be decided. */
  public boolean isEmpty() {
    return last == 0 && slots.isEmpty() && within == null && olderThan == null;
  }

  /** How a person would write it. */
  public String text() {
    StringBuilder text = new StringBuilder();
    if (last > 0) {
      text.append(" --keep-last ").append(last);
    }
    for (Slot slot : Slot.values()) {
      Integer n = slots.get(slot);
      if (n != null) {
        text.append(" --keep-").append(slot.word()).append(' ').append(n);
      }
    }
    if (within != null) {
      text.append(" --keep-within ").append(within);
    }
    if (olderThan != null) {
      text.append(" --older-than ").append(olderThan);
    }
    return text.toString().strip();
  }
}
