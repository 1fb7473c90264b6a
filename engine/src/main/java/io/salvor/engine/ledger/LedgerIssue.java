package io.salvor.engine.ledger;

import io.salvor.engine.storage.ObjectName;

/** Something that the ledger shows to be wrong. */
public sealed interface LedgerIssue {

  /** The object that it is about. */
  ObjectName object();

  /** An entry is there and cannot be read. */
  record EntryDamaged(ObjectName object) implements LedgerIssue {}

  /** An entry that another one names is not there, or is not what was named. */
  record EntryLost(ObjectName object) implements LedgerIssue {}

  /** This machine has seen the entry, and now neither it nor a successor is there. */
  record RolledBack(ObjectName object, long number) implements LedgerIssue {}
}
