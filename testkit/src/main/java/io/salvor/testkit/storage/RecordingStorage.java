package io.salvor.testkit.storage;

import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a trace of when each operation began and ended, with marks that the test sets, for instance
 * when a backup is acknowledged. Content that was put is kept too.
 */
public final class RecordingStorage extends ObservedStorage {
  private final List<Event> trace = new ArrayList<>();
  private long last;

  /** One line of the trace. Began and ended carry the same number. */
  public sealed interface Event {
    record Began(long number, Operation operation) implements Event {}

    record Ended(long number, Operation operation, boolean succeeded) implements Event {}

    record Marked(String label) implements Event {}
  }

  public RecordingStorage(Storage inner) {
    super(inner);
  }

  /** Notes something that is not an operation. */
  public void mark(String label) {
    add(new Event.Marked(label));
  }

  /** Everything so far, in the order in which it happened. */
  public synchronized List<Event> trace() {
    return List.copyOf(trace);
  }

  /** The operations in the order in which they began. */
  public List<Operation> operations() {
    return trace().stream()
        .filter(Event.Began.class::isInstance)
        .map(event -> ((Event.Began) event).operation())
        .toList();
  }

  private synchronized void add(Event event) {
    trace.add(event);
  }

  private synchronized long begin(Operation operation) {
    last++;
    trace.add(new Event.Began(last, operation));
    return last;
  }

  @Override
  <T> T perform(Operation operation, Action<T> action) throws IOException {
    long number = begin(operation);
    boolean succeeded = false;
    try {
      T result = action.run();
      succeeded = true;
      return result;
    } finally {
      add(new Event.Ended(number, operation, succeeded));
    }
  }
}
