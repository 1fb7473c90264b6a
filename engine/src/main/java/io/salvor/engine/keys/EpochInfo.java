package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An epoch as it is listed.
 *
 * @param predecessor null for the first one
 * @param newest whether new objects are sealed to it
 * @param sensitive whether it is of the chain that sensitive content, and nothing else, is sealed
 *     to
 */
public record EpochInfo(
    ObjectId id,
    Instant created,
    @Nullable ObjectId predecessor,
    boolean newest,
    boolean sensitive) {}
