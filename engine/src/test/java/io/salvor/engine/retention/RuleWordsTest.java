package io.salvor.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.BackupType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules as people write them: the evidence of a deletion repeats these words. */
class RuleWordsTest {
  private static final Keep DAYS = new Keep(0, Map.of(Slot.DAILY, 7), null, null);

  @Test
  void eachRuleIsSaidAndWhatIsNotAskedForIsNot() {
    assertThat(DAYS.text()).isEqualTo("--keep-daily 7");
    assertThat(new Keep(3, Map.of(), Age.parse("30d"), Age.parse("8w")).text())
        .isEqualTo("--keep-last 3 --keep-within 30d --older-than 8w");
    assertThat(Keep.NOTHING.text()).isEmpty();
  }

  @Test
  void rulesOfTypesAreSaidAfterThoseForAll() {
    Map<BackupType, Keep> types =
        Map.of(BackupType.INCREMENTAL, DAYS, BackupType.FULL, new Keep(1, Map.of(), null, null));
    String own = "--type full --keep-last 1; --type incremental --keep-daily 7";
    assertThat(new RetentionRules(null, types, ZoneOffset.UTC).text()).isEqualTo(own);
    assertThat(new RetentionRules(DAYS, types, ZoneOffset.UTC).text())
        .isEqualTo("--keep-daily 7; " + own);
    assertThat(RetentionRules.of(DAYS, ZoneOffset.UTC).text()).isEqualTo("--keep-daily 7");
  }

  @Test
  void anyRuleSaysSomething() {
    assertThat(Keep.NOTHING.isEmpty()).isTrue();
    assertThat(DAYS.isEmpty()).isFalse();
    assertThat(new Keep(1, Map.of(), null, null).isEmpty()).isFalse();
    assertThat(new Keep(0, Map.of(), Age.parse("1h"), null).isEmpty()).isFalse();
    assertThat(new Keep(0, Map.of(), null, Age.parse("1h")).isEmpty()).isFalse();
    assertThat(new Keep(0, Map.of(Slot.DAILY, 0), null, null).isEmpty()).isTrue();
    assertThatThrownBy(() -> new Keep(-1, Map.of(), null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anAgeThatGoesBeyondTheCalendarIsBeforeEverything() {
    Age year = new Age(1, ChronoUnit.YEARS);
    assertThat(year.before(Instant.MIN, ZoneOffset.UTC)).isEqualTo(Instant.MIN);
    assertThat(year.before(Instant.EPOCH, ZoneOffset.UTC)).isEqualTo("1969-01-01T00:00:00Z");
  }
}
