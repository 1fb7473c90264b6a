package io.salvor.engine.repository;

import java.time.Duration;

/** Lets time pass, so that tests need not. */
@FunctionalInterface
public interface Sleeper {
  /** Really waits. */
  Sleeper REAL = Thread::sleep;

  void sleep(Duration time) throws InterruptedException;
}
