package io.salvor.engine.retention;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.BackupType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each backup, the oldest first.
 *
 * @param decisions one for every candidate
 */
public record RetentionPlan(List<Decision> decisions) {
  public RetentionPlan {
    decisions = List.copyOf(decisions);
  }

  private record Line(String source, String host) {}

  private record Group(Line line, @Nullable BackupType type) {}

  /**
   * Applies rules.
   *
   * @param candidates all sealed backups of the sources that the rules are for
   * @param now what ages are counted from, but for {@code within}
   */
  public static RetentionPlan of(List<Candidate> candidates, RetentionRules rules, Instant now) {
    List<Candidate> inOrder = candidates.stream().sorted(Candidate.ORDER).toList();
    Map<BackupId, List<String>> kept = new HashMap<>();
    protect(inOrder, now, kept);
    Map<Group, List<Candidate>> groups = new LinkedHashMap<>();
    for (Candidate c : inOrder) {
      Keep keep = rules.of(c.type());
      if (keep == null) {
        keep(c, "no rule is for type " + c.type().word(), kept);
      } else if (c.undoUntil() == null) {
        BackupType own = rules.types().containsKey(c.type()) ? c.type() : null;
        groups.computeIfAbsent(new Group(line(c), own), g -> new ArrayList<>()).add(c);
      }
    }
    groups.forEach((group, members) -> apply(members, rules, kept));
    List<Decision> decisions = new ArrayList<>();
    for (Candidate c : inOrder) {
      decisions.add(
          decide(c, rules.of(c.type()), rules, now, kept.getOrDefault(c.id(), List.of())));
    }
    return new RetentionPlan(decisions);
  }

  /**
   * Takes the backups that somebody names.
   *
   * @param named those that are to go, whatever rules would say
   */
  public static RetentionPlan of(List<Candidate> candidates, Set<BackupId> named, Instant now) {
    List<Candidate> inOrder = candidates.stream().sorted(Candidate.ORDER).toList();
    Map<BackupId, List<String>> kept = new HashMap<>();
    protect(inOrder, now, kept);
    return new RetentionPlan(
        inOrder.stream()
            .map(
                c -> {
                  List<String> reasons = kept.getOrDefault(c.id(), List.of());
                  if (!named.contains(c.id())) {
                    return new Decision(c, true, List.of("it was not named"));
                  }
                  return reasons.isEmpty()
                      ? new Decision(c, false, List.of("it was named"))
                      : new Decision(c, true, reasons);
                })
            .toList());
  }

  /** What nothing takes. */
  private static void protect(
      List<Candidate> inOrder, Instant now, Map<BackupId, List<String>> kept) {
    Map<Line, Candidate> newest = new HashMap<>();
    Map<Line, Candidate> complete = new HashMap<>();
    for (Candidate c : inOrder) {
      if (c.undoUntil() == null && c.status() != BackupStatus.FAILED) {
        newest.put(line(c), c);
        if (c.status() == BackupStatus.SUCCESS) {
          complete.put(line(c), c);
        }
      }
    }
    for (Candidate c : inOrder) {
      c.holds().forEach(hold -> keep(c, hold, kept));
      if (c.undoUntil() != null && c.undoUntil().isAfter(now)) {
        keep(
            c,
            "undoes a restore, held until " + c.undoUntil().truncatedTo(ChronoUnit.SECONDS),
            kept);
      }
      if (newest.get(line(c)) == c) {
        keep(c, "newest of its source", kept);
      } else if (complete.get(line(c)) == c) {
        keep(c, "newest complete one of its source", kept);
      }
    }
  }

  private static void apply(
      List<Candidate> members, RetentionRules rules, Map<BackupId, List<String>> kept) {
    Keep keep = rules.of(members.getFirst().type());
    if (keep == null) {
      return;
    }
    List<Candidate> newestFirst = members.reversed();
    for (int i = 0; i < Math.min(keep.last(), newestFirst.size()); i++) {
      keep(newestFirst.get(i), "last " + (i + 1), kept);
    }
    keep.slots().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> slots(newestFirst, e.getKey(), e.getValue(), rules, kept));
    Age within = keep.within();
    if (within != null) {
      Instant from =
          within.before(
              members.stream().map(Candidate::started).max(Comparator.naturalOrder()).orElseThrow(),
              rules.zone());
      members.stream()
          .filter(c -> !c.started().isBefore(from))
          .forEach(c -> keep(c, "within " + within + " of the newest", kept));
    }
  }

  private static void slots(
      List<Candidate> newestFirst,
      Slot slot,
      int n,
      RetentionRules rules,
      Map<BackupId, List<String>> kept) {
    // Spans are told apart by their text and ordered by time.
    Map<String, Candidate> chosen = new HashMap<>();
    TreeMap<Instant, String> spans = new TreeMap<>(Comparator.reverseOrder());
    Map<String, Instant> first = new HashMap<>();
    for (Candidate c : newestFirst) {
      String span = slot.of(c.started().atZone(rules.zone()));
      first.merge(span, c.started(), (a, b) -> a.isBefore(b) ? a : b);
      Candidate before = chosen.get(span);
      if (before == null || isBetter(c, before)) {
        chosen.put(span, c);
      }
    }
    first.forEach((span, time) -> spans.put(time, span));
    spans.values().stream()
        .limit(n)
        .forEach(span -> keep(chosen(chosen, span), slot.word() + " " + span, kept));
  }

  private static Candidate chosen(Map<String, Candidate> chosen, String span) {
    Candidate c = chosen.get(span);
    if (c == null) {
      throw new IllegalStateException("a span without a backup: " + span);
    }
    return c;
  }

  /** An older one, but complete. */
  private static boolean isBetter(Candidate older, Candidate newer) {
    return older.status() == BackupStatus.SUCCESS && newer.status() != BackupStatus.SUCCESS;
  }

  private static Decision decide(
      Candidate c, @Nullable Keep keep, RetentionRules rules, Instant now, List<String> reasons) {
    List<String> all = new ArrayList<>(reasons);
    Age age = keep == null ? null : keep.olderThan();
    boolean old = age == null || c.started().isBefore(age.before(now, rules.zone()));
    if (!old) {
      all.add("not older than " + age);
    }
    if (!all.isEmpty()) {
      return new Decision(c, true, all);
    }
    if (c.undoUntil() != null) {
      return new Decision(
          c, false, List.of("undoes a restore, and its time was over at " + c.undoUntil()));
    }
    return new Decision(c, false, List.of(age == null ? "no rule keeps it" : "older than " + age));
  }

  private static void keep(Candidate c, String reason, Map<BackupId, List<String>> kept) {
    kept.computeIfAbsent(c.id(), id -> new ArrayList<>()).add(reason);
  }

  private static Line line(Candidate c) {
    return new Line(c.source(), c.host());
  }

  /** The backups that go. */
  public List<Candidate> forgotten() {
    return decisions.stream().filter(d -> !d.keep()).map(Decision::backup).toList();
  }

  /** The decision on a backup, which must be one of the candidates. */
  public Decision of(BackupId id) {
    return decisions.stream().filter(d -> d.backup().id().equals(id)).findFirst().orElseThrow();
  }

  /** Ids of the backups that go. */
  public Set<BackupId> ids() {
    Set<BackupId> ids = new HashSet<>();
    forgotten().forEach(c -> ids.add(c.id()));
    return ids;
  }
}
