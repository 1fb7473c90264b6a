package io.salvor.cli.architecture.planted;

/** Breaks the ban on names that say nothing. */
public final class VagueHelper {
  private VagueHelper() {}
}
