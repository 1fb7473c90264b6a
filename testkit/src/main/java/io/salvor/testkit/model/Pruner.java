package io.salvor.testkit.model;

import java.util.List;

/**
 * A pruner. What it condemns is any set of packs, unless the scenario asks for an honest mark: the
 * mark decides only how much is condemned needlessly and has to be copied, never what is safe. A
 * pruner that is asleep, then started again, is two pruners.
 */
final class Pruner extends Actor {

  /** Sessions that it waits for; in the mark: packs seen. */
  private static final int WAITS_FOR = FIRST_OWN;

  /** Sessions that it gave up or found revoked, and has to close; in the mark: checkpoints seen. */
  private static final int TO_CLOSE = FIRST_OWN + 1;

  /** Manifests whose blobs have to stay; in the mark: the blobs. */
  private static final int ROOTS = FIRST_OWN + 2;

  private static final int PARENTS = FIRST_OWN + 3;

  /** Packs that do not count. */
  private static final int CONDEMNED = FIRST_OWN + 4;

  /** Packs that the index names. */
  private static final int INDEX = FIRST_OWN + 5;

  /** Blobs to copy. */
  private static final int COPY = FIRST_OWN + 6;

  private final int pruner;
  private final List<PrunerPhase> program;

  Pruner(Scenario scenario, int number, int pruner) {
    super(scenario, number, "pruner " + (pruner + 1));
    this.pruner = pruner;
    this.program = PrunerPhase.program(scenario, pruner);
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
    World next = world.copy();
    switch (program.get(pc(world))) {
      case RESCIND -> {
        next.delete(Kind.CONDEMNATION, 1);
        go(next);
        steps.take(name, () -> "withdraws the condemnation of the pruner before it", next.cells);
      }
      case MARK_INDEX -> {
        next.set(this, WAITS_FOR, world.listIndex());
        next.set(this, TO_CLOSE, world.all(Kind.CHECKPOINT));
        go(next);
        steps.take(name, () -> "marks: lists the index", next.cells);
      }
      case MARK_SESSIONS -> {
        next.set(this, ROOTS, Mark.blobsOfOpenSessions(scenario, world));
        go(next);
        steps.take(name, () -> "marks: lists the sessions", next.cells);
      }
      case MARK_MANIFESTS -> {
        int manifests = Roots.manifests(world);
        next.set(this, ROOTS, world.get(this, ROOTS) | Roots.blobs(scenario, manifests));
        go(next);
        steps.take(name, () -> "marks: lists manifests " + Writer.bits(manifests), next.cells);
      }
      case CONDEMN -> condemn(world, steps);
      case LIST_SESSIONS -> {
        if (!waiting(world)) {
          endWaiting(next);
          int open = Roots.open(world);
          next.set(this, WAITS_FOR, open);
          // Without the rules below nobody is waited for, yet listings still come after the lag.
          beginWaiting(next);
          go(next);
          steps.take(name, () -> "lists the open sessions: " + Writer.bits(open), next.cells);
        }
      }
      case WAIT -> await(world, steps);
      case LIST_MANIFESTS -> {
        if (!waiting(world)) {
          int manifests = Roots.manifests(world);
          next.set(this, ROOTS, manifests);
          beginWaiting(next);
          go(next);
          steps.take(name, () -> "lists the manifests: " + Writer.bits(manifests), next.cells);
        }
      }
      case CLOSE_SESSIONS -> {
        int closed = world.get(this, TO_CLOSE);
        int accepted = closed & world.get(this, ROOTS);
        next.putClosure(pruner, closed, accepted);
        if (scenario.has(Rule.REVOCATIONS_ARE_KEPT)) {
          next.set(this, TO_CLOSE, 0);
        }
        beginWaiting(next);
        go(next);
        steps.take(
            name,
            () -> "closes sessions " + Writer.bits(closed) + ", accepts " + Writer.bits(accepted),
            next.cells);
      }
      case DROP_REVOCATIONS -> {
        next.delete(Kind.REVOCATION, world.get(this, TO_CLOSE));
        next.set(this, TO_CLOSE, 0);
        go(next);
        steps.take(name, () -> "deletes the revocations", next.cells);
      }
      case LIST_PARENTS -> {
        int parents = Roots.parents(world);
        next.set(this, PARENTS, parents);
        go(next);
        steps.take(
            name, () -> "lists the open sessions' parents: " + Writer.bits(parents), next.cells);
      }
      case READ_CONDEMNATIONS -> {
        if (!waiting(world)) {
          int condemned = world.listCondemned();
          next.set(this, CONDEMNED, condemned | world.condemnedBy(pruner));
          go(next);
          steps.take(
              name, () -> "reads condemnations: packs " + Writer.bits(condemned), next.cells);
        }
      }
      case BEGIN_TO_READ_INDEX -> {
        if (!waiting(world)) {
          next.set(this, INDEX, world.listMerged());
          go(next);
          steps.take(name, () -> "lists merged segments", next.cells);
        }
      }
      case READ_INDEX -> {
        if (!waiting(world)) {
          boolean whole = scenario.has(Rule.LIST_INDEX_UNTIL_STABLE);
          int index = whole ? world.listIndex() : world.get(this, INDEX) | world.list(Kind.INDEX);
          next.set(this, INDEX, index);
          go(next);
          steps.take(name, () -> "reads the index: packs " + Writer.bits(index), next.cells);
        }
      }
      case DECIDE -> throw new IllegalStateException("decided within the step before");
      case PUT_COPY -> {
        int blobs = world.get(this, COPY);
        if ((blobs & ~world.contents(world.get(this, INDEX) & world.all(Kind.PACK))) != 0) {
          finish(next);
          steps.take(name, () -> "finds a pack gone that it was to copy, and stops", next.cells);
        } else {
          next.putPack(scenario.prunerPack(pruner), blobs);
          go(next);
          steps.take(
              name,
              () -> "copies " + Scenario.names(blobs) + " to pack " + scenario.prunerPack(pruner),
              next.cells);
        }
      }
      case PUT_COPY_INDEX -> {
        next.putIndex(scenario.prunerPack(pruner), 0);
        clear(next);
        go(next);
        steps.take(
            name,
            () -> "stores the index segment of pack " + scenario.prunerPack(pruner),
            next.cells);
      }
      case DELETE_PACKS -> {
        // In one step: with some of them still there, others only find more.
        next.delete(Kind.PACK, world.condemnedBy(pruner));
        go(next);
        steps.take(
            name, () -> "deletes packs " + Writer.bits(world.condemnedBy(pruner)), next.cells);
      }
      case DELETE_INDEX -> {
        next.delete(Kind.INDEX, world.condemnedBy(pruner));
        go(next);
        steps.take(name, () -> "deletes their index segments", next.cells);
      }
      case DROP_CONDEMNATION -> {
        next.delete(Kind.CONDEMNATION, 1 << pruner);
        go(next);
        steps.take(name, () -> "deletes its condemnation", next.cells);
      }
    }
  }

