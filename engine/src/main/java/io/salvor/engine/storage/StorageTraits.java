package io.salvor.engine.storage;

import java.time.Duration;

/**
 * What a storage promises beyond the contract.
 *
 * @param listingLag how long a committed object may be missing from lists; zero for directories,
 *     {@link #UNKNOWN_LAG} if nobody knows
 * @param local whether the objects are files of this machine (then ranged reads are cheap)
 */
public record StorageTraits(Duration listingLag, boolean local) {
  /** Nobody knows how long: no order can be relied on, and nothing may be deleted. */
  public static final Duration UNKNOWN_LAG = Duration.ofSeconds(Long.MAX_VALUE);

  /** Whether it is known how long objects may be missing from lists. */
  public boolean knowsLag() {
    return !listingLag.equals(UNKNOWN_LAG);
  }
}
