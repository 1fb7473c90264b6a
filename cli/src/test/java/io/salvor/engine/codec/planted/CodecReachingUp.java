package io.salvor.engine.codec.planted;

import io.salvor.engine.storage.ObjectName;

/** Breaks the rule that the engine's foundations stand alone. */
public record CodecReachingUp(ObjectName name) {}
