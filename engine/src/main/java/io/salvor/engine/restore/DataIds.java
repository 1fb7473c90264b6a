package io.salvor.engine.restore;

import io.salvor.engine.blob.BlobId;

/** Names the data blob that some bytes are in the repository at hand. Safe for several threads. */
@FunctionalInterface
public interface DataIds {
  /** The id that a data blob of these bytes has. */
  BlobId of(byte[] bytes, int offset, int length);
}
