package io.salvor.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.BackupType;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What holds for any rules and any backups. */
class RetentionPropertiesTest {
  private static final Instant NOW = Instant.parse("2026-03-29T12:00:00Z");
  private static final long SPAN = 3L * 365 * 86_400;

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void theNewestOfEachSourceStays(
      @ForAll("backups") List<Candidate> backups, @ForAll("rules") RetentionRules rules) {
    Set<BackupId> gone = RetentionPlan.of(backups, rules, NOW).ids();
    Map<String, Candidate> newest = new HashMap<>();
    backups.stream()
        .filter(c -> c.undoUntil() == null && c.status() != BackupStatus.FAILED)
        .sorted(Comparator.comparingLong(Candidate::sequence))
        .forEach(c -> newest.put(c.source() + " " + c.host(), c));
    assertThat(newest.values()).noneMatch(c -> gone.contains(c.id()));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsHeldIsNeverForgotten(
      @ForAll("backups") List<Candidate> backups, @ForAll("rules") RetentionRules rules) {
    assertThat(RetentionPlan.of(backups, rules, NOW).forgotten())
        .allMatch(c -> c.holds().isEmpty())
        .noneMatch(c -> c.undoUntil() != null && c.undoUntil().isAfter(NOW));
    Set<BackupId> all = Set.copyOf(backups.stream().map(Candidate::id).toList());
    assertThat(RetentionPlan.of(backups, all, NOW).forgotten()).allMatch(c -> c.holds().isEmpty());
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void doingItAgainForgetsNothingMore(
      @ForAll("backups") List<Candidate> backups, @ForAll("rules") RetentionRules rules) {
    Set<BackupId> gone = RetentionPlan.of(backups, rules, NOW).ids();
    List<Candidate> left = backups.stream().filter(c -> !gone.contains(c.id())).toList();
    assertThat(RetentionPlan.of(left, rules, NOW).ids()).isEmpty();
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void moreRulesThatKeepNeverForgetMore(
      @ForAll("backups") List<Candidate> backups,
      @ForAll("keeps") Keep one,
      @ForAll("keeps") Keep more,
      @ForAll("zones") ZoneId zone) {
    Keep both = join(one, more);
    assertThat(RetentionPlan.of(backups, RetentionRules.of(both, zone), NOW).ids())
        .isSubsetOf(RetentionPlan.of(backups, RetentionRules.of(one, zone), NOW).ids());
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void everyBackupHasADecisionWithAReason(
      @ForAll("backups") List<Candidate> backups, @ForAll("rules") RetentionRules rules) {
    assertThat(RetentionPlan.of(backups, rules, NOW).decisions())
        .hasSameSizeAs(backups)
        .allMatch(d -> !d.reasons().isEmpty());
  }

  private static Keep join(Keep one, Keep more) {
    Map<Slot, Integer> slots = new HashMap<>(one.slots());
    more.slots().forEach((slot, n) -> slots.merge(slot, n, Math::max));
    return new Keep(
        Math.max(one.last(), more.last()),
        slots,
        one.within() == null ? more.within() : one.within(),
        one.olderThan());
  }

  @Provide
  Arbitrary<List<Candidate>> backups() {
    Arbitrary<Candidate> one =
        Combinators.combine(
                Arbitraries.longs().between(0, SPAN),
                Arbitraries.of("/srv", "/home"),
                Arbitraries.of("alpha", "beta"),
                Arbitraries.of(BackupType.values()),
                Arbitraries.frequency(
                    Tuple.of(6, BackupStatus.SUCCESS),
                    Tuple.of(2, BackupStatus.PARTIAL),
                    Tuple.of(1, BackupStatus.FAILED)),
                Arbitraries.integers().between(0, 19))
            .as(
                (age, source, host, type, status, kind) ->
                    new Candidate(
                        new BackupId("20260130-150000-aaaaa"),
                        source,
                        host,
                        type,
                        status,
                        0,
                        NOW.minusSeconds(age),
                        kind == 0 ? NOW.plusSeconds(9) : kind == 1 ? NOW.minusSeconds(9) : null,
                        kind == 2 ? List.of("held by alice") : List.of()));
    // Mostly in the order of time; now and then a clock was wrong.
    return one.list()
        .ofMaxSize(40)
        .map(
            list -> {
              List<Candidate> sorted = new ArrayList<>(list);
              sorted.sort(Comparator.comparing(Candidate::started));
              if (sorted.size() > 5 && sorted.size() % 3 == 0) {
                sorted.add(0, sorted.removeLast());
              }
              List<Candidate> numbered = new ArrayList<>();
              for (Candidate c : sorted) {
                int n = numbered.size();
                numbered.add(
                    new Candidate(
                        new BackupId("20260130-1500%02d-aaaaa".formatted(n)),
                        c.source(),
                        c.host(),
                        c.type(),
                        c.status(),
                        n + 1,
                        c.started(),
                        c.undoUntil(),
                        c.holds()));
              }
              return numbered;
            });
  }

  @Provide
  Arbitrary<Keep> keeps() {
    Arbitrary<Map<Slot, Integer>> slots =
        Arbitraries.maps(Arbitraries.of(Slot.values()), Arbitraries.integers().between(0, 9));
    Arbitrary<Age> ages =
        Arbitraries.of("0d", "12h", "3d", "5w", "7m", "2y").map(Age::parse).injectNull(0.6);
    return Combinators.combine(Arbitraries.integers().between(0, 4), slots, ages, ages)
        .as(Keep::new);
  }

  @Provide
  Arbitrary<ZoneId> zones() {
    return Arbitraries.of("UTC", "Europe/Paris", "Pacific/Kiritimati", "Australia/Lord_Howe")
        .map(ZoneId::of);
  }

  @Provide
  Arbitrary<RetentionRules> rules() {
    Arbitrary<Map<BackupType, Keep>> types =
        Arbitraries.maps(Arbitraries.of(BackupType.values()), keeps()).ofMaxSize(2);
    return Combinators.combine(keeps(), types, zones()).as(RetentionRules::new);
  }
}
