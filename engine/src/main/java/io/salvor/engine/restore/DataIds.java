package io.salvor.engine.restore;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;

/** Names the blob that some bytes are in the repository at hand. Safe for several threads. */
@FunctionalInterface
public interface DataIds {
  /** The id that a blob of this kind and these bytes has. */
  BlobId of(BlobKind kind, byte[] bytes, int offset, int length);
}
