package io.salvor.engine.error;

/**
 * The stable code of a failure. A number, once released, is never given another meaning. The first
 * digit names the area: 1 repository and keys, 2 storage, 3 sources and capture, 4 restore, 5
 * command line, 6 sessions and ledger, 9 defects.
 */
public enum ErrorCode {
  REPOSITORY_MISSING(1001, Exit.NO_REPOSITORY, false),
  REPOSITORY_EXISTS(1002, Exit.FAILED, false),
  FORMAT_NEWER(1003, Exit.FAILED, false),
  REPOSITORY_DAMAGED(1004, Exit.DAMAGED, false),
  WRONG_CREDENTIAL(1005, Exit.WRONG_CREDENTIAL, false),
  CREDENTIAL_MISSING(1006, Exit.USAGE, false),
  KEY_DAMAGED(1007, Exit.DAMAGED, false),
  CREDENTIAL_WITHDRAWN(1008, Exit.WRONG_CREDENTIAL, false),
  CREDENTIAL_UNKNOWN(1009, Exit.FAILED, false),
  CREDENTIAL_NEEDED(1010, Exit.FAILED, false),
  EPOCH_NOT_GRANTED(1011, Exit.FAILED, false),
  KMS_FAILED(1012, Exit.FAILED, true),
  KMS_KEY_DESTROYED(1013, Exit.WRONG_CREDENTIAL, false),
  WRITE_ONLY(1014, Exit.WRONG_CREDENTIAL, false),
  NOT_ERASABLE(1015, Exit.FAILED, false),
  ERASURE_UNFINISHED(1016, Exit.FAILED, true),
  SENSITIVE_NOT_GRANTED(1017, Exit.WRONG_CREDENTIAL, false),
  AUTHORITY_SUCCEEDED(1018, Exit.WRONG_CREDENTIAL, false),
  CREDENTIAL_TOO_COSTLY(1019, Exit.FAILED, false),
  WRITER_EXISTS(1020, Exit.FAILED, false),
  JOURNAL_IN_ERASABLE(1021, Exit.FAILED, false),
  OBJECT_DAMAGED(1101, Exit.DAMAGED, false),
  OBJECT_LOST(1102, Exit.DAMAGED, false),
  BLOB_LOST(1103, Exit.DAMAGED, false),
  TREE_DAMAGED(1104, Exit.DAMAGED, false),
  MANIFEST_LOST(1105, Exit.DAMAGED, false),
  OBJECT_UNREADABLE(1106, Exit.DAMAGED, true),
  JOURNAL_DAMAGED(1107, Exit.DAMAGED, false),
  BACKUP_UNKNOWN(1201, Exit.FAILED, false),
  BACKUP_AMBIGUOUS(1202, Exit.FAILED, false),
  BACKUP_NONE(1203, Exit.FAILED, false),
  ENTRY_UNKNOWN(1204, Exit.FAILED, false),
  BACKUP_INCOMPLETE(1205, Exit.FAILED, false),
  BACKUP_PROTECTED(1206, Exit.FAILED, false),
  PLACE_EXCHANGED(1301, Exit.DAMAGED, false),
  PLACE_NEW(1302, Exit.DONE, false),
  NOT_A_COPY(1303, Exit.FAILED, false),
  STORAGE_UNREACHABLE(2001, Exit.UNREACHABLE, true),
  STORAGE_READ_ONLY(2002, Exit.FAILED, false),
  STORAGE_FULL(2003, Exit.FAILED, true),
  STORAGE_FAILED(2004, Exit.FAILED, true),
  STORAGE_DENIED(2005, Exit.FAILED, false),
  STORAGE_NOT_EMPTY(2006, Exit.FAILED, false),
  SOURCE_MISSING(3001, Exit.FAILED, false),
  SOURCE_UNREADABLE(3002, Exit.FAILED, false),
  ENTRY_UNREADABLE(3003, Exit.PARTIAL, true),
  ENTRY_VANISHED(3004, Exit.PARTIAL, true),
  ENTRY_CHANGED(3005, Exit.PARTIAL, true),
  SOURCE_UNSUPPORTED(3006, Exit.USAGE, false),
  COMMAND_FAILED(3007, Exit.FAILED, true),
  ENTRY_UNSUPPORTED(3008, Exit.PARTIAL, false),
  HOOK_BEFORE_FAILED(3009, Exit.FAILED, true),
  HOOK_AFTER_FAILED(3010, Exit.PARTIAL, true),
  LOG_FILE_REFUSED(3011, Exit.FAILED, false),
  TARGET_UNUSABLE(4001, Exit.FAILED, false),
  TARGET_IN_REPOSITORY(4002, Exit.FAILED, false),
  RESTORE_CONFLICTS(4003, Exit.CONFLICTS, false),
  CONSENT_MISSING(4004, Exit.CONFLICTS, false),
  TARGET_FULL(4005, Exit.FAILED, true),
  TARGET_MOVED(4006, Exit.CONFLICTS, true),
  RESTORE_MISMATCH(4007, Exit.FAILED, true),
  RESTORE_UNKNOWN(4008, Exit.FAILED, false),
  TARGET_INCOMPATIBLE(4009, Exit.FAILED, false),
  ENTRY_NOT_RESTORED(4010, Exit.PARTIAL, true),
  UNDO_IMPOSSIBLE(4011, Exit.FAILED, false),
  PLAN_UNUSABLE(4012, Exit.FAILED, false),
  RESTORE_RUNNING(4013, Exit.FAILED, true),
  ENTRY_SENSITIVE(4014, Exit.PARTIAL, false),
  RECOVERY_FAILED(4015, Exit.FAILED, false),
  PROGRAMS_MISSING(4016, Exit.FAILED, false),
  GOAL_UNREACHABLE(4017, Exit.FAILED, false),
  USAGE(5001, Exit.USAGE, false),
  BAD_PATTERN(5002, Exit.USAGE, false),
  BAD_TIME(5003, Exit.USAGE, false),
  LOCAL_STATE(5004, Exit.FAILED, true),
  OUTPUT_FAILED(5005, Exit.FAILED, true),
  NOTHING_MATCHED(5006, Exit.FAILED, false),
  OUTPUT_EXISTS(5007, Exit.FAILED, false),
  SESSION_REVOKED(6001, Exit.FAILED, true),
  STORAGE_ROLLED_BACK(6002, Exit.DAMAGED, false),
  INTERRUPTED(6003, Exit.INTERRUPTED, true),
  SESSION_UNKNOWN(6101, Exit.FAILED, false),
  SESSION_CANCELLED(6102, Exit.FAILED, false),
  LISTING_LAG_UNKNOWN(6103, Exit.FAILED, false),
  REFERENCE_UNRESOLVED(6104, Exit.DAMAGED, false),
  REENCRYPTION_RUNNING(6105, Exit.FAILED, true),
  DEFECT(9001, Exit.FAILED, false);

  private final int number;
  private final Exit exit;
  private final boolean retry;

  ErrorCode(int number, Exit exit, boolean retry) {
    this.number = number;
    this.exit = exit;
    this.retry = retry;
  }

  /** The code as it is printed: {@code SLV-1204}. */
  public String code() {
    return "SLV-" + number;
  }

  /** The exit code of a command that ends with this failure. */
  public Exit exit() {
    return exit;
  }

  /** Whether it tells of objects that are lost, not what was written, or cannot be read. */
  public boolean isDamage() {
    return exit == Exit.DAMAGED;
  }

  /** Whether the same command may succeed later without anybody changing anything. */
  public boolean retry() {
    return retry;
  }
}
