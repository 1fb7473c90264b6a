package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An epoch as it is listed.
 *
 * @param predecessor null for the first one
 * @param newest whether new objects are sealed to it
 */
public record EpochInfo(
    ObjectId id, Instant created, @Nullable ObjectId predecessor, boolean newest) {}
