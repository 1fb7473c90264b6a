package io.salvor.testkit.model;

/** Forgets one acknowledged backup: notes its removal, then deletes its manifest. */
final class Forgetter extends Actor {
  private static final int IDLE = 0;
  private static final int DONE = 1;
  private static final int FIRST_NOTED = 2;

  Forgetter(Scenario scenario, int number) {
    super(scenario, number, "forgetter");
  }

  @Override
  void expand(World world, Model.Steps steps) {
    int place = pc(world);
    if (place == IDLE) {
      for (int m = 0; m < scenario.sessions(); m++) {
        int manifest = m;
        if (in(world.acknowledged(), m) && world.has(Kind.MANIFEST, m)) {
          World next = world.copy();
          next.forget(m);
          pc(next, FIRST_NOTED + m);
          steps.take(
              name, () -> "stores the ledger entry that removes backup " + manifest, next.cells);
        }
      }
    } else if (place >= FIRST_NOTED) {
      World next = world.copy();
      next.delete(Kind.MANIFEST, 1 << (place - FIRST_NOTED));
      pc(next, DONE);
      steps.take(name, () -> "deletes manifest " + (place - FIRST_NOTED), next.cells);
    }
  }

  /** It need not forget anything. */
  @Override
  boolean finished(World world) {
    return pc(world) < FIRST_NOTED;
  }
}
