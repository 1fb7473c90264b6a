package io.salvor.testkit.protocol;

import io.salvor.testkit.model.Rule;
import io.salvor.testkit.protocol.Recording.Step;
import io.salvor.testkit.protocol.Recording.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Holds a recorded backup against the rules for writers, {@code WriterPhase} in the model. */
public final class WriterOrder {
  /** The mark that a test sets when a backup has returned. */
  public static final String ACKNOWLEDGED = "acknowledged";

  private final Recording recording;
  private final Set<Rule> broken = new TreeSet<>();

  private WriterOrder(Recording recording) {
    this.recording = recording;
  }

  /** The rules that a run has broken. */
  public static Set<Rule> broken(Recording recording) {
    WriterOrder order = new WriterOrder(recording);
    List<Step> openings = recording.all(Verb.PUT, name -> name.endsWith("/open"));
    for (int i = 0; i < openings.size(); i++) {
      int end = i + 1 < openings.size() ? openings.get(i + 1).began() : Integer.MAX_VALUE;
      order.session(openings.get(i), end);
    }
    return order.broken;
  }

  private void session(Step open, int end) {
    String directory = open.name().substring(0, open.name().length() - "open".length());
    Predicate<String> revocation = name -> name.equals(directory + "revoked");
    List<Step> packs = within(recording.all(Verb.PUT, "packs/"), open, end);
    List<Step> segments = within(recording.all(Verb.PUT, "index/"), open, end);
    List<Step> seals = within(recording.all(Verb.PUT, "backups/"), open, end);
    List<Step> entries = within(recording.all(Verb.PUT, "ledger/"), open, end);
    for (Step pack : packs) {
      require(
          recording.isBetween(open, Verb.LIST, "prune/"::equals, pack),
          Rule.SESSION_BEFORE_CONDEMNATION_READ);
    }
    for (Step segment : segments) {
      require(
          packs.stream().allMatch(pack -> pack.before(segment) || segment.before(pack)),
          Rule.PACK_BEFORE_INDEX);
    }
    for (Step seal : seals) {
      require(
          packs.stream()
              .allMatch(p -> segments.stream().anyMatch(s -> p.before(s) && s.before(seal))),
          Rule.INDEX_BEFORE_SEAL);
      List<Step> before = new ArrayList<>(packs);
      before.addAll(segments);
      Step last =
          before.stream()
              .filter(s -> s.before(seal))
              .reduce((x, y) -> x.ended() > y.ended() ? x : y)
              .orElse(open);
      require(
          recording.isBetween(last, Verb.FIND, revocation, seal),
          Rule.CHECK_REVOCATION_BEFORE_SEAL);
      require(
          recording.isBetween(open, Verb.LIST, "prune/"::equals, seal),
          Rule.RECHECK_CONDEMNATIONS_BEFORE_SEAL);
      for (Step entry : entries) {
        require(recording.isBetween(seal, Verb.FIND, revocation, entry), Rule.CONFIRM_AFTER_SEAL);
      }
      for (Step done : within(recording.all(Verb.MARK, ACKNOWLEDGED), open, end)) {
        require(entries.stream().anyMatch(entry -> entry.before(done)), Rule.LEDGER_BEFORE_ACK);
      }
    }
    for (Step other : recording.all(Verb.PUT, name -> name.endsWith("/end"))) {
      boolean own =
          recording.all(Verb.PUT, other.name().replace("/end", "/open")).stream()
              .anyMatch(o -> o.before(other));
      require(own, Rule.ONLY_AUTHOR_ENDS_SESSION);
    }
  }

  private static List<Step> within(List<Step> steps, Step open, int end) {
    return steps.stream().filter(s -> s.began() > open.began() && s.began() < end).toList();
  }

  private void require(boolean holds, Rule rule) {
    if (!holds) {
      broken.add(rule);
    }
  }
}
