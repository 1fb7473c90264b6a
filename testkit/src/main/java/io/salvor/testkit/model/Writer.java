package io.salvor.testkit.model;

import java.util.List;

/**
 * A writer. It backs up the same source once or twice; whenever it learns that its session was
 * revoked it begins again in a new one. It may fall asleep between any two steps, for that is the
 * same as not being scheduled.
 */
final class Writer extends Actor {

  private static final int RUN = FIRST_OWN;

  /** Packs that its index view names; as old as it may be, own packs included. */
  private static final int VIEW = FIRST_OWN + 1;

  /** Packs that it knows to be condemned. */
  private static final int CONDEMNED = FIRST_OWN + 2;

  /** Blobs that go into the next pack. */
  private static final int MISSING = FIRST_OWN + 3;

  private static final int SEALED_BACKUPS = FIRST_OWN + 4;
  private static final int PARENT_LIVES = FIRST_OWN + 5;
  private static final int AFTER_REVOCATION = FIRST_OWN + 6;
  private static final int PARENT = FIRST_OWN + 7;

  private final int writer;
  private final List<WriterPhase> program;

  Writer(Scenario scenario, int number, int writer) {
    super(scenario, number, "writer " + (writer + 1));
    this.writer = writer;
    this.program = WriterPhase.program(scenario);
  }

  @Override
  boolean finished(World world) {
    return pc(world) == program.size();
  }

  @Override
  void expand(World world, Model.Steps steps) {
    if (finished(world)) {
      return;
    }
    int run = world.get(this, RUN);
    int session = scenario.session(writer, run);
    WriterPhase phase = program.get(pc(world));
    World next = world.copy();
    switch (phase) {
      case VIEW_INDEX -> {
        int view = world.listIndex();
        next.set(this, VIEW, view);
        go(next);
        steps.take(name, () -> "reads the index: packs " + bits(view), next.cells);
      }
      case OPEN_SESSION -> {
        int parent = world.get(this, PARENT);
        next.putSession(session, parent);
        beginWaiting(next);
        go(next);
        steps.take(name, () -> "opens session " + session + ", parent " + parent, next.cells);
      }
      case READ_CONDEMNATIONS -> {
        if (!waiting(world)) {
          readCondemnations(next);
          go(next);
          steps.take(
              name,
              () -> "reads condemnations: packs " + bits(next.get(this, CONDEMNED)),
              next.cells);
        }
      }
      case CHECK_PARENT -> checkParent(world, next, steps);
      case PUT_PACK, PUT_PACK_ANEW -> {
        int pack = scenario.pack(writer, run, phase == WriterPhase.PUT_PACK_ANEW);
        int blobs = world.get(this, MISSING);
        next.putPack(pack, blobs);
        stored(next, pack);
        go(next);
        steps.take(name, () -> "stores pack " + pack + " " + Scenario.names(blobs), next.cells);
      }
      case PUT_INDEX, PUT_INDEX_ANEW -> {
        int pack = scenario.pack(writer, run, phase == WriterPhase.PUT_INDEX_ANEW);
        next.putIndex(pack, world.get(this, MISSING));
        stored(next, pack);
        go(next);
        steps.take(name, () -> "stores the index segment of pack " + pack, next.cells);
      }
      case PUT_CHECKPOINT -> {
        next.put(Kind.CHECKPOINT, session);
        go(next);
        steps.take(name, () -> "stores the unsealed manifest " + session, next.cells);
      }
      case READ_CONDEMNATIONS_AGAIN -> {
        readCondemnations(next);
        next.set(this, MISSING, missing(next, true));
        go(next);
        steps.take(
            name,
            () -> "reads condemnations again: packs " + bits(next.get(this, CONDEMNED)),
            next.cells);
      }
      case READ_REVOCATIONS, READ_REVOCATIONS_AGAIN ->
          readRevocations(world, next, phase == WriterPhase.READ_REVOCATIONS_AGAIN, steps);
      case SEAL -> {
        next.put(Kind.MANIFEST, session);
        next.set(this, PARENT_LIVES, 0);
        beginWaiting(next);
        if (!scenario.has(Rule.CONFIRM_AFTER_SEAL)) {
          next.acknowledge(session);
        }
        go(next);
        steps.take(
            name,
            () -> "seals manifest " + session + " " + Scenario.names(scenario.blobs(session)),
            next.cells);
      }
      case END_SESSION -> {
        next.put(Kind.END, session);
        String also = dropOther(next);
        go(next);
        steps.take(name, () -> "ends session " + session + also, next.cells);
      }
      case DELETE_SESSION -> {
        next.delete(Kind.SESSION, 1 << session);
        next.delete(Kind.CHECKPOINT, 1 << session);
        go(next);
        steps.take(name, () -> "deletes the record and checkpoint of its session", next.cells);
      }
      case DELETE_END -> {
        next.delete(Kind.END, 1 << session);
        go(next);
        steps.take(name, () -> "deletes the end of its session", next.cells);
      }
    }
  }

  private void checkParent(World world, World next, Model.Steps steps) {
    int parent = world.get(this, PARENT);
    boolean lives = world.has(Kind.MANIFEST, parent) || !scenario.has(Rule.CHECK_PARENT_LIVES);
    next.set(this, PARENT_LIVES, lives ? 1 + parent : 0);
    next.set(this, MISSING, missing(next, scenario.has(Rule.NO_DEDUP_AGAINST_CONDEMNED)));
    go(next);
    steps.take(
        name, () -> "looks for its parent " + parent + (lives ? ": there" : ": gone"), next.cells);
  }

