package io.salvor.engine.repository;

import io.salvor.engine.durable.ProcessMark;
import io.salvor.engine.local.LocalState;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * What a repository is given from outside, so that tests can set it.
 *
 * @param local where index views and the memory of the ledger lie
 * @param software name and version, as manifests record it
 * @param sleeper how it is waited for a storage's lists
 * @param process whose the sessions are that are opened
 */
public record Surroundings(
    InstantSource clock,
    SecureRandom random,
    LocalState local,
    String software,
    Sleeper sleeper,
    ProcessMark process) {

  /** Of this process. */
  public Surroundings(
      InstantSource clock,
      SecureRandom random,
      LocalState local,
      String software,
      Sleeper sleeper) {
    this(clock, random, local, software, sleeper, ProcessMark.current());
  }

  /** With waiting that takes its time. */
  public Surroundings(InstantSource clock, SecureRandom random, LocalState local, String software) {
    this(clock, random, local, software, Sleeper.REAL);
  }
}
