package io.salvor.engine.two.planted;

import io.salvor.engine.one.planted.First;

/** Half of a cycle between packages. */
public record Second(First first) {}
