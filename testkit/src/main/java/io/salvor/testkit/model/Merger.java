package io.salvor.testkit.model;

/** Merges the index segments that it finds: stores one that stands for them, and deletes them. */
final class Merger extends Actor {
  private static final int MERGED = FIRST_OWN;
  private static final int IDLE = 0;
  private static final int HALF = 1;
  private static final int DONE = 2;

  Merger(Scenario scenario, int number) {
    super(scenario, number, "merger");
  }

  @Override
  void expand(World world, Model.Steps steps) {
    boolean right = scenario.has(Rule.MERGE_BEFORE_DELETE);
    World next = world.copy();
    switch (pc(world)) {
      case IDLE -> {
        int found = world.list(Kind.INDEX);
        if (found != 0) {
          next.set(this, MERGED, found);
          pc(next, HALF);
          half(next, found, right);
          steps.take(name, () -> "merges " + Writer.bits(found) + " (1)", next.cells);
        }
      }
      case HALF -> {
        if (!waiting(world)) {
          int found = world.get(this, MERGED);
          half(next, found, !right);
          next.set(this, MERGED, 0);
          endWaiting(next);
          pc(next, DONE);
          steps.take(name, () -> "merges " + Writer.bits(found) + " (2)", next.cells);
        }
      }
      default -> {}
    }
  }

  private void half(World next, int found, boolean put) {
    if (put) {
      next.putMerged(found);
      beginWaiting(next);
    } else {
      next.delete(Kind.INDEX, found);
    }
  }

  /** It need not merge anything. */
  @Override
  boolean finished(World world) {
    return pc(world) != HALF;
  }
}
