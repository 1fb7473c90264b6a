package io.salvor.testkit.model;

/** Merges the condemnations that it finds: stores one that stands for them, and deletes them. */
final class CondemnationMerger extends Actor {
  private static final int FOUND = FIRST_OWN;
  private static final int IDLE = 0;
  private static final int HALF = 1;
  private static final int DONE = 2;

  CondemnationMerger(Scenario scenario, int number) {
    super(scenario, number, "merger");
  }

  @Override
  void expand(World world, Model.Steps steps) {
    boolean right = scenario.has(Rule.MERGE_CONDEMNATIONS_BEFORE_DELETE);
    World next = world.copy();
    switch (pc(world)) {
      case IDLE -> {
        int found = world.list(Kind.CONDEMNATION);
        if (found != 0) {
          next.set(this, FOUND, found);
          pc(next, HALF);
          half(next, found, right);
          String what = "merges condemnations " + Writer.bits(found) + " (1)";
          steps.take(name, () -> what, next.cells);
        }
      }
      case HALF -> {
        if (!waiting(world)) {
          int found = world.get(this, FOUND);
          half(next, found, !right);
          next.set(this, FOUND, 0);
          endWaiting(next);
          pc(next, DONE);
          String what = "merges condemnations " + Writer.bits(found) + " (2)";
          steps.take(name, () -> what, next.cells);
        }
      }
      default -> {}
    }
  }

  /** What was found was read when it was found. */
  private void half(World next, int found, boolean put) {
    if (put) {
      next.putMergedCondemnation(found);
      beginWaiting(next);
    } else {
      next.delete(Kind.CONDEMNATION, found);
    }
  }

  /** It need not merge anything. */
  @Override
  boolean finished(World world) {
    return pc(world) != HALF;
  }
}
