package io.salvor.cli.architecture.planted;

import java.time.Duration;

/** Breaks the ban on sleeping. */
public final class Sleeper {
  private Sleeper() {}

  static void sleep() throws InterruptedException {
    Thread.sleep(Duration.ofSeconds(1));
  }
}
