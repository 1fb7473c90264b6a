package io.salvor.testkit.model;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The bounds of one search: who takes part, what may happen, and which rules hold.
 *
 * <p>Blobs are {@code a} (1) and {@code b} (2); a set of blobs is their sum. In the beginning there
 * is pack 0 with blob {@code a}, and backup 0 of it, acknowledged, its session ended.
 *
 * @param wants for each writer the blobs of its source
 * @param runs sessions that a writer may open, for a second backup or after a revocation
 * @param backups backups that a writer makes, each but its first with the one before as parent
 * @param pruners pruners at work; the second may stand for the first one's restart
 * @param events what may happen besides
 * @param rules the rules that hold
 */
public record Scenario(
    List<Integer> wants, int runs, int backups, int pruners, Set<Event> events, Set<Rule> rules) {

  /** What may happen besides writing and pruning. */
  public enum Event {
    /** Somebody forgets a backup that was acknowledged. */
    FORGET,
    /** A pruner may give up any session that it waits for: its author sleeps, for a month. */
    GIVE_UP,
    /** One actor dies, at any step. */
    CRASH,
    /** What is stored shows in listings only later. */
    LISTING_LAG,
    /** The pruner marks as the real one does, instead of condemning whatever it likes. */
    HONEST_MARK,
    /** The second writer takes up the work of the first, takes it for dead, and revokes it. */
    RESUME,
    /** Writers delete the objects of their sessions after they have ended them. */
    TIDY,
    /** Somebody merges the index segments that are there, and deletes those that were merged. */
    MERGE,
    /** Somebody merges the condemnations that are there, and deletes those that were merged. */
    MERGE_CONDEMNATIONS,
    /** A pruner takes its packs from the index before it deletes them, and not after. */
    INDEX_FIRST,
    /** Somebody finds a sealed backup that nobody has acknowledged, and relies on it. */
    ADOPT
  }

  public static final int A = 1;
  public static final int B = 2;

  /** A scenario with one run and one backup per writer, one pruner, all rules and no events. */
  public static Scenario of(Integer... wants) {
    return new Scenario(List.of(wants), 1, 1, 1, Set.of(), EnumSet.allOf(Rule.class));
  }

  public Scenario runs(int count, int backupsAmongThem) {
    return new Scenario(wants, count, backupsAmongThem, pruners, events, rules);
  }

  public Scenario pruners(int count) {
    return new Scenario(wants, runs, backups, count, events, rules);
  }

  public Scenario with(Event... more) {
    EnumSet<Event> all = EnumSet.noneOf(Event.class);
    all.addAll(events);
    all.addAll(Arrays.asList(more));
    return new Scenario(wants, runs, backups, pruners, all, rules);
  }

  public Scenario without(Rule... fewer) {
    EnumSet<Rule> rest = EnumSet.copyOf(rules);
    Arrays.asList(fewer).forEach(rest::remove);
    return new Scenario(wants, runs, backups, pruners, events, rest);
  }

  boolean has(Rule rule) {
    return rules.contains(rule);
  }

  boolean has(Event event) {
    return events.contains(event);
  }

  int writers() {
    return wants.size();
  }

  /** Session, manifest and checkpoint of a writer's run; 0 is the backup from before. */
  int session(int writer, int run) {
    return 1 + writer * runs + run;
  }

  int sessions() {
    return 1 + writers() * runs;
  }

  /** The blobs that the manifest of a session names. */
  int blobs(int session) {
    return session == 0 ? A : wants.get((session - 1) / runs);
  }

  /** The pack that a writer's run makes first, or the one it makes of what it stores anew. */
  int pack(int writer, int run, boolean anew) {
    return 1 + (writer * runs + run) * 2 + (anew ? 1 : 0);
  }

  int prunerPack(int pruner) {
    return 1 + writers() * runs * 2 + pruner;
  }

  int packs() {
    return 1 + writers() * runs * 2 + pruners;
  }

  static String names(int blobs) {
    return switch (blobs) {
      case 0 -> "{}";
      case A -> "{a}";
      case B -> "{b}";
      default -> "{a,b}";
    };
  }
}
