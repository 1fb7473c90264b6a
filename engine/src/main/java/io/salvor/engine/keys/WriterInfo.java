package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;

/**
 * A write-only client as it is listed.
 *
 * @param host the only one that it backs up
 * @param credential what it opens the repository with
 */
public record WriterInfo(ObjectId id, String host, Instant created, ObjectId credential) {}
