package io.salvor.testkit.protocol;

import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.RecordingStorage.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What one process has done, in an order that allows to ask what came before what.
 *
 * @param steps in the order in which they began
 */
public record Recording(List<Step> steps) {

  /**
   * An operation, or a mark of the test.
   *
   * @param name the object's, the listing's prefix, or the mark
   * @param began its place among all beginnings and ends
   * @param ended likewise; beyond everything if it never has
   */
  public record Step(Verb verb, String name, int began, int ended) {
    /** Whether this had ended when the other began. */
    boolean before(Step other) {
      return ended < other.began;
    }

    @Override
    public String toString() {
      return verb.name().toLowerCase(java.util.Locale.ROOT) + " " + name;
    }
  }

  /** What was done. */
  public enum Verb {
    PUT,
    DELETE,
    READ,
    FIND,
    LIST,
    MARK
  }

  public Recording {
    steps = List.copyOf(steps);
  }

  /** Reads a trace; operations that failed are left out. */
  public static Recording of(List<Event> trace) {
    Map<Long, Integer> began = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < trace.size(); i++) {
      switch (trace.get(i)) {
        case Event.Began(long number, Operation _) -> began.put(number, i);
        case Event.Ended(long number, Operation operation, boolean succeeded) -> {
          if (succeeded) {
            steps.add(step(operation, began.getOrDefault(number, i), i));
          }
        }
        case Event.Marked(String label) -> steps.add(new Step(Verb.MARK, label, i, i));
      }
    }
    steps.sort((x, y) -> Integer.compare(x.began(), y.began()));
    return new Recording(steps);
  }

  private static Step step(Operation operation, int began, int ended) {
    return switch (operation) {
      case Operation.Put put -> new Step(Verb.PUT, put.name().value(), began, ended);
      case Operation.Delete delete -> new Step(Verb.DELETE, delete.name().value(), began, ended);
      case Operation.Get get -> new Step(Verb.READ, get.name().value(), began, ended);
      case Operation.GetRange get -> new Step(Verb.READ, get.name().value(), began, ended);
      case Operation.Find find -> new Step(Verb.FIND, find.name().value(), began, ended);
      case Operation.Listing list -> new Step(Verb.LIST, list.prefix(), began, ended);
    };
  }

  /** Steps of one kind. */
  List<Step> all(Verb verb, Predicate<String> name) {
    return steps.stream().filter(s -> s.verb() == verb && name.test(s.name())).toList();
  }

  /** Steps on objects below a prefix. */
  List<Step> all(Verb verb, String prefix) {
    return all(verb, name -> name.startsWith(prefix));
  }

  /** Whether a step of this kind lies wholly between two others. */
  boolean isBetween(Step first, Verb verb, Predicate<String> name, Step last) {
    return all(verb, name).stream().anyMatch(s -> first.before(s) && s.before(last));
  }
}
