package io.salvor.engine.journal;

import java.time.Duration;

/** Is told what becomes of a follower, by any thread. Positions are as the source writes them. */
public interface FollowEvents {
  /** The log is being received from a position on. */
  void streaming(String position, long timeline);

  /** The connection is lost, or could not be made; it is tried again. */
  void reconnecting(String why, Duration in);

  /** From one position up to another nothing was captured, and it cannot be had any more. */
  void gap(long timeline, String from, String to, String why);

  /** Something that a person should know. */
  void warning(String code, String message);

  /** Everything up to a position is in the repository. */
  default void durable(String position) {}

  /** Tails were put into segments. */
  default void consolidated(int tails) {}
}
