package io.salvor.testkit.model;

/** What listings of sessions and manifests tell a pruner. */
final class Roots {
  private Roots() {}

  /** Sessions that have ended or that somebody has closed; those that are gone had ended. */
  static int over(World world) {
    return world.list(Kind.END) | world.listClosed();
  }

  /** Sessions that are open, as far as anybody can tell from a listing. */
  static int open(World world) {
    return world.list(Kind.SESSION) & ~over(world);
  }

  /** The sealed manifests that count. */
  static int manifests(World world) {
    int manifests = world.list(Kind.MANIFEST);
    return manifests & ~world.listVoid(manifests);
  }

  /** The backups that sessions at work have named as their parents. */
  static int parents(World world) {
    int open = open(world) & ~world.list(Kind.REVOCATION);
    int parents = 0;
    for (int rest = open; rest != 0; rest &= rest - 1) {
      int parent = world.parentOf(Integer.numberOfTrailingZeros(rest));
      parents |= parent < 0 ? 0 : 1 << parent;
    }
    return parents;
  }

  /** The blobs that manifests name. */
  static int blobs(Scenario scenario, int manifests) {
    int blobs = 0;
    for (int rest = manifests; rest != 0; rest &= rest - 1) {
      blobs |= scenario.blobs(Integer.numberOfTrailingZeros(rest));
    }
    return blobs;
  }
}
