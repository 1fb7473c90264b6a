package io.salvor.engine.fact;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What shows that a backup can be restored.
 *
 * @param verified when it was last verified and found in order
 * @param depth how far that went, null if it was never verified
 * @param restored when the whole of it was last restored
 * @param took how long that restore took, or the verification if there was none
 */
public record Proof(
    @Nullable Instant verified,
    Fact.Verified.@Nullable Depth depth,
    @Nullable Instant restored,
    Duration took) {}
