package io.salvor.engine.blob;

/** The kinds of blobs, which have different id keys and lie in different packs. */
public enum BlobKind {
  DATA,
  TREE,
  /** Data that only credentials with a grant of their own for it open. */
  SENSITIVE
}
