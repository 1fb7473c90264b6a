package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.ObjectId;
import java.util.List;

/**
 * What reading a whole pack has shown.
 *
 * @param blobs how many were read back and found right
 * @param bytes of those blobs
 * @param stored bytes of the pack that were read
 */
public record PackReport(ObjectId pack, long blobs, long bytes, long stored, List<Damage> damage) {
  /**
   * One thing that is wrong.
   *
   * @param what in words
   * @param blobs that cannot be read from this pack because of it; none if only a checksum or the
   *     directory is wrong
   * @param withheld whether the storage did not give it, which may pass: then nothing is known of
   *     it
   */
  public record Damage(String what, List<BlobId> blobs, boolean withheld) {
    public Damage {
      blobs = List.copyOf(blobs);
    }
  }

  public PackReport {
    damage = List.copyOf(damage);
  }

  /** Whether every byte is as it was written. */
  public boolean isIntact() {
    return damage.isEmpty();
  }
}
