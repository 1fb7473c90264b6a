package io.salvor.testkit.model;

/** The mark of a real pruner: what it may condemn because no root needs it. */
final class Mark {
  private Mark() {}

  /** The blobs that sessions at work need: of their parents, and of their checkpoints. */
  static int blobsOfOpenSessions(Scenario scenario, World world) {
    int open = Roots.open(world) & ~world.list(Kind.REVOCATION);
    int blobs = 0;
    if (scenario.has(Rule.UNSEALED_MANIFEST_IS_ROOT)) {
      blobs |= Roots.blobs(scenario, open & world.all(Kind.CHECKPOINT));
    }
    if (scenario.has(Rule.PARENT_IS_ROOT)) {
      blobs |= Roots.blobs(scenario, Roots.parents(world));
    }
    return blobs;
  }

  /** The packs among {@code seen} that hold no blob of any root. */
  static int unneeded(World world, int seen, int roots) {
    int packs = 0;
    for (int rest = seen; rest != 0; rest &= rest - 1) {
      int pack = Integer.numberOfTrailingZeros(rest);
      packs |= (world.content(pack) & roots) == 0 ? 1 << pack : 0;
    }
    return packs;
  }

  /**
   * Tells whether condemning {@code packs} makes an interrupted backup store again what it has
   * stored: a session, checkpointed before the mark and still open, has its blobs only there.
   */
  static boolean wastes(Scenario scenario, World world, int checkpointed, int seen, int packs) {
    int open = checkpointed & ~Roots.over(world) & ~world.all(Kind.REVOCATION);
    return (Roots.blobs(scenario, open) & ~world.contents(seen & ~packs)) != 0;
  }
}
