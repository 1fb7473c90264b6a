package io.salvor.engine.keys;

/**
 * What can be said of a credential's object, which nobody has signed: by its hash in the ledger,
 * and by the public half in the grants.
 */
public enum CredentialStanding {
  /** It is the one that was made: the ledger has its hash. */
  NAMED,
  /** Nothing speaks against it; whoever made it died before the ledger knew of it. */
  UNNAMED,
  /** It is damaged, or another one than was made. */
  EXCHANGED,
  /** The ledger names it, and it is not there. */
  GONE,
  /** There are grants for it, and nobody knows of an object: whoever was making it died. */
  NEVER_STORED
}
