package io.salvor.testkit.model;

/**
 * Somebody who works on the storage, one operation per step. Between two steps anybody else may
 * take any number of theirs. What an actor knows is in its registers; register 0 is its place in
 * its program, registers 1 and 2 hold what it must see listed before its next listing.
 */
abstract sealed class Actor permits CondemnationMerger, Writer, Pruner, Forgetter, Adopter, Merger {
  private static final int PC = 0;
  private static final int AWAITED = 1;
  static final int FIRST_OWN = 3;

  final Scenario scenario;
  final int number;
  final String name;

  Actor(Scenario scenario, int number, String name) {
    this.scenario = scenario;
    this.number = number;
    this.name = name;
  }

  /** Reports each step that this actor can take. */
  abstract void expand(World world, Model.Steps steps);

  abstract boolean finished(World world);

  int pc(World world) {
    return world.get(this, PC);
  }

  void pc(World world, int place) {
    world.set(this, PC, place);
  }

  /** Begins to wait for the listing lag: all that was put until now will be listed after it. */
  void beginWaiting(World world) {
    if (scenario.has(Rule.WAIT_LISTING_LAG)) {
      world.set(this, AWAITED, (int) world.unlisted());
      world.set(this, AWAITED + 1, (int) (world.unlisted() >>> 32));
    }
  }

  boolean waiting(World world) {
    long awaited =
        Integer.toUnsignedLong(world.get(this, AWAITED))
            | (long) world.get(this, AWAITED + 1) << 32;
    return (world.unlisted() & awaited) != 0;
  }

  /** Forgets what it waited for, so that states which differ in nothing else are one. */
  void endWaiting(World world) {
    world.set(this, AWAITED, 0);
    world.set(this, AWAITED + 1, 0);
  }

  static boolean in(int mask, int number) {
    return (mask >> number & 1) != 0;
  }
}
