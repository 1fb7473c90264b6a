package io.salvor.engine.restore;

/** How a restore relates to what is live. */
public enum RestoreMode {
  /** The target itself becomes what is wanted. */
  INPLACE,
  /** Something new is made, which must not exist. */
  NEW,
  /** Only what differs is taken over; for sources with fields. */
  DIFFERENCES,
  /** Something new is made and takes the live one's place. */
  SWAP
}
