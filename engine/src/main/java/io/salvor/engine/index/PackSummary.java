package io.salvor.engine.index;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import java.util.Arrays;

/**
 * A pack of the index without its frames.
 *
 * @param sha256 of the whole object
 * @param size of the whole object in bytes
 */
public record PackSummary(ObjectId id, byte[] sha256, long size, BlobKind kind) {
  @Override
  public boolean equals(Object o) {
    return o instanceof PackSummary p
        && id.equals(p.id)
        && Arrays.equals(sha256, p.sha256)
        && size == p.size
        && kind == p.kind;
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "pack " + id;
  }
}
