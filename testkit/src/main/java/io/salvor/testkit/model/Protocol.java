package io.salvor.testkit.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The protocol between writers, pruners and whoever forgets backups, within a scenario's bounds.
 */
public final class Protocol implements Model {
  private final Scenario scenario;
  private final boolean lossesOnly;
  private final List<Actor> actors = new ArrayList<>();
  private final List<Writer> writers = new ArrayList<>();

  /** Searches for lost backups and for lost work. */
  public Protocol(Scenario scenario) {
    this(scenario, false);
  }

  /** Searches for lost backups only, if {@code lossesOnly}. */
  public Protocol(Scenario scenario, boolean lossesOnly) {
    this.scenario = scenario;
    this.lossesOnly = lossesOnly;
    for (int w = 0; w < scenario.writers(); w++) {
      writers.add(new Writer(scenario, actors.size(), w));
      actors.add(writers.getLast());
    }
    for (int p = 0; p < scenario.pruners(); p++) {
      actors.add(new Pruner(scenario, actors.size(), p));
    }
    if (scenario.has(Scenario.Event.FORGET)) {
      actors.add(new Forgetter(scenario, actors.size()));
    }
    if (scenario.has(Scenario.Event.MERGE)) {
      actors.add(new Merger(scenario, actors.size()));
    }
    if (scenario.has(Scenario.Event.MERGE_CONDEMNATIONS)) {
      actors.add(new CondemnationMerger(scenario, actors.size()));
    }
    if (scenario.has(Scenario.Event.ADOPT)) {
      actors.add(new Adopter(scenario, actors.size()));
    }
  }

  @Override
  public int[] first() {
    return World.first(scenario, actors.size()).cells;
  }

  @Override
  public void expand(int[] state, Steps steps) {
    World world = new World(scenario, state);
    for (Actor actor : actors) {
      if (!Actor.in(world.dead(), actor.number)) {
        actor.expand(world, steps);
        if (scenario.has(Scenario.Event.CRASH) && world.dead() == 0 && !actor.finished(world)) {
          World next = world.copy();
          next.kill(actor);
          steps.take(actor.name, () -> "crashes", next.cells);
        }
      }
    }
    for (long rest = world.unlisted(); rest != 0; rest &= rest - 1) {
      long bit = Long.lowestOneBit(rest);
      World next = world.copy();
      next.setUnlisted(world.unlisted() & ~bit);
      steps.take("storage", () -> "lists " + next.unlistedLabel(bit) + " from now on", next.cells);
    }
  }

  @Override
  public boolean finished(int[] state) {
    World world = new World(scenario, state);
    return actors.stream()
        .allMatch(actor -> actor.finished(world) || Actor.in(world.dead(), actor.number));
  }

  @Override
  public @Nullable String violation(int[] state) {
    World world = new World(scenario, state);
    int readable = world.readable();
    int sealed = world.all(Kind.MANIFEST);
    int left = world.listVoid(-1);
    for (int m = 0; m < scenario.sessions(); m++) {
      boolean kept = Actor.in(world.acknowledged() & ~world.forgotten(), m);
      if (kept && !Actor.in(sealed & ~left, m)) {
        return "acknowledged backup " + m + " is not listed";
      }
      int lost = scenario.blobs(m) & ~readable;
      if (lost != 0 && Actor.in(sealed & ~left, m)) {
        return (kept ? "acknowledged" : "sealed")
            + " backup "
            + m
            + " lost "
            + Scenario.names(lost);
      }
    }
    if (lossesOnly) {
      return null;
    }
    for (Writer writer : writers) {
      int parent = writer.reliesOn(world);
      if (parent >= 0 && (scenario.blobs(parent) & ~readable) != 0) {
        return writer.name + " lost its parent " + parent + " while it works";
      }
    }
    return world.wasted() && scenario.has(Scenario.Event.HONEST_MARK)
        ? "work is lost: an interrupted backup's packs condemned, or a prune refused without need"
        : null;
  }
}
