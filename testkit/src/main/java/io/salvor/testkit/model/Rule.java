package io.salvor.testkit.model;

/**
 * The rules of the protocol between writers, pruners, readers and key holders. The model runs with
 * any of them taken out; the tests show what then goes wrong.
 */
public enum Rule {
  // What a writer does, in the order of its run.

  /** A writer publishes its session, and only then reads the condemnations. */
  SESSION_BEFORE_CONDEMNATION_READ(Stake.SAFETY),
  /** A writer stores anew what it finds only in condemned packs. */
  NO_DEDUP_AGAINST_CONDEMNED(Stake.SAFETY),
  /** After opening its session a writer looks whether its parent is still there. */
  CHECK_PARENT_LIVES(Stake.WORK),
  /** A pack is stored before the index segment that names it. */
  PACK_BEFORE_INDEX(Stake.SAFETY),
  /** The index segments of all new packs are stored before the manifest is sealed. */
  INDEX_BEFORE_SEAL(Stake.SAFETY),
  /** Before it seals, a writer reads the condemnations again and stores anew what they took. */
  RECHECK_CONDEMNATIONS_BEFORE_SEAL(Stake.SPARE),
  /** Before it seals, a writer reads the revocations, and does not seal when it is revoked. */
  CHECK_REVOCATION_BEFORE_SEAL(Stake.SPARE),
  /** After it has sealed, a writer reads the revocations, and acknowledges only if not revoked. */
  CONFIRM_AFTER_SEAL(Stake.SAFETY),
  /** A revoked writer opens a new session and settles every reference again in it. */
  REVOKED_WRITER_RECHECKS(Stake.SAFETY),
  /** Nobody but its author ever ends a session; who resumes another's work leaves it open. */
  ONLY_AUTHOR_ENDS_SESSION(Stake.SAFETY),

  // What a pruner does, in the order of its run.

  /** The parents of open sessions are roots, for the mark and for the copying. */
  PARENT_IS_ROOT(Stake.WORK),
  /**
   * For the copying, the sessions that tell the parents are listed once more, after the manifests.
   */
  LIST_PARENTS_AFTER_MANIFESTS(Stake.WORK),
  /** The checkpoints of open sessions are roots for the mark. */
  UNSEALED_MANIFEST_IS_ROOT(Stake.WORK),
  /** A condemnation found in the storage stays: a restarted pruner takes it over as it is. */
  CONDEMNATION_IS_FINAL(Stake.SAFETY),
  /** The condemnation is published before the sessions are listed. */
  CONDEMN_BEFORE_LISTING(Stake.SAFETY),
  /** Nothing is deleted before each session that was listed has ended or has been closed. */
  WAIT_FOR_EARLIER_SESSIONS(Stake.SAFETY),
  /** The manifests that decide what is copied are listed after the sessions. */
  LIST_SESSIONS_BEFORE_MANIFESTS(Stake.SAFETY),
  /** They are listed after the last of those sessions has ended or has been revoked. */
  LIST_MANIFESTS_AFTER_WAIT(Stake.SAFETY),
  /**
   * A pruner that goes on without a session publishes, after revoking it and listing the manifests
   * once more, which manifest of the session counts; any other is void for every reader.
   */
  CLOSE_REVOKED_SESSIONS(Stake.SAFETY),
  /** What a manifest needs of condemned packs is copied into new ones before these are deleted. */
  COPY_BEFORE_DELETE(Stake.SAFETY),
  /** What is left only in packs that another pruner condemned has to be copied, too. */
  HEED_OTHER_CONDEMNATIONS(Stake.SAFETY),
  /** The index that decides what is copied is read after those manifests. */
  READ_INDEX_AFTER_MANIFESTS(Stake.WORK),
  /**
   * Who reads the index lists it until nothing has vanished between two lists: of a segment that
   * was merged meanwhile a single list may show neither it nor the merged one.
   */
  LIST_INDEX_UNTIL_STABLE(Stake.WORK),
  /** A merged segment is stored before those that it stands for are deleted. */
  MERGE_BEFORE_DELETE(Stake.SAFETY),
  /** A condemnation that stands for others is stored before these are deleted. */
  MERGE_CONDEMNATIONS_BEFORE_DELETE(Stake.SAFETY),
  /** A revocation stays after the session was closed, for an author that sleeps on. */
  REVOCATIONS_ARE_KEPT(Stake.SAFETY),
  /**
   * The condemnation stays after the packs are gone, for writers whose view of the index is old.
   */
  CONDEMNATIONS_ARE_KEPT(Stake.SAFETY),

