package io.salvor.cli.architecture.planted;

import io.salvor.testkit.planted.OfTheTestkit;

/** Breaks the rule that the product does not know the testkit. */
public final class ReachesForTestkit {
  private ReachesForTestkit() {}

  static Object reach() {
    return new OfTheTestkit();
  }
}