  private void condemn(World world, Model.Steps steps) {
    int packs = world.all(Kind.PACK);
    boolean honest = scenario.has(Scenario.Event.HONEST_MARK);
    if (honest) {
      packs = Mark.unneeded(world, world.get(this, WAITS_FOR), world.get(this, ROOTS));
    }
    if (packs == 0) {
      World next = world.copy();
      finish(next);
      steps.take(name, () -> "finds nothing to prune", next.cells);
    }
    for (int some = packs; some != 0; some = honest ? 0 : (some - 1) & packs) {
      int chosen = some;
      World next = world.copy();
      if (honest && wastes(world, chosen)) {
        next.waste();
      }
      next.putCondemnation(pruner, chosen);
      if (honest) {
        next.set(this, WAITS_FOR, 0);
        next.set(this, TO_CLOSE, 0);
        next.set(this, ROOTS, 0);
      }
      next.set(this, CONDEMNED, chosen);
      beginWaiting(next);
      go(next);
      steps.take(name, () -> "condemns packs " + Writer.bits(chosen), next.cells);
    }
  }

  /** Goes on when each session is over or revoked; may revoke those that are not. */
  private void await(World world, Model.Steps steps) {
    int open = world.get(this, WAITS_FOR) & Roots.open(world);
    int revoked = world.list(Kind.REVOCATION) | world.get(this, TO_CLOSE);
    if ((open & ~revoked) == 0) {
      World next = world.copy();
      next.set(this, WAITS_FOR, 0);
      next.set(this, TO_CLOSE, scenario.has(Rule.CLOSE_REVOKED_SESSIONS) ? open : 0);
      beginWaiting(next);
      go(next);
      String found = open == 0 ? "ended" : "ended or revoked: " + Writer.bits(open);
      steps.take(name, () -> "finds the sessions " + found, next.cells);
    }
    if (scenario.has(Scenario.Event.GIVE_UP)) {
      for (int rest = open & ~revoked; rest != 0; rest &= rest - 1) {
        int session = Integer.numberOfTrailingZeros(rest);
        World next = world.copy();
        next.put(Kind.REVOCATION, session);
        next.set(this, TO_CLOSE, world.get(this, TO_CLOSE) | 1 << session);
        steps.take(name, () -> "gives session " + session + " up: revokes it", next.cells);
      }
    }
  }

  /** Decides what to copy, or to stop when a root misses a blob altogether. */
  private void decide(World next) {
    int seen = next.get(this, INDEX);
    int roots = Roots.blobs(scenario, next.get(this, ROOTS));
    int parents = Roots.blobs(scenario, next.get(this, PARENTS)) & next.contents(seen);
    int lost = roots & ~next.contents(seen);
    int copy =
        scenario.has(Rule.COPY_BEFORE_DELETE)
            ? (roots | parents) & ~next.contents(seen & ~next.get(this, CONDEMNED))
            : 0;
    clear(next);
    if (lost != 0) {
      if ((lost & ~next.readable()) == 0) {
        next.waste();
      }
      finish(next);
    } else {
      next.set(this, COPY, copy);
      next.set(this, INDEX, copy == 0 ? 0 : seen);
      pc(next, pc(next) + 1);
    }
  }

  private boolean wastes(World world, int packs) {
    return Mark.wastes(
        scenario, world, world.get(this, TO_CLOSE), world.get(this, WAITS_FOR), packs);
  }

  private void go(World next) {
    pc(next, pc(next) + 1);
    skip(next);
  }

  /** Skips the phases that have nothing to do with the storage. */
  private void skip(World next) {
    while (!finished(next)
        && switch (program.get(pc(next))) {
          case CLOSE_SESSIONS, DROP_REVOCATIONS -> next.get(this, TO_CLOSE) == 0;
          case PUT_COPY, PUT_COPY_INDEX -> next.get(this, COPY) == 0;
          case DECIDE -> true;
          default -> false;
        }) {
      if (program.get(pc(next)) == PrunerPhase.DECIDE) {
        decide(next);
      } else {
        pc(next, pc(next) + 1);
      }
    }
    if (finished(next)) {
      finish(next);
    }
  }

  private void finish(World next) {
    clear(next);
    pc(next, program.size());
  }

  /** Clears what no longer matters, so that states which differ in nothing else are one. */
  private void clear(World next) {
    for (int register = FIRST_OWN; register < World.REGISTERS; register++) {
      next.set(this, register, 0);
    }
    endWaiting(next);
  }
}
