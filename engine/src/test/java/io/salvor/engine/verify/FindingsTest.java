package io.salvor.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingsTest {
  private static final int LISTED = 10_000;
  private static final BackupId FIRST = new BackupId("20260130-150000-k7f3q");
  private static final BackupId SECOND = new BackupId("20260131-150000-k7f3q");

  @Test
  void whatIsNotListedStillNamesItsBackupsAndIsCounted() {
    Findings findings = new Findings(true);
    for (int i = 0; i < LISTED; i++) {
      findings.damage("entry " + i, "lost", "-", FIRST);
    }
    for (int i = 0; i < 5; i++) {
      findings.damage("further entry " + i, "lost", "-", SECOND);
    }
    findings.damage("entry 1", "lost", "-", SECOND);
    findings.damage("entry 1", "lost", "-", SECOND);
    Issue more = findings.issues().getLast();
    assertThat(findings.issues()).hasSize(LISTED + 1);
    assertThat(more.severity()).isEqualTo(Severity.DAMAGE);
    assertThat(more.backups()).containsExactly(SECOND);
    assertThat(more.message()).startsWith("5 ");
    assertThat(findings.damagedPlaces())
        .containsEntry(FIRST, (long) LISTED)
        .containsEntry(SECOND, 6L)
        .hasSize(2);
  }

  @Test
  void whatVeryManyBackupsShareIsNotListedForEachAndIsCountedForEach() {
    Findings findings = new Findings(true);
    for (int b = 0; b < 30; b++) {
      BackupId backup = new BackupId("20260130-1500%02d-k7f3q".formatted(b));
      for (int i = 0; i < LISTED; i++) {
        findings.damage("entry " + i, "lost", "-", backup);
      }
    }
    assertThat(findings.damagedPlaces()).hasSize(30).containsValue((long) LISTED);
    assertThat(findings.damagedPlaces().values()).containsOnly((long) LISTED);
    assertThat(findings.issues().stream().flatMap(i -> i.backups().stream()).distinct())
        .hasSize(30);
    assertThat(findings.issues().stream().mapToInt(i -> i.backups().size()).sum())
        .isLessThan(250_000);
  }

  @Test
  void noticesThatAreNotListedAreNoDamage() {
    Findings findings = new Findings(true);
    for (int i = 0; i <= LISTED; i++) {
      findings.notice("object " + i, "not needed", "-");
    }
    assertThat(findings.issues()).extracting(Issue::severity).containsOnly(Severity.NOTICE);
    assertThat(findings.issues().getLast().backups()).isEqualTo(List.of());
    assertThat(findings.damagedPlaces()).isEmpty();
  }

  @Test
  void theSameFoundForAnotherBackupIsOneIssueOfBoth() {
    Findings findings = new Findings(true);
    findings.damage("pack", "cut off", "repair", SECOND);
    findings.damage("pack", "cut off", "repair", FIRST);
    findings.damage("pack", "cut off", "repair", FIRST);
    findings.damage("pack", "damaged", "repair", FIRST);
    assertThat(findings.issues())
        .containsExactly(
            new Issue(Severity.DAMAGE, "pack", List.of(FIRST, SECOND), "cut off", "repair"),
            new Issue(Severity.DAMAGE, "pack", List.of(FIRST), "damaged", "repair"));
    assertThat(findings.damagedPlaces()).containsOnly(Map.entry(FIRST, 2L), Map.entry(SECOND, 1L));
  }

  @Test
  void whatLiesElsewhereIsDamageOnlyWhereEverythingIsVerified() {
    Findings all = new Findings(true);
    all.elsewhere("pack", "lost", "-", FIRST);
    assertThat(all.issues()).extracting(Issue::severity).containsExactly(Severity.DAMAGE);
    assertThat(all.damagedPlaces()).containsOnly(Map.entry(FIRST, 1L));
    Findings some = new Findings(false);
    some.elsewhere("pack", "lost", "-", FIRST);
    assertThat(some.issues()).extracting(Issue::severity).containsExactly(Severity.NOTICE);
    assertThat(some.damagedPlaces()).isEmpty();
  }

  @Test
  void aReportIsIntactAsLongAsNothingIsDamaged() {
    Issue notice = new Issue(Severity.NOTICE, "object", List.of(), "not needed", "-");
    Issue damage = new Issue(Severity.DAMAGE, "object", List.of(), "lost", "-");
    assertThat(report().intact()).isTrue();
    assertThat(report(notice).intact()).isTrue();
    assertThat(report(notice, damage).intact()).isFalse();
  }

  private static VerifyReport report(Issue... issues) {
    return new VerifyReport(VerifyReport.Depth.FULL, 1, 1, List.of(issues), List.of(), List.of());
  }
}
