package io.salvor.testkit.model;

/**
 * Another key holder: finds one sealed manifest that counts, and takes the backup into its ledger
 * entry, as if it had been acknowledged.
 */
final class Adopter extends Actor {
  private static final int IDLE = 0;
  private static final int DONE = 1;
  private static final int FIRST_FOUND = 2;

  Adopter(Scenario scenario, int number) {
    super(scenario, number, "adopter");
  }

  @Override
  void expand(World world, Model.Steps steps) {
    int place = pc(world);
    if (place == IDLE) {
      int manifests = world.list(Kind.MANIFEST) & ~world.acknowledged();
      for (int rest = manifests & ~world.listVoid(manifests); rest != 0; rest &= rest - 1) {
        int manifest = Integer.numberOfTrailingZeros(rest);
        World next = world.copy();
        if (scenario.has(Rule.ADOPTER_CONFIRMS)) {
          pc(next, FIRST_FOUND + manifest);
          beginWaiting(next);
        } else {
          next.acknowledge(manifest);
          pc(next, DONE);
        }
        steps.take(name, () -> "finds manifest " + manifest, next.cells);
      }
    } else if (place >= FIRST_FOUND && !waiting(world)) {
      int manifest = place - FIRST_FOUND;
      boolean revoked = in(world.list(Kind.REVOCATION), manifest);
      World next = world.copy();
      if (!revoked) {
        next.acknowledge(manifest);
      }
      endWaiting(next);
      pc(next, DONE);
      String then = revoked ? "revoked, leaves it" : "not revoked, adopts it";
      steps.take(name, () -> "reads revocations: " + then, next.cells);
    }
  }

  /** It need not find anything. */
  @Override
  boolean finished(World world) {
    return pc(world) < FIRST_FOUND;
  }
}
