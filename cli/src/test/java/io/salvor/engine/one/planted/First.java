package io.salvor.engine.one.planted;

import io.salvor.engine.two.planted.Second;

/** Half of a cycle between packages. */
public record First(Second second) {}
