package io.salvor.engine.verify;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.error.Counted;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Gathers issues; what is found again for another backup is one issue with two backups. */
public final class Findings {
  private static final int MAX_ISSUES = 10_000;

  // How often issues name backups, all together: many backups share what is damaged.
  private static final int MAX_MENTIONS = 200_000;

  private record What(Severity severity, String object, String message, String remedy) {}

  private final Map<What, Set<BackupId>> found = new LinkedHashMap<>();
  private final boolean everything;
  private final Map<BackupId, Long> damaged = new TreeMap<>();
  private final Set<BackupId> droppedOf = new TreeSet<>();
  private int mentions;
  private long dropped;
  private boolean droppedDamage;

  /**
   * @param everything whether all backups are verified; if not, what touches none of those that are
   *     is no damage of theirs
   */
  public Findings(boolean everything) {
    this.everything = everything;
  }

  /** Something that need not touch the backups that are verified. */
  synchronized void elsewhere(String object, String message, String remedy, BackupId... backups) {
    add(everything ? Severity.DAMAGE : Severity.NOTICE, object, message, remedy, backups);
  }

  /** Something that cannot be restored. */
  public synchronized void damage(
      String object, String message, String remedy, BackupId... backups) {
    add(Severity.DAMAGE, object, message, remedy, backups);
  }

  synchronized void notice(String object, String message, String remedy) {
    add(Severity.NOTICE, object, message, remedy);
  }

  /** What was found so far, in that order. */
  public synchronized List<Issue> issues() {
    List<Issue> issues = new ArrayList<>();
    found.forEach(
        (w, backups) ->
            issues.add(new Issue(w.severity, w.object, List.copyOf(backups), w.message, w.remedy)));
    if (dropped > 0) {
      issues.add(
          new Issue(
              droppedDamage ? Severity.DAMAGE : Severity.NOTICE,
              "more",
              List.copyOf(droppedOf),
              Counted.of(dropped, "more issue is", "more issues are") + " not listed",
              "mend what is listed, and verify again"));
    }
    return issues;
  }

  /** How many places of each backup are damaged, those that are not listed among them. */
  public synchronized Map<BackupId, Long> damagedPlaces() {
    return Map.copyOf(damaged);
  }

  private void add(
      Severity severity, String object, String message, String remedy, BackupId... backups) {
    What what = new What(severity, object, message, remedy);
    Set<BackupId> touched = found.get(what);
    if (touched == null) {
      if (found.size() >= MAX_ISSUES) {
        drop(severity, backups);
        return;
      }
      touched = new TreeSet<>();
      found.put(what, touched);
    }
    for (BackupId backup : backups) {
      if (touched.contains(backup)) {
        continue;
      }
      if (mentions == MAX_MENTIONS) {
        drop(severity, backup);
      } else {
        mentions++;
        touched.add(backup);
        count(severity, backup);
      }
    }
  }

  /** Details go; which backups are touched stays, for it decides what is called sound. */
  private void drop(Severity severity, BackupId... backups) {
    dropped++;
    droppedDamage |= severity == Severity.DAMAGE;
    for (BackupId backup : backups) {
      droppedOf.add(backup);
      count(severity, backup);
    }
  }

  private void count(Severity severity, BackupId backup) {
    if (severity == Severity.DAMAGE) {
      damaged.merge(backup, 1L, Long::sum);
    }
  }
}
