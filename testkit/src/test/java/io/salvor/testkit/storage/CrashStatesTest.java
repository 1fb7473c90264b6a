package io.salvor.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.storage.ObjectName;
import io.salvor.testkit.storage.CrashStates.CrashState;
import io.salvor.testkit.storage.RecordingStorage.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CrashStatesTest {
  private static final ObjectName A = new ObjectName("a");
  private static final ObjectName B = new ObjectName("b");

  @Test
  void oneAfterTheOtherMeansThatTheFirstIsThereWhenTheSecondIs() throws Exception {
    RecordingStorage storage = new RecordingStorage(new MemoryStorage());
    storage.put(A, new byte[10]);
    storage.mark("acknowledged");
    storage.find(A);
    storage.put(B, new byte[10]);
    storage.delete(A);

    Set<String> seen = new HashSet<>();
    List<CrashState> states = new ArrayList<>();
    int count =
        new CrashStates(MemoryStorage.Snapshot.EMPTY, storage.trace(), 1)
            .forEach(
                state -> {
                  states.add(state);
                  seen.add(shape(state));
                });
    assertThat(count).isEqualTo(states.size());
    assertThat(seen).containsExactlyInAnyOrder("", "a~", "a", "a b~", "a b", "b");
    assertThat(states)
        .filteredOn(state -> state.marks().contains("acknowledged"))
        .isNotEmpty()
        .allSatisfy(
            state ->
                assertThat(
                        state.storage().find(A).isPresent() || state.storage().find(B).isPresent())
                    .isTrue());
  }

  @Test
  void whatIsInFlightTogetherIsThereInAnyCombination() throws Exception {
    Operation a = new Operation.Put(A, new byte[10]);
    Operation b = new Operation.Put(B, new byte[10]);
    List<Event> trace =
        List.of(
            new Event.Began(1, a),
            new Event.Began(2, b),
            new Event.Ended(2, b, true),
            new Event.Ended(1, a, false));
    Set<String> seen = new HashSet<>();
    new CrashStates(MemoryStorage.Snapshot.EMPTY, trace, 1)
        .forEach(state -> seen.add(shape(state)));
    assertThat(seen)
        .containsExactlyInAnyOrder("", "a~", "a", "b~", "b", "a~ b~", "a~ b", "a b~", "a b");
  }

  @Test
  void manyInFlightAreSampled() throws Exception {
    List<Event> trace = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      trace.add(new Event.Began(i, new Operation.Put(new ObjectName("o" + i), new byte[10])));
    }
    Set<String> seen = new HashSet<>();
    int count =
        new CrashStates(MemoryStorage.Snapshot.EMPTY, trace, 1)
            .forEach(state -> seen.add(shape(state)));
    assertThat(count).isEqualTo(3 + 9 + 27 + 81 * 9);
    assertThat(seen).hasSizeGreaterThan(400);
  }

  @Test
  void theStateBeforeTheTraceIsKept() throws Exception {
    MemoryStorage before = new MemoryStorage();
    before.put(A, new byte[10]);
    List<Event> trace = List.of(new Event.Began(1, new Operation.Delete(A)));
    Set<String> seen = new HashSet<>();
    new CrashStates(before.snapshot(), trace, 1).forEach(state -> seen.add(shape(state)));
    assertThat(seen).containsExactlyInAnyOrder("a", "");
  }

  /** The names of the objects, torn ones with a tilde. */
  private static String shape(CrashState state) {
    List<String> shapes = new ArrayList<>();
    state.storage().list("", object -> shapes.add(object.name() + (object.size() < 10 ? "~" : "")));
    return String.join(" ", shapes);
  }
}
