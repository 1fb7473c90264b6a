package io.salvor.testkit.model;

/**
 * One state: the objects in the storage, what the invariants remember, and each actor's registers.
 * Sets of numbers are bit masks. Reading by name is immediate; listing may lag.
 */
final class World {
  static final int REGISTERS = 11;

  // Cells 0 .. Kind.COUNT-1 tell which objects of each kind exist; then come their contents.
  private static final int CONTENT = Kind.COUNT;
  private static final int CONDEMNED = CONTENT + 1;
  private static final int CLOSED = CONDEMNED + 3;
  private static final int ACCEPTED = CLOSED + 2;
  private static final int UNLISTED = ACCEPTED + 2;
  // Not in the storage: what users were told and asked for, and who died.
  private static final int ACKNOWLEDGED = UNLISTED + 2;
  private static final int FORGOTTEN = ACKNOWLEDGED + 1;
  private static final int DEAD = FORGOTTEN + 1;
  private static final int WASTED = DEAD + 1;
  private static final int PARENT_OF = WASTED + 1;
  private static final int MERGED_PACKS = PARENT_OF + 9;
  private static final int FIRST_REGISTER = MERGED_PACKS + 1;

  private final Scenario scenario;
  final int[] cells;

  World(Scenario scenario, int[] cells) {
    this.scenario = scenario;
    this.cells = cells;
  }

  static World first(Scenario scenario, int actors) {
    World world = new World(scenario, new int[FIRST_REGISTER + actors * REGISTERS]);
    world.cells[Kind.PACK.ordinal()] = 1;
    world.cells[CONTENT] = Scenario.A;
    for (Kind kind : new Kind[] {Kind.INDEX, Kind.SESSION, Kind.END, Kind.MANIFEST}) {
      world.cells[kind.ordinal()] = 1;
    }
    world.cells[ACKNOWLEDGED] = 1;
    return world;
  }

  World copy() {
    return new World(scenario, cells.clone());
  }

  // ---- the storage ----

  void put(Kind kind, int number) {
    cells[kind.ordinal()] |= 1 << number;
    if (scenario.has(Scenario.Event.LISTING_LAG) && lags(kind)) {
      setUnlisted(unlisted() | bit(kind, number));
    }
  }

  void putPack(int number, int blobs) {
    put(Kind.PACK, number);
    cells[CONTENT] |= blobs << (2 * number);
  }

  void putIndex(int number, int blobs) {
    put(Kind.INDEX, number);
    cells[CONTENT] |= blobs << (2 * number);
  }

  /** Stores a segment that names these packs, in the place of theirs. */
  void putMerged(int packs) {
    cells[MERGED_PACKS] = packs;
    put(Kind.MERGED, 0);
  }

  /** The packs that merged segments name, as a listing shows them. */
  int listMerged() {
    return list(Kind.MERGED) == 0 ? 0 : cells[MERGED_PACKS];
  }

  /** The packs that the index names, as a listing shows it that is not torn. */
  int listIndex() {
    return list(Kind.INDEX) | listMerged();
  }

  void putSession(int number, int parent) {
    put(Kind.SESSION, number);
    cells[PARENT_OF + number] = 1 + parent;
  }

  /** The backup that an open session names as its parent; -1 for none. */
  int parentOf(int session) {
    return cells[PARENT_OF + session] - 1;
  }

  void putCondemnation(int pruner, int packs) {
    cells[CONDEMNED + pruner] = packs;
    put(Kind.CONDEMNATION, pruner);
  }

  void putClosure(int pruner, int sessions, int accepted) {
    cells[CLOSED + pruner] = sessions;
    cells[ACCEPTED + pruner] = accepted;
    put(Kind.CLOSURE, pruner);
  }

  void delete(Kind kind, int numbers) {
    cells[kind.ordinal()] &= ~numbers;
  }

  boolean has(Kind kind, int number) {
    return (cells[kind.ordinal()] >> number & 1) != 0;
  }

  /** All objects of a kind, listed or not. */
  int all(Kind kind) {
    return cells[kind.ordinal()];
  }

  /** What a listing of this kind shows. */
  int list(Kind kind) {
    if (!lags(kind)) {
      return all(kind);
    }
    return all(kind) & ~((int) (unlisted() >>> offset(kind)) & ((1 << count(kind)) - 1));
  }

  /** Lists the condemnations and reads them: the packs that they name. */
  int listCondemned() {
    int condemned = 0;
    for (int pruner = 0; pruner < 2; pruner++) {
      if ((list(Kind.CONDEMNATION) >> pruner & 1) != 0) {
        condemned |= cells[CONDEMNED + pruner];
      }
    }
    if (list(Kind.MERGED_CONDEMNATION) != 0) {
      condemned |= cells[CONDEMNED + 2];
    }
    return condemned;
  }