  /** Blobs of the source that are in no pack of the view, condemned packs left out on request. */
  private int missing(World world, boolean condemnedDoNotCount) {
    int usable = world.get(this, VIEW);
    if (condemnedDoNotCount) {
      usable &= ~world.get(this, CONDEMNED);
    }
    return scenario.wants().get(writer) & ~world.contents(usable);
  }

  /** Takes a pack of its own into its view; with its index segment nothing is missing any more. */
  private void stored(World next, int pack) {
    next.set(this, VIEW, next.get(this, VIEW) | 1 << pack);
    if (next.has(Kind.PACK, pack) && next.has(Kind.INDEX, pack)) {
      next.set(this, MISSING, 0);
    }
  }

  private void readCondemnations(World next) {
    next.set(this, CONDEMNED, next.get(this, CONDEMNED) | next.listCondemned());
    endWaiting(next);
  }

  private void readRevocations(World world, World next, boolean afterSeal, Model.Steps steps) {
    if (afterSeal && waiting(world)) {
      return;
    }
    endWaiting(next);
    int session = scenario.session(writer, world.get(this, RUN));
    boolean revoked = in(world.list(Kind.REVOCATION), session);
    if (!revoked) {
      if (afterSeal) {
        // The ledger entry and the acknowledgement follow; to count from here on is stricter.
        next.acknowledge(session);
      }
      go(next);
      String then = afterSeal ? ": not revoked; acknowledges backup " + session : ": not revoked";
      steps.take(name, () -> "reads revocations" + then, next.cells);
      return;
    }
    next.set(this, PARENT_LIVES, 0);
    if (world.get(this, RUN) + 1 == scenario.runs()) {
      finish(next);
    } else {
      next.set(this, RUN, world.get(this, RUN) + 1);
      next.set(this, AFTER_REVOCATION, 1);
      pc(next, 1);
    }
    steps.take(name, () -> "reads revocations: revoked; begins again", next.cells);
  }

  /** Whoever has taken up another's work tells it to stop, in case it is not dead. */
  private String dropOther(World next) {
    if (!scenario.has(Scenario.Event.RESUME) || writer == 0) {
      return "";
    }
    boolean right = scenario.has(Rule.ONLY_AUTHOR_ENDS_SESSION);
    for (int run = 0; run < scenario.runs(); run++) {
      int other = scenario.session(writer - 1, run);
      if (next.has(Kind.SESSION, other)) {
        next.put(right ? Kind.REVOCATION : Kind.END, other);
      }
    }
    return right ? ", revokes that of the writer before it" : ", and that of the writer before it";
  }

  /** Goes to the next phase that has something to do. */
  private void go(World next) {
    int place = pc(next) + 1;
    if (next.get(this, AFTER_REVOCATION) == 1
        && !scenario.has(Rule.REVOKED_WRITER_RECHECKS)
        && place < program.indexOf(WriterPhase.SEAL)) {
      place = program.indexOf(WriterPhase.SEAL);
    }
    while (place < program.size() && skipped(next, program.get(place))) {
      place++;
    }
    pc(next, place);
    if (place == program.size()) {
      nextBackup(next);
    }
  }

  private void nextBackup(World next) {
    int run = next.get(this, RUN);
    int backups = next.get(this, SEALED_BACKUPS) + 1;
    if (backups == scenario.backups() || run + 1 == scenario.runs()) {
      finish(next);
      return;
    }
    next.set(this, SEALED_BACKUPS, backups);
    next.set(this, PARENT, scenario.session(writer, run));
    next.set(this, RUN, run + 1);
    next.set(this, AFTER_REVOCATION, 0);
    pc(next, 1);
  }

  private boolean skipped(World next, WriterPhase phase) {
    int pack = scenario.pack(writer, next.get(this, RUN), false);
    return switch (phase) {
      case PUT_PACK, PUT_PACK_ANEW, PUT_INDEX_ANEW -> next.get(this, MISSING) == 0;
      case PUT_INDEX ->
          next.has(Kind.PACK, pack)
              ? next.has(Kind.INDEX, pack)
              : scenario.has(Rule.PACK_BEFORE_INDEX) || next.get(this, MISSING) == 0;
      default -> false;
    };
  }

  /** Clears what no longer matters, so that states which differ in nothing else are one. */
  private void finish(World next) {
    for (int register = FIRST_OWN; register < World.REGISTERS; register++) {
      next.set(this, register, 0);
    }
    endWaiting(next);
    pc(next, program.size());
  }

  /** The parent that its open session relies on, or -1. */
  int reliesOn(World world) {
    int lives = world.get(this, PARENT_LIVES);
    int session = scenario.session(writer, world.get(this, RUN));
    return lives == 0 || world.has(Kind.REVOCATION, session) ? -1 : lives - 1;
  }

  static String bits(int mask) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < Integer.SIZE; i++) {
      if (in(mask, i)) {
        text.append(text.length() > 1 ? "," : "").append(i);
      }
    }
    return text.append(']').toString();
  }
}
