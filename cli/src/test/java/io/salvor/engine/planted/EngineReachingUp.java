package io.salvor.engine.planted;

import io.salvor.cli.Version;

/** Breaks the arrow cli → engine. */
public final class EngineReachingUp {
  private EngineReachingUp() {}

  static String reach() {
    return Version.current();
  }
}
