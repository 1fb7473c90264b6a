package io.salvor.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.BackupType;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetentionPlanTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");

  private final List<Candidate> backups = new ArrayList<>();

  @Test
  void theLastOnesStay() {
    add("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z");
    assertThat(kept(last(2))).containsExactly(1, 2);
    assertThat(reasons(last(2), 0)).containsExactly("no rule keeps it");
    assertThat(reasons(last(2), 1)).containsExactly("last 2");
    assertThat(reasons(last(2), 2)).containsExactly("newest of its source", "last 1");
  }

  @Test
  void ofADayTheNewestStaysAndDaysWithoutABackupDoNotCount() {
    add(
        "2026-01-05T10:00:00Z",
        "2026-01-05T20:00:00Z",
        "2026-01-30T01:00:00Z",
        "2026-01-30T23:59:59Z",
        "2026-02-03T00:00:00Z");
    assertThat(kept(slot(Slot.DAILY, 2))).containsExactly(3, 4);
    assertThat(kept(slot(Slot.DAILY, 9))).containsExactly(1, 3, 4);
    assertThat(reasons(slot(Slot.DAILY, 9), 3)).containsExactly("daily 2026-01-30");
  }

  @Test
  void weeksAreThoseOfTheIsoCalendar() {
    // 2026-01-01 is a Thursday: its week began on 2025-12-29, and is the first of 2026.
    add("2025-12-28T12:00:00Z", "2025-12-29T12:00:00Z", "2026-01-04T12:00:00Z");
    add("2026-01-05T12:00:00Z");
    assertThat(kept(slot(Slot.WEEKLY, 9))).containsExactly(0, 2, 3);
    assertThat(reasons(slot(Slot.WEEKLY, 9), 0)).containsExactly("weekly 2025-W52");
    assertThat(reasons(slot(Slot.WEEKLY, 9), 2)).containsExactly("weekly 2026-W01");
  }

  @Test
  void aWeekOfYearFiftyThree() {
    add("2020-12-31T12:00:00Z", "2021-01-03T12:00:00Z", "2021-01-04T12:00:00Z");
    assertThat(kept(slot(Slot.WEEKLY, 9))).containsExactly(1, 2);
    assertThat(reasons(slot(Slot.WEEKLY, 9), 1)).containsExactly("weekly 2020-W53");
  }

  @Test
  void monthsAndYearsAreToldByTheZone() {
    add("2025-12-31T22:30:00Z", "2025-12-31T23:30:00Z", "2026-02-01T00:00:00Z");
    assertThat(kept(slot(Slot.YEARLY, 9))).containsExactly(1, 2);
    Keep yearly = slot(Slot.YEARLY, 9);
    assertThat(kept(RetentionRules.of(yearly, PARIS))).containsExactly(0, 2);
    assertThat(reasons(RetentionRules.of(yearly, PARIS), 0)).containsExactly("yearly 2025");
    assertThat(kept(RetentionRules.of(slot(Slot.MONTHLY, 2), PARIS))).containsExactly(1, 2);
  }

  @Test
  void anHourThatAClockShowsTwiceIsTwoHours() {
    // On 2026-10-25 clocks in Paris go from 03:00 +02:00 back to 02:00 +01:00.
    add("2026-10-25T00:10:00Z", "2026-10-25T00:50:00Z", "2026-10-25T01:10:00Z");
    add("2026-10-25T02:10:00Z");
    RetentionRules rules = RetentionRules.of(slot(Slot.HOURLY, 9), PARIS);
    assertThat(kept(rules)).containsExactly(1, 2, 3);
    assertThat(reasons(rules, 1)).containsExactly("hourly 2026-10-25T02:00+02:00");
    assertThat(reasons(rules, 2)).containsExactly("hourly 2026-10-25T02:00+01:00");
  }

  @Test
  void aDayOfTwentyThreeHoursIsOneDay() {
    // On 2026-03-29 clocks in Paris go from 02:00 +01:00 to 03:00 +02:00.
    add("2026-03-28T22:59:00Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:00Z");
    add("2026-03-29T22:00:00Z");
    assertThat(kept(RetentionRules.of(slot(Slot.DAILY, 9), PARIS))).containsExactly(0, 2, 3);
  }

  @Test
  void aCompleteBackupIsKeptBeforeAPartialOneOfTheSameSpan() {
    add("2026-01-30T10:00:00Z");
    add(BackupStatus.PARTIAL, "2026-01-30T11:00:00Z");
    add("2026-02-01T00:00:00Z");
    assertThat(kept(slot(Slot.DAILY, 9))).containsExactly(0, 2);
  }

  @Test
  void theNewestCompleteOneStaysBesideANewerPartialOne() {
    add("2026-01-29T10:00:00Z", "2026-01-30T10:00:00Z");
    add(BackupStatus.PARTIAL, "2026-02-01T00:00:00Z");
    add(BackupStatus.FAILED, "2026-02-02T00:00:00Z");
    assertThat(kept(olderThan("1h"))).containsExactly(1, 2);
    assertThat(reasons(olderThan("1h"), 1)).containsExactly("newest complete one of its source");
  }

  @Test
  void whatIsWithinASpanOfTheNewestStays() {
    add("2026-01-29T23:59:59Z", "2026-01-30T00:00:00Z", "2026-02-28T00:00:00Z");
    Keep within = new Keep(0, Map.of(), Age.parse("29d"), null);
    assertThat(kept(within)).containsExactly(1, 2);
    assertThat(reasons(within, 1)).containsExactly("within 29d of the newest");
  }

  @Test
  void onlyWhatIsOlderGoes() {
    add("2025-11-30T11:59:59Z", "2025-12-01T12:00:00Z", "2026-02-28T00:00:00Z");
    assertThat(kept(olderThan("3m"))).containsExactly(1, 2);
    assertThat(reasons(olderThan("3m"), 0)).containsExactly("older than 3m");
    assertThat(reasons(olderThan("3m"), 1)).containsExactly("not older than 3m");
    Keep both = new Keep(1, Map.of(), null, Age.parse("3m"));
    assertThat(kept(both)).containsExactly(1, 2);
  }

  @Test
  void sourcesAndHostsAreCountedByThemselves() {
    add("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z");
    backups.add(candidate("/other", "host", "2026-01-01T00:00:00Z"));
    backups.add(candidate("/srv", "other", "2026-01-02T00:00:00Z"));
    assertThat(kept(last(1))).containsExactly(1, 2, 3);
  }

  @Test
  void aTypeMayHaveRulesOfItsOwn() {
    add(BackupType.FULL, "2026-02-01T00:00:00Z");
    add(BackupType.INCREMENTAL, "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z");
    add(BackupType.FULL, "2026-02-04T00:00:00Z");
    add(BackupType.INCREMENTAL, "2026-02-05T00:00:00Z", "2026-02-06T00:00:00Z");
    RetentionRules own =
        new RetentionRules(last(2), Map.of(BackupType.INCREMENTAL, last(1)), ZoneOffset.UTC);
    assertThat(kept(own)).containsExactly(0, 3, 5);
    RetentionRules only =
        new RetentionRules(null, Map.of(BackupType.INCREMENTAL, last(1)), ZoneOffset.UTC);
    assertThat(kept(only)).containsExactly(0, 3, 5);
    assertThat(reasons(only, 0)).containsExactly("no rule is for type full");
  }

  @Test
  void whatIsHeldStaysWhateverTheRulesSay() {
    backups.add(
        new Candidate(
            new BackupId("20200101-000000-aaaaa"),
            "/srv",
            "host",
            BackupType.FULL,
            BackupStatus.SUCCESS,
            1,
            Instant.parse("2020-01-01T00:00:00Z"),
            null,
            List.of("held by alice: audit")));
    add("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z");
    assertThat(kept(last(1))).containsExactly(0, 2);
    assertThat(reasons(last(1), 0)).containsExactly("held by alice: audit");
  }

  @Test
  void whatUndoesARestoreGoesWhenItsTimeIsOver() {
    backups.add(undo("2026-01-01T00:00:00Z", NOW.minusSeconds(1)));
    backups.add(undo("2026-02-01T00:00:00Z", NOW.plusSeconds(1)));
    add("2026-01-02T00:00:00Z");
    assertThat(kept(last(5))).containsExactly(1, 2);
    assertThat(reasons(last(5), 0))
        .containsExactly("undoes a restore, and its time was over at " + NOW.minusSeconds(1));
  }

  @Test
  void whichIsLaterDoesNotHangOnClocks() {
    add("2027-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z");
    assertThat(kept(last(1))).containsExactly(2);
  }

  @Test
  void namedOnesGoUnlessTheyAreProtected() {
    add("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z");
    Set<BackupId> named = Set.of(backups.get(0).id(), backups.get(2).id());
    RetentionPlan plan = RetentionPlan.of(backups, named, NOW);
    assertThat(plan.ids()).containsExactly(backups.get(0).id());
    assertThat(plan.of(backups.get(1).id()).reasons()).containsExactly("it was not named");
    assertThat(plan.of(backups.get(2).id()).reasons()).containsExactly("newest of its source");
  }

  @Test
  void agesAreWrittenAsTheyAreRead() {
    assertThat(List.of("12h", "30d", "8w", "6m", "7y"))
        .allSatisfy(text -> assertThat(Age.parse(text)).hasToString(text));
    assertThatThrownBy(() -> Age.parse("30")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Age.parse("-3d")).isInstanceOf(IllegalArgumentException.class);
    assertThat(Age.parse("9999999y").before(NOW, ZoneOffset.UTC)).isBefore(Instant.EPOCH);
  }

  @Test
  void rulesAreWrittenAsAPersonWould() {
    Keep keep = new Keep(3, Map.of(Slot.DAILY, 7, Slot.YEARLY, 1), null, Age.parse("90d"));
    assertThat(keep.text())
        .isEqualTo("--keep-last 3 --keep-daily 7 --keep-yearly 1 --older-than 90d");
    assertThat(new Keep(0, Map.of(Slot.DAILY, 0), null, null).isEmpty()).isTrue();
  }

  private void add(String... times) {
    for (String time : times) {
      backups.add(candidate("/srv", "host", time));
    }
  }

  private void add(BackupStatus status, String time) {
    backups.add(candidate("/srv", "host", BackupType.FULL, status, time, null));
  }

  private void add(BackupType type, String... times) {
    for (String time : times) {
      backups.add(candidate("/srv", "host", type, BackupStatus.SUCCESS, time, null));
    }
  }

  private Candidate candidate(String source, String host, String time) {
    return candidate(source, host, BackupType.FULL, BackupStatus.SUCCESS, time, null);
  }

  private Candidate undo(String time, Instant until) {
    return candidate("/srv", "host", BackupType.FULL, BackupStatus.SUCCESS, time, until);
  }

  private Candidate candidate(
      String source,
      String host,
      BackupType type,
      BackupStatus status,
      String time,
      @Nullable Instant undo) {
    int n = backups.size();
    return new Candidate(
        new BackupId("20260130-1500%02d-aaaaa".formatted(n)),
        source,
        host,
        type,
        status,
        n + 1,
        Instant.parse(time),
        undo,
        List.of());
  }

  private static Keep last(int n) {
    return new Keep(n, Map.of(), null, null);
  }

  private static Keep slot(Slot slot, int n) {
    return new Keep(0, Map.of(slot, n), null, null);
  }

  private static Keep olderThan(String age) {
    return new Keep(0, Map.of(), null, Age.parse(age));
  }

  private List<Integer> kept(Keep keep) {
    return kept(RetentionRules.of(keep, ZoneOffset.UTC));
  }

  private List<Integer> kept(RetentionRules rules) {
    Set<BackupId> gone = RetentionPlan.of(backups, rules, NOW).ids();
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < backups.size(); i++) {
      if (!gone.contains(backups.get(i).id())) {
        kept.add(i);
      }
    }
    return kept;
  }

  private List<String> reasons(Keep keep, int i) {
    return reasons(RetentionRules.of(keep, ZoneOffset.UTC), i);
  }

  private List<String> reasons(RetentionRules rules, int i) {
    return RetentionPlan.of(backups, rules, NOW).of(backups.get(i).id()).reasons();
  }
}
