package io.salvor.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.testkit.model.Search.Outcome;
import io.salvor.testkit.model.ledger.Ledger;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Searches with their expectations; each prints what it found. */
final class Searches {
  static final int A = Scenario.A;
  static final int AB = Scenario.A + Scenario.B;
  static final int B = Scenario.B;
  private static final int LIMIT = 12_000_000;

  private Searches() {}

  /** Nothing goes wrong in any state. */
  static Outcome holds(String title, Model model) {
    Outcome outcome = Search.run(model, LIMIT);
    System.out.println(title + ": " + outcome);
    assertThat(outcome.violation()).as(outcome.toString()).isNull();
    return outcome;
  }

  static void holds(Scenario scenario, Rule... without) {
    holds("without " + List.of(without), new Protocol(scenario.without(without)));
  }

  /** With all rules nothing goes wrong; without these, something does. */
  static void breaks(String expected, Scenario scenario, Rule... without) {
    holds("with all rules", new Protocol(scenario));
    fails(expected, new Protocol(scenario.without(without)), without);
  }

  static void breaks(String expected, Set<Ledger.Part> parts, Rule without) {
    holds("with all rules", new Ledger(parts));
    fails(expected, new Ledger(parts, without), without);
  }

  private static void fails(String expected, Model model, Rule... without) {
    Outcome outcome = Search.run(model, LIMIT);
    System.out.println("without " + Arrays.toString(without) + ": " + outcome);
    assertThat(outcome.violation()).isNotNull().contains(expected);
    assertThat(outcome.trace()).hasSize(outcome.depth());
  }
}
