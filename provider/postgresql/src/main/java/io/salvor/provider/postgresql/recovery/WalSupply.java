package io.salvor.provider.postgresql.recovery;

import java.io.IOException;
import java.nio.file.Path;

/** Hands out what a server asks for while it recovers. For one thread. */
public interface WalSupply {
  /** Nothing but what lies in the data directory. */
  WalSupply NONE = (name, to) -> false;

  /**
   * Writes a segment (whole, zeros where its end is not known yet) or a timeline history to a file
   * that is not there yet.
   *
   * @param name as the server names it: {@code 000000010000000000000003}, {@code 00000002.history}
   * @return false if there is none; nothing was written then
   */
  boolean write(String name, Path to) throws IOException;

  /**
   * Whether everything has been asked for that a recovery to the end needs: the segment with the
   * last byte that there is.
   */
  default boolean isSpent() {
    return true;
  }
}
