package io.salvor.testkit.model.ledger;

import io.salvor.testkit.model.Model;

/**
 * Whoever rules the storage. Once, at any time, it takes any manifests and any ledger entries away,
 * which is also what rolling the storage back does; when it takes the removal away it may bring
 * back the removed manifest. It cannot forge: what it leaves is signed.
 */
final class Adversary {
  private Adversary() {}

  static void expand(LedgerWorld world, Model.Steps steps) {
    if (world.cells[LedgerWorld.STRUCK] == 1) {
      return;
    }
    int manifests = world.cells[LedgerWorld.MANIFESTS];
    int entries = world.cells[LedgerWorld.ENTRIES];
    int all = manifests | entries << LedgerWorld.MANIFEST_COUNT;
    for (int some = all; some != 0; some = (some - 1) & all) {
      int takenManifests = some & ((1 << LedgerWorld.MANIFEST_COUNT) - 1);
      int takenEntries = some >> LedgerWorld.MANIFEST_COUNT;
      strike(world, takenManifests, takenEntries, 0, steps);
      int back = world.cells[LedgerWorld.REMOVED] & ~manifests;
      if ((takenEntries >> LedgerWorld.REMOVAL & 1) != 0 && back != 0) {
        strike(world, takenManifests, takenEntries, back, steps);
      }
    }
  }

  private static void strike(
      LedgerWorld world, int manifests, int entries, int back, Model.Steps steps) {
    LedgerWorld next = world.copy();
    next.cells[LedgerWorld.STRUCK] = 1;
    next.cells[LedgerWorld.MANIFESTS] &= ~manifests;
    next.cells[LedgerWorld.MANIFESTS] |= back;
    next.cells[LedgerWorld.ENTRIES] &= ~entries;
    next.cells[LedgerWorld.LOST_MANIFESTS] = manifests;
    next.cells[LedgerWorld.LOST_ENTRIES] = entries;
    steps.take(
        "adversary",
        () ->
            "takes manifests "
                + KeyHolder.bits(manifests)
                + " and entries "
                + KeyHolder.bits(entries)
                + (back == 0 ? "" : ", brings back " + KeyHolder.bits(back)),
        next.cells);
  }
}
