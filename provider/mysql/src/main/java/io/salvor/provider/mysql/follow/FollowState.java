package io.salvor.provider.mysql.follow;

/** What a follower remembers from one connection to the next. */
final class FollowState {
  /** The server's address in its normal form. */
  final String source;

  /** Its number among the server's replicas. */
  final int replica;

  /** Bytes that were received and made durable. */
  long received;

  /** Whether it has ever streamed. */
  boolean streamed;

  /** The file that is followed; all before are only needed for what was backed up in their time. */
  volatile long file;

  FollowState(String source, int replica) {
    this.source = source;
    this.replica = replica;
  }
}
