package io.salvor.engine.prune;

import java.time.Duration;

/**
 * What somebody asks of a prune.
 *
 * @param maxUnused which share of a pack may be unused before what is used is copied, 0 to 1
 * @param giveUpAfter for how long nothing is heard of a writer before it is given up
 * @param patience how long to wait for writers at work
 * @param author who asks
 */
public record PruneRequest(
    double maxUnused, Duration giveUpAfter, Duration patience, String author) {
  /** A quarter of a pack may be unused. */
  public static final double MAX_UNUSED = 0.25;

  /** Two days. */
  public static final Duration GIVE_UP_AFTER = Duration.ofHours(48);

  /** The usual, without waiting. */
  public static PruneRequest by(String author) {
    return new PruneRequest(MAX_UNUSED, GIVE_UP_AFTER, Duration.ZERO, author);
  }
}
