package io.salvor.engine.blob;

import java.io.IOException;

/** Gives blobs back; safe for several threads. */
public interface BlobSource {
  /**
   * Reads a blob and checks its id.
   *
   * @throws io.salvor.engine.error.SalvorException BLOB_LOST if no segment names it or its pack is
   *     gone, OBJECT_DAMAGED if what was read is not what was written, OBJECT_UNREADABLE if the
   *     storage does not give it
   */
  byte[] get(BlobKind kind, BlobId id) throws IOException;

  /** Whether the index names the blob; says nothing of the pack's health. */
  boolean contains(BlobKind kind, BlobId id);
}
