package io.salvor.engine.posix;

/** What one system can do and another cannot. */
public enum Capability {
  /** Descent by handles: no link or rename made meanwhile leads elsewhere. */
  SAFE_DESCENT,
  /** Names that are not UTF-8. */
  RAW_NAMES,
  /** Paths longer than the system's {@code PATH_MAX}. */
  LONG_PATHS,
  /** Owner, group, mode, inode, device, links and change time are told. */
  POSIX_METADATA,
  /** Owners and modes can be set without following links. */
  OWNERS,
  /** Times are set to the nanosecond, those of symbolic links too. */
  EXACT_TIMES,
  /** Fifos, sockets and device nodes can be made (devices need root besides). */
  SPECIAL_NODES,
  /** Extended attributes of every name space, ACLs among them. Without: {@code user.*} at most. */
  ALL_XATTRS,
  /** Holes are found, and can be punched. */
  HOLES,
  /** {@link RenameMode#NO_REPLACE} is atomic, and {@link RenameMode#EXCHANGE} exists. */
  RENAME_MODES,
  /** Mounts are told apart even within one device. */
  MOUNT_IDS,
  /** A directory can be made durable. */
  DIRECTORY_SYNC,
  /** All of a file system can be made durable at once. */
  FILE_SYSTEM_SYNC,
  /** Users and groups are looked up by number. */
  OWNER_NAMES
}
