package io.salvor.testkit.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The steps of a pruner, in the order that the rules demand. */
enum PrunerPhase {
  RESCIND,
  MARK_INDEX,
  MARK_SESSIONS,
  MARK_MANIFESTS,
  CONDEMN,
  LIST_SESSIONS,
  WAIT,
  LIST_MANIFESTS,
  CLOSE_SESSIONS,
  DROP_REVOCATIONS,
  LIST_PARENTS,
  READ_CONDEMNATIONS,
  BEGIN_TO_READ_INDEX,
  READ_INDEX,
  DECIDE,
  PUT_COPY,
  PUT_COPY_INDEX,
  DELETE_PACKS,
  DELETE_INDEX,
  DROP_CONDEMNATION;

  /** The program of a pruner; what a missing rule demands is left out or in the wrong place. */
  static List<PrunerPhase> program(Scenario scenario, int pruner) {
    List<PrunerPhase> program = new ArrayList<>(List.of(values()));
    if (scenario.has(Rule.CONDEMNATION_IS_FINAL) || pruner == 0) {
      program.remove(RESCIND);
    }
    if (!scenario.has(Scenario.Event.HONEST_MARK)) {
      program.removeAll(List.of(MARK_INDEX, MARK_SESSIONS, MARK_MANIFESTS));
    }
    if (!scenario.has(Rule.CONDEMN_BEFORE_LISTING)) {
      Collections.swap(program, program.indexOf(CONDEMN), program.indexOf(LIST_SESSIONS));
    }
    if (!scenario.has(Rule.WAIT_FOR_EARLIER_SESSIONS)) {
      program.remove(WAIT);
    }
    if (!scenario.has(Rule.LIST_SESSIONS_BEFORE_MANIFESTS)) {
      program.remove(LIST_MANIFESTS);
      program.add(program.indexOf(LIST_SESSIONS), LIST_MANIFESTS);
    }
    if (!scenario.has(Rule.LIST_MANIFESTS_AFTER_WAIT)) {
      program.remove(LIST_MANIFESTS);
      program.add(program.indexOf(WAIT), LIST_MANIFESTS);
    }
    if (!scenario.has(Rule.LIST_PARENTS_AFTER_MANIFESTS)) {
      program.remove(LIST_PARENTS);
      program.add(program.indexOf(LIST_MANIFESTS), LIST_PARENTS);
    }
    if (!scenario.has(Rule.PARENT_IS_ROOT)) {
      program.remove(LIST_PARENTS);
    }
    if (!scenario.has(Rule.HEED_OTHER_CONDEMNATIONS)) {
      program.remove(READ_CONDEMNATIONS);
    }
    if (!scenario.has(Rule.READ_INDEX_AFTER_MANIFESTS)) {
      program.remove(READ_INDEX);
      program.add(program.indexOf(LIST_SESSIONS), READ_INDEX);
    }
    if (scenario.has(Rule.LIST_INDEX_UNTIL_STABLE)) {
      program.remove(BEGIN_TO_READ_INDEX);
    }
    if (scenario.has(Scenario.Event.INDEX_FIRST)) {
      Collections.swap(program, program.indexOf(DELETE_PACKS), program.indexOf(DELETE_INDEX));
    }
    if (scenario.has(Rule.REVOCATIONS_ARE_KEPT)) {
      program.remove(DROP_REVOCATIONS);
    }
    if (scenario.has(Rule.CONDEMNATIONS_ARE_KEPT)) {
      program.remove(DROP_CONDEMNATION);
    }
    return List.copyOf(program);
  }
}
