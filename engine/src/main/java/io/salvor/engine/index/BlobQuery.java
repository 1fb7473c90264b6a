package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;

/**
 * Whether a blob can be had, to be asked together with many others.
 *
 * @param length that it has to have in bytes, or {@link #ANY}
 */
public record BlobQuery(BlobKind kind, BlobId id, long length) {
  /** However long it is. */
  public static final long ANY = -1;

  boolean fits(BlobLocation place) {
    return length == ANY || length == place.length();
  }
}
