package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A credential as it is listed. Label and time are nobody's word: who holds the storage can change
 * them.
 *
 * @param kms the reference of its key, null for a passphrase
 * @param inUse whether it is the one that was opened now
 * @param epochs what it can open, by the grants that the authority has signed
 * @param sensitive what of sensitive content it can open, in the same way
 * @param newest whether the newest epoch is among them, so that it can write
 */
public record CredentialInfo(
    ObjectId id,
    String label,
    Instant created,
    @Nullable String kms,
    boolean inUse,
    List<ObjectId> epochs,
    List<ObjectId> sensitive,
    boolean newest) {
  public CredentialInfo {
    epochs = List.copyOf(epochs);
    sensitive = List.copyOf(sensitive);
  }

  /** What it is behind, in words. */
  public String kind() {
    return kms == null ? "passphrase" : "kms";
  }
}
