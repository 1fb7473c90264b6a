package io.salvor.testkit.storage;

import io.salvor.testkit.storage.RecordingStorage.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Every state in which a crash could have left a storage, derived from one trace. Wherever a change
 * began or a mark was set the process may have died: what had ended by then is there, and each
 * change that was in flight is there wholly, in part, or not at all, independently of the others.
 */
public final class CrashStates {
  /** Beyond so many combinations at one point, a sample of that size is taken. */
  private static final int COMBINATIONS = 81;

  private final MemoryStorage.Snapshot initial;
  private final List<Event> trace;
  private final Random random;

  /**
   * One state.
   *
   * @param description where the crash was and what became of the changes in flight
   * @param marks the marks that were set before it
   * @param storage the state, in a storage of its own
   */
  public record CrashState(String description, List<String> marks, MemoryStorage storage) {}

  /** What is done with each state. */
  @FunctionalInterface
  public interface Check {
    void check(CrashState state) throws Exception;
  }

  public CrashStates(MemoryStorage.Snapshot initial, List<Event> trace, long seed) {
    this.initial = initial;
    this.trace = trace;
    this.random = new Random(seed);
  }

  /** Gives each state in turn; returns how many there were. */
  public int forEach(Check check) throws Exception {
    MemoryStorage settled = MemoryStorage.of(initial);
    Map<Long, Operation> inFlight = new LinkedHashMap<>();
    List<String> marks = new ArrayList<>();
    int count = 0;
    for (int i = 0; i < trace.size(); i++) {
      boolean interesting = false;
      switch (trace.get(i)) {
        case Event.Began(long number, Operation operation) -> {
          if (operation.changes()) {
            inFlight.put(number, operation);
            interesting = true;
          }
        }
        case Event.Ended(long number, Operation operation, boolean succeeded) -> {
          // What failed may still be done or not, then and for ever.
          if (operation.changes() && succeeded) {
            inFlight.remove(number);
            apply(settled, operation, Extent.WHOLE);
          }
        }
        case Event.Marked(String label) -> {
          marks.add(label);
          interesting = true;
        }
      }
      if (interesting || i == trace.size() - 1) {
        count += states(i, settled, List.copyOf(inFlight.values()), List.copyOf(marks), check);
      }
    }
    return count;
  }

  private int states(
      int event, MemoryStorage settled, List<Operation> inFlight, List<String> marks, Check check)
      throws Exception {
    Extent[] extents = Extent.values();
    double all = Math.pow(extents.length, inFlight.size());
    int count = (int) Math.min(all, COMBINATIONS);
    for (int i = 0; i < count; i++) {
      MemoryStorage storage = MemoryStorage.of(settled.snapshot());
      StringBuilder description = new StringBuilder("crash after event " + event);
      int rest = i;
      for (Operation operation : inFlight) {
        int choice = all <= COMBINATIONS ? rest % extents.length : random.nextInt(extents.length);
        rest /= extents.length;
        apply(storage, operation, extents[choice]);
        description.append("; ").append(operation).append(": ").append(extents[choice]);
      }
      check.check(new CrashState(description.toString(), marks, storage));
    }
    return count;
  }

  private void apply(MemoryStorage storage, Operation operation, Extent extent) throws IOException {
    switch (operation) {
      case Operation.Put put when extent != Extent.NOTHING -> {
        byte[] bytes = put.bytes();
        boolean whole = extent == Extent.WHOLE || bytes.length == 0;
        int length = whole ? bytes.length : random.nextInt(bytes.length);
        storage.put(put.name(), Arrays.copyOf(bytes, length));
      }
      case Operation.Delete delete when extent == Extent.WHOLE -> storage.delete(delete.name());
      default -> {}
    }
  }
}
