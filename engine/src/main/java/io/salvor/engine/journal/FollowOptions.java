package io.salvor.engine.journal;

import java.time.Duration;

/**
 * How to follow.
 *
 * @param host this machine, for the journal's manifests
 * @param author who asks for it, for the ledger
 * @param synchronous whether each commit is made durable by itself, at once
 * @param consolidateAfter how long tails may stay tails
 */
public record FollowOptions(
    String host, String author, boolean synchronous, Duration consolidateAfter) {
  /** Five minutes. */
  public static final Duration CONSOLIDATE_AFTER = Duration.ofMinutes(5);
}
