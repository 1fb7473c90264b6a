package io.salvor.provider.postgresql.follow;

/** What a follower remembers from one connection to the next; for one thread. */
final class FollowState {
  final String source;
  final String slot;

  /** Bytes that were received and made durable. */
  long received;

  /** Whether it has ever streamed. */
  boolean streamed;

  /** Whether it was said that nothing bounds the slot. */
  boolean boundTold;

  /** The system that was followed first; empty before. */
  String system = "";

  /** At how many bytes that wait on the server somebody is told next. */
  long retainedTold;

  FollowState(String source, String slot) {
    this.source = source;
    this.slot = slot;
  }
}
