package io.salvor.engine.blob;

/** Data and tree blobs have different id keys and lie in different packs. */
public enum BlobKind {
  DATA,
  TREE
}
