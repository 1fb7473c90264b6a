package io.salvor.testkit.model;

import static io.salvor.testkit.model.Scenario.Event.ADOPT;
import static io.salvor.testkit.model.Scenario.Event.CRASH;
import static io.salvor.testkit.model.Scenario.Event.FORGET;
import static io.salvor.testkit.model.Scenario.Event.GIVE_UP;
import static io.salvor.testkit.model.Scenario.Event.HONEST_MARK;
import static io.salvor.testkit.model.Scenario.Event.INDEX_FIRST;
import static io.salvor.testkit.model.Scenario.Event.LISTING_LAG;
import static io.salvor.testkit.model.Scenario.Event.MERGE;
import static io.salvor.testkit.model.Scenario.Event.MERGE_CONDEMNATIONS;
import static io.salvor.testkit.model.Scenario.Event.RESUME;
import static io.salvor.testkit.model.Scenario.Event.TIDY;
import static io.salvor.testkit.model.Searches.A;
import static io.salvor.testkit.model.Searches.AB;
import static io.salvor.testkit.model.Searches.B;
import static io.salvor.testkit.model.Searches.holds;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.testkit.model.ledger.Ledger;
import io.salvor.testkit.model.ledger.Ledger.Part;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** With all rules nothing goes wrong, and everybody can finish. */
final class ProtocolTest {

  static Stream<Arguments> scenarios() {
    Scenario one = Scenario.of(AB);
    Scenario sleeping = one.runs(2, 1).with(GIVE_UP);
    return Stream.of(
        Arguments.of("one writer, a crash, a session given up", sleeping.with(CRASH, FORGET)),
        Arguments.of("the same, session objects deleted", sleeping.with(CRASH, FORGET, TIDY)),
        Arguments.of("two backups, sleep, adoption", one.runs(3, 2).with(GIVE_UP, FORGET, ADOPT)),
        Arguments.of("an honest mark", sleeping.with(HONEST_MARK, CRASH, FORGET)),
        Arguments.of("two writers", Scenario.of(AB, B).with(FORGET)),
        Arguments.of("two writers, one takes up", Scenario.of(AB, AB).with(FORGET, RESUME)),
        Arguments.of("two pruners, or one restarted", one.pruners(2).with(FORGET)),
        Arguments.of("two pruners, sleep", Scenario.of(A).pruners(2).with(GIVE_UP, FORGET)),
        Arguments.of("segments are merged", sleeping.with(FORGET, MERGE)),
        Arguments.of("merged, an honest mark", one.with(HONEST_MARK, FORGET, MERGE, LISTING_LAG)),
        Arguments.of("merged, two pruners", Scenario.of(A).pruners(2).with(FORGET, MERGE)),
        Arguments.of("condemnations are merged", one.pruners(2).with(FORGET, MERGE_CONDEMNATIONS)),
        Arguments.of("merged late", one.with(FORGET, LISTING_LAG, MERGE_CONDEMNATIONS)),
        Arguments.of("packs leave the index first", one.pruners(2).with(FORGET, INDEX_FIRST)),
        Arguments.of("listing lag, sleep", sleeping.with(LISTING_LAG, FORGET)),
        Arguments.of("listing lag, adoption", one.with(LISTING_LAG, GIVE_UP, ADOPT)),
        Arguments.of("listing lag, two pruners", Scenario.of(A).pruners(2).with(LISTING_LAG)));
  }

