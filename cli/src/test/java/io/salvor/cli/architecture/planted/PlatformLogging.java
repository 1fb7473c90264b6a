package io.salvor.cli.architecture.planted;

import java.util.logging.Logger;

/** Breaks the ban on java.util.logging. */
public final class PlatformLogging {
  private PlatformLogging() {}

  static void log() {
    Logger.getLogger("planted").info("planted");
  }
}
