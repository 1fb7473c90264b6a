package io.salvor.testkit.protocol;

import io.salvor.testkit.model.Rule;
import io.salvor.testkit.protocol.Recording.Step;
import io.salvor.testkit.protocol.Recording.Verb;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Holds a recorded prune against the rules for pruners, {@code PrunerPhase} in the model. */
public final class PrunerOrder {
  private final Recording recording;
  private final Set<Rule> broken = new TreeSet<>();

  private PrunerOrder(Recording recording) {
    this.recording = recording;
  }

  /** The rules that a run has broken. */
  public static Set<Rule> broken(Recording recording) {
    PrunerOrder order = new PrunerOrder(recording);
    order.check();
    return order.broken;
  }

  private void check() {
    List<Step> deletions = recording.all(Verb.DELETE, "packs/");
    Optional<Step> first = deletions.stream().min(Comparator.comparingInt(Step::began));
    List<Step> condemnations = recording.all(Verb.PUT, "prune/");
    first.ifPresent(deletion -> beforeTheFirst(deletion, condemnations));
    copies(deletions);
    require(
        recording.all(Verb.DELETE, name -> name.endsWith("/revoked")).isEmpty(),
        Rule.REVOCATIONS_ARE_KEPT);
    require(recording.all(Verb.DELETE, "prune/").isEmpty(), Rule.CONDEMNATIONS_ARE_KEPT);
    require(
        recording.all(Verb.PUT, name -> name.endsWith("/end")).isEmpty(),
        Rule.ONLY_AUTHOR_ENDS_SESSION);
  }

  /** From the last deletion back: each step is the last of its kind before the next one. */
  private void beforeTheFirst(Step deletion, List<Step> condemnations) {
    List<Step> manifests = before(recording.all(Verb.LIST, "backups/"), deletion);
    List<Step> sessions = before(recording.all(Verb.LIST, "sessions/"), deletion);
    Step none = new Step(Verb.MARK, "none", -1, -1);
    // `BackupList` lists the manifests after the sessions: its listing is the one that counts.
    Step decided = manifests.isEmpty() ? none : manifests.getLast();
    for (Step condemnation : before(condemnations, deletion)) {
      require(
          sessions.stream().anyMatch(s -> condemnation.before(s) && s.before(decided)),
          Rule.CONDEMN_BEFORE_LISTING);
      require(condemnation.before(decided), Rule.LIST_SESSIONS_BEFORE_MANIFESTS);
    }
    for (Step revocation :
        before(recording.all(Verb.PUT, name -> name.endsWith("/revoked")), deletion)) {
      require(revocation.before(decided), Rule.LIST_MANIFESTS_AFTER_WAIT);
      require(
          recording.isBetween(decided, Verb.PUT, n -> n.startsWith("ledger/"), deletion),
          Rule.CLOSE_REVOKED_SESSIONS);
    }
    require(
        recording.isBetween(decided, Verb.LIST, "sessions/"::equals, deletion),
        Rule.LIST_PARENTS_AFTER_MANIFESTS);
    require(
        recording.isBetween(decided, Verb.LIST, "prune/"::equals, deletion),
        Rule.HEED_OTHER_CONDEMNATIONS);
    require(
        recording.isBetween(decided, Verb.LIST, "index/"::equals, deletion),
        Rule.READ_INDEX_AFTER_MANIFESTS);
  }

  /**
   * What was copied is stored, and named by a segment, before anything that was read is deleted.
   */
  private void copies(List<Step> deletions) {
    List<Step> copies = recording.all(Verb.PUT, "packs/");
    if (copies.isEmpty()) {
      return;
    }
    List<Step> segments = recording.all(Verb.PUT, "index/");
    Set<String> read = new TreeSet<>();
    Step last = copies.getLast();
    for (Step step : recording.all(Verb.READ, "packs/")) {
      read.add(step.name());
    }
    List<Step> copied = new ArrayList<>(deletions);
    copied.removeIf(deletion -> !read.contains(deletion.name()));
    for (Step deletion : copied) {
      boolean named =
          segments.stream().anyMatch(segment -> last.before(segment) && segment.before(deletion));
      require(
          copies.stream().allMatch(copy -> copy.before(deletion)) && named,
          Rule.COPY_BEFORE_DELETE);
    }
  }

  private static List<Step> before(List<Step> steps, Step other) {
    return steps.stream().filter(step -> step.before(other)).toList();
  }

  private void require(boolean holds, Rule rule) {
    if (!holds) {
      broken.add(rule);
    }
  }
}
