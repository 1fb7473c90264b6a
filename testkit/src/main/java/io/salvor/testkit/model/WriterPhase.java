package io.salvor.testkit.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The steps of a writer, in the order that the rules demand. */
enum WriterPhase {
  VIEW_INDEX,
  OPEN_SESSION,
  READ_CONDEMNATIONS,
  CHECK_PARENT,
  PUT_PACK,
  PUT_INDEX,
  PUT_CHECKPOINT,
  READ_CONDEMNATIONS_AGAIN,
  PUT_PACK_ANEW,
  PUT_INDEX_ANEW,
  READ_REVOCATIONS,
  SEAL,
  READ_REVOCATIONS_AGAIN,
  END_SESSION,
  DELETE_SESSION,
  DELETE_END;

  /** The program of a writer; what a missing rule demands is left out or in the wrong place. */
  static List<WriterPhase> program(Scenario scenario) {
    List<WriterPhase> program = new ArrayList<>(List.of(values()));
    if (!scenario.has(Rule.SESSION_BEFORE_CONDEMNATION_READ)) {
      Collections.swap(program, program.indexOf(OPEN_SESSION), program.indexOf(READ_CONDEMNATIONS));
    }
    if (!scenario.has(Rule.PACK_BEFORE_INDEX)) {
      Collections.swap(program, program.indexOf(PUT_PACK), program.indexOf(PUT_INDEX));
    }
    if (!scenario.has(Rule.INDEX_BEFORE_SEAL)) {
      program.remove(PUT_INDEX);
      program.add(program.indexOf(SEAL) + 1, PUT_INDEX);
    }
    if (!scenario.has(Rule.RECHECK_CONDEMNATIONS_BEFORE_SEAL)) {
      program.removeAll(List.of(READ_CONDEMNATIONS_AGAIN, PUT_PACK_ANEW, PUT_INDEX_ANEW));
    }
    if (!scenario.has(Rule.CHECK_REVOCATION_BEFORE_SEAL)) {
      program.remove(READ_REVOCATIONS);
    }
    if (!scenario.has(Rule.CONFIRM_AFTER_SEAL)) {
      program.remove(READ_REVOCATIONS_AGAIN);
    }
    if (!scenario.has(Scenario.Event.TIDY)) {
      program.removeAll(List.of(DELETE_SESSION, DELETE_END));
    }
    return List.copyOf(program);
  }
}
