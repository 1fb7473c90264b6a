package io.salvor.testkit.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Exhaustive breadth-first search of a {@link Model}: every interleaving of its steps, each state
 * once. The first violation found is one with the fewest steps.
 */
public final class Search {

  /**
   * What a search found.
   *
   * @param states number of different states met
   * @param depth steps on the way to the violation, or on the longest of the shortest ways
   * @param violation what went wrong, or null when nothing does in any state
   * @param trace the shortest way to the violation, one line per step; empty without one
   */
  public record Outcome(int states, int depth, @Nullable String violation, List<String> trace) {
    public Outcome {
      trace = List.copyOf(trace);
    }

    @Override
    public String toString() {
      if (violation == null) {
        return "no violation in " + states + " states, depth " + depth;
      }
      StringBuilder text = new StringBuilder(violation);
      text.append(" (after ").append(depth).append(" steps, ").append(states).append(" states)");
      for (int i = 0; i < trace.size(); i++) {
        text.append(String.format("%n  %2d  %s", i + 1, trace.get(i)));
      }
      return text.toString();
    }
  }

  private final Model model;
  private final int limit;
  private final Visited visited = new Visited();
  private final Deque<int[]> frontier = new ArrayDeque<>();

  private Search(Model model, int limit) {
    this.model = model;
    this.limit = limit;
  }

  /**
   * Searches {@code model} to its end or to its first violation.
   *
   * @param limit number of states beyond which the search gives up
   * @throws IllegalStateException beyond that number: the bounds of the model are too wide
   */
  public static Outcome run(Model model, int limit) {
    return new Search(model, limit).run();
  }

  private Outcome run() {
    int[] first = model.first();
    visited.add(first, -1);
    frontier.add(first);
    String wrong = model.violation(first);
    if (wrong != null) {
      return outcome(0, wrong);
    }
    Expansion expansion = new Expansion();
    for (int number = 0; !frontier.isEmpty(); number++) {
      int[] state = frontier.remove();
      expansion.begin(number);
      model.expand(state, expansion);
      if (expansion.wrong != null) {
        return outcome(visited.size() - 1, expansion.wrong);
      }
      if (expansion.steps == 0 && !model.finished(state)) {
        return outcome(number, "stuck: nobody can take a step, yet not everybody has finished");
      }
      if (visited.size() > limit) {
        throw new IllegalStateException("more than " + limit + " states");
      }
    }
    return outcome(visited.size() - 1, null);
  }

  private Outcome outcome(int number, @Nullable String wrong) {
    List<Integer> way = new ArrayList<>();
    for (int n = number; n >= 0; n = visited.parent(n)) {
      way.add(n);
    }
    Collections.reverse(way);
    return new Outcome(
        visited.size(), way.size() - 1, wrong, wrong == null ? List.of() : replay(way));
  }

  /** Takes the steps of one way again, now with their words. */
  private List<String> replay(List<Integer> way) {
    List<String> lines = new ArrayList<>();
    int[][] state = {model.first()};
    for (int number : way.subList(1, way.size())) {
      int[] from = state[0];
      int before = lines.size();
      model.expand(
          from,
          (who, what, next) -> {
            if (lines.size() == before && visited.is(next, number)) {
              lines.add(String.format("%-9s %s", who, what.get()));
              state[0] = next;
            }
          });
    }
    return lines;
  }

  /** Takes in the steps out of one state; stops looking after the first violation. */
  private final class Expansion implements Model.Steps {
    private int parent;
    private int steps;
    private @Nullable String wrong;

    void begin(int number) {
      parent = number;
      steps = 0;
    }

    @Override
    public void take(String who, Supplier<String> what, int[] next) {
      steps++;
      if (wrong == null && visited.add(next, parent)) {
        wrong = model.violation(next);
        frontier.add(next);
      }
    }
  }
}