  static Stream<Arguments> largeScenarios() {
    return Stream.of(
        Arguments.of("two writers, sleep", Scenario.of(AB, B).with(GIVE_UP, FORGET)),
        Arguments.of(
            "an honest mark, two pruners",
            Scenario.of(AB).runs(2, 1).pruners(2).with(HONEST_MARK, GIVE_UP, FORGET)),
        Arguments.of("two writers, two backups", Scenario.of(AB, B).runs(2, 2)),
        Arguments.of("two writers, two pruners", Scenario.of(AB, B).pruners(2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void nothingIsLost(String title, Scenario scenario) {
    holds(title, new Protocol(scenario));
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}")
  @MethodSource("largeScenarios")
  void nothingIsLostInLargerBounds(String title, Scenario scenario) {
    holds(title, new Protocol(scenario));
  }

  @Test
  void everyLossIsNoticedAndNoAlarmIsFalse() {
    holds("ledger, forgetting", new Ledger(Set.of(Part.REMOVER, Part.ADVERSARY)));
    holds("ledger, two holders", new Ledger(Set.of(Part.SECOND_HOLDER, Part.REMOVER)));
    holds(
        "ledger, two holders, summing up", new Ledger(Set.of(Part.SECOND_HOLDER, Part.SUMMARIZER)));
    holds("ledger, summing up", new Ledger(Set.of(Part.REMOVER, Part.SUMMARIZER, Part.ADVERSARY)));
    holds(
        "ledger, two sum up",
        new Ledger(Set.of(Part.REMOVER, Part.SUMMARIZER, Part.SECOND_SUMMARIZER)));
  }

  /** Rules that only save work can all be missing at once: no backup is lost. */
  @Test
  void onlySafetyRulesProtectBackups() {
    Rule[] others =
        Arrays.stream(Rule.values())
            .filter(r -> r.stake() == Rule.Stake.WORK || r.stake() == Rule.Stake.SPARE)
            .toArray(Rule[]::new);
    Scenario sleeping = Scenario.of(AB).runs(2, 1).with(GIVE_UP, FORGET);
    Scenario restarted = Scenario.of(AB).pruners(2).with(FORGET);
    Scenario two = Scenario.of(AB, B).with(FORGET);
    for (Scenario scenario : new Scenario[] {sleeping, restarted, two}) {
      holds("without work and spare rules", new Protocol(scenario.without(others), true));
    }
  }

  /** A search that never gets anywhere would hold, too. */
  @Test
  void theSearchReachesWhatItIsAbout() {
    Set<String> steps =
        steps(new Protocol(Scenario.of(AB).runs(2, 1).with(GIVE_UP, FORGET, ADOPT, TIDY)));
    assertThat(steps)
        .contains(
            "writer 1 reads revocations: not revoked; acknowledges backup 1",
            "writer 1 reads revocations: not revoked; acknowledges backup 2",
            "writer 1 reads revocations: revoked; begins again",
            "writer 1 stores pack 2 {a,b}",
            "pruner 1 closes sessions [1], accepts []",
            "pruner 1 closes sessions [1], accepts [1]",
            "pruner 1 copies {a,b} to pack 5",
            "pruner 1 deletes packs [0,1]",
            "adopter reads revocations: not revoked, adopts it",
            "adopter reads revocations: revoked, leaves it",
            "forgetter deletes manifest 1");
    assertThat(steps(new Protocol(Scenario.of(A).pruners(2))))
        .contains("pruner 2 finds a pack gone that it was to copy, and stops");
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void eachRuleHasATestNamedForIt(Rule rule) {
    String[] words = rule.name().toLowerCase(Locale.ROOT).split("_", -1);
    String name =
        words[0]
            + Arrays.stream(words)
                .skip(1)
                .map(w -> w.substring(0, 1).toUpperCase(Locale.ROOT) + w.substring(1))
                .collect(Collectors.joining());
    Class<?> tests =
        rule.stake() == Rule.Stake.NOTICE ? LedgerRulesTest.class : ProtocolRulesTest.class;
    assertThat(tests.getDeclaredMethods()).anyMatch(method -> method.getName().equals(name));
  }

  private static Set<String> steps(Model model) {
    Set<String> seen = new HashSet<>();
    Model listening =
        new Model() {
          @Override
          public int[] first() {
            return model.first();
          }

          @Override
          public void expand(int[] state, Steps steps) {
            model.expand(
                state,
                (String who, Supplier<String> what, int[] next) -> {
                  seen.add(who + " " + what.get());
                  steps.take(who, what, next);
                });
          }

          @Override
          public @Nullable String violation(int[] state) {
            return model.violation(state);
          }

          @Override
          public boolean finished(int[] state) {
            return model.finished(state);
          }
        };
    holds("all steps", listening);
    return seen;
  }
}