  // Others.

  /** Who relies on a backup that its author has not acknowledged first reads the revocations. */
  ADOPTER_CONFIRMS(Stake.SAFETY),

  /** Who has written waits for the storage's listing lag before it lists. */
  WAIT_LISTING_LAG(Stake.SAFETY),

  // The ledger.

  /** A backup is acknowledged after its ledger entry is stored. */
  LEDGER_BEFORE_ACK(Stake.NOTICE),
  /** A ledger entry names as predecessors all heads that its author saw. */
  LEDGER_NAMES_PREDECESSORS(Stake.NOTICE),
  /** An entry that another one names and that is not there is a loss. */
  NOTICE_MISSING_PREDECESSORS(Stake.NOTICE),
  /** A key holder remembers, outside the storage, what it has seen of the ledger. */
  REMEMBER_LAST_LEDGER(Stake.NOTICE),
  /** What it remembers and does not find any more stays in its memory. */
  MEMORY_KEEPS_WHAT_IS_GONE(Stake.NOTICE),
  /** It remembers the entry that it has stored, whether or not a listing shows it. */
  REMEMBER_OWN_ENTRY(Stake.NOTICE),
  /** What it remembers is all heads, not only one of them. */
  REMEMBER_ALL_HEADS(Stake.NOTICE),
  /** It stores its own entry before it remembers it. */
  LEDGER_BEFORE_REMEMBER(Stake.NOTICE),
  /** It remembers its own entry before it acknowledges. */
  REMEMBER_BEFORE_ACK(Stake.NOTICE),
  /** A ledger entry that removes a backup is stored before its manifest is deleted. */
  REMOVAL_BEFORE_DELETE(Stake.NOTICE),
  /** What one entry removes is gone, whatever other entries add. */
  REMOVAL_IS_FINAL(Stake.NOTICE),
  /** Who misses a manifest reads the ledger again before it calls it lost. */
  READ_LEDGER_AGAIN(Stake.NOTICE),
  /** A ledger entry adds also those sealed manifests that its author finds in no entry. */
  ADOPT_UNLISTED(Stake.NOTICE),
  /** A summary is stored before the entries that it covers are deleted. */
  SUMMARY_BEFORE_DELETE(Stake.NOTICE),
  /** A summary covers only entries that its author has read, whatever their numbers. */
  SUMMARY_COVERS_WHAT_IT_READ(Stake.NOTICE),
  /** A summary repeats the removals, too. */
  SUMMARY_REPEATS_REMOVALS(Stake.NOTICE),
  /** A summary that covers another one covers also what that one did. */
  SUMMARY_REPEATS_WHAT_WAS_COVERED(Stake.NOTICE),
  /** A summary names as predecessors also the entries that are named and missing. */
  SUMMARY_NAMES_WHAT_IS_MISSING(Stake.NOTICE);

  /** What is at stake with a rule. */
  public enum Stake {
    /** Without the rule a backup is lost. */
    SAFETY,
    /** Without it nothing is lost but work: a run fails, is repeated, or a prune refuses. */
    WORK,
    /** Without it nothing is lost either; it stands in for another rule, or saves others work. */
    SPARE,
    /** Without it a loss is not noticed, or an alarm is false. */
    NOTICE
  }

  private final Stake stake;

  Rule(Stake stake) {
    this.stake = stake;
  }

  public Stake stake() {
    return stake;
  }
}
