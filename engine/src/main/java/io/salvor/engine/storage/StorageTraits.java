package io.salvor.engine.storage;

import java.time.Duration;

/**
 * What a storage promises beyond the contract.
 *
 * @param listingLag how long a committed object may be missing from lists; zero for directories
 * @param local whether the objects are files of this machine (then ranged reads are cheap)
 */
public record StorageTraits(Duration listingLag, boolean local) {}