  /** Stores a condemnation that stands for these. */
  void putMergedCondemnation(int condemnations) {
    for (int pruner = 0; pruner < 2; pruner++) {
      cells[CONDEMNED + 2] |= (condemnations >> pruner & 1) != 0 ? cells[CONDEMNED + pruner] : 0;
    }
    put(Kind.MERGED_CONDEMNATION, 0);
  }

  /** What one pruner has condemned. */
  int condemnedBy(int pruner) {
    return cells[CONDEMNED + pruner];
  }

  /** Lists the closures and reads them: the sessions that they close. */
  int listClosed() {
    int closed = 0;
    for (int pruner = 0; pruner < 2; pruner++) {
      if ((list(Kind.CLOSURE) >> pruner & 1) != 0) {
        closed |= cells[CLOSED + pruner];
      }
    }
    return closed;
  }

  /** The sealed manifests among {@code manifests} that some listed closure leaves out. */
  int listVoid(int manifests) {
    int left = 0;
    for (int pruner = 0; pruner < 2; pruner++) {
      if ((list(Kind.CLOSURE) >> pruner & 1) != 0) {
        left |= cells[CLOSED + pruner] & ~cells[ACCEPTED + pruner];
      }
    }
    return manifests & left;
  }

  int content(int pack) {
    return cells[CONTENT] >>> (2 * pack) & 3;
  }

  /** The blobs that these packs hold together. */
  int contents(int packs) {
    int blobs = 0;
    for (int rest = packs; rest != 0; rest &= rest - 1) {
      blobs |= content(Integer.numberOfTrailingZeros(rest));
    }
    return blobs;
  }

  /** The blobs that can be read now: in a pack that exists and that an index segment names. */
  int readable() {
    int merged = all(Kind.MERGED) == 0 ? 0 : cells[MERGED_PACKS];
    return contents(all(Kind.PACK) & (all(Kind.INDEX) | merged));
  }

  // ---- listing lag ----

  /** What listings do not show yet: one bit per object. */
  long unlisted() {
    return Integer.toUnsignedLong(cells[UNLISTED]) | (long) cells[UNLISTED + 1] << 32;
  }

  void setUnlisted(long objects) {
    cells[UNLISTED] = (int) objects;
    cells[UNLISTED + 1] = (int) (objects >>> 32);
  }

  private static boolean lags(Kind kind) {
    return kind != Kind.PACK && kind != Kind.CHECKPOINT;
  }

  private int count(Kind kind) {
    return switch (kind) {
      case CONDEMNATION, CLOSURE -> 2;
      case MERGED, MERGED_CONDEMNATION -> 1;
      case PACK, INDEX -> scenario.packs();
      case SESSION, CHECKPOINT, END, REVOCATION, MANIFEST -> scenario.sessions();
    };
  }

  private int offset(Kind kind) {
    int offset = 0;
    for (Kind before : Kind.values()) {
      if (before == kind) {
        break;
      }
      offset += lags(before) ? count(before) : 0;
    }
    return offset;
  }

  private long bit(Kind kind, int number) {
    return 1L << (offset(kind) + number);
  }

  String unlistedLabel(long bit) {
    for (Kind kind : Kind.values()) {
      for (int number = 0; lags(kind) && number < count(kind); number++) {
        if (bit(kind, number) == bit) {
          return kind.label(number);
        }
      }
    }
    throw new IllegalArgumentException("no such bit");
  }

  // ---- what users know ----

  void acknowledge(int manifest) {
    cells[ACKNOWLEDGED] |= 1 << manifest;
  }

  int acknowledged() {
    return cells[ACKNOWLEDGED];
  }

  void forget(int manifest) {
    cells[FORGOTTEN] |= 1 << manifest;
  }

  int forgotten() {
    return cells[FORGOTTEN];
  }

  void kill(Actor actor) {
    cells[DEAD] |= 1 << actor.number;
  }

  int dead() {
    return cells[DEAD];
  }

  /** Notes that a mark condemned what an interrupted backup has stored already. */
  void waste() {
    cells[WASTED] = 1;
  }

  boolean wasted() {
    return cells[WASTED] != 0;
  }

  // ---- registers ----

  int get(Actor actor, int register) {
    return cells[FIRST_REGISTER + actor.number * REGISTERS + register];
  }

  void set(Actor actor, int register, int value) {
    cells[FIRST_REGISTER + actor.number * REGISTERS + register] = value;
  }
}
