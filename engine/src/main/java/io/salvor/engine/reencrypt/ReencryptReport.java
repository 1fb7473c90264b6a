package io.salvor.engine.reencrypt;

import io.salvor.engine.error.SalvorException;
import java.util.List;

/**
 * What a re-encryption came to.
 *
 * @param packs written anew
 * @param bytes of those
 * @param manifests written anew
 * @param facts written anew, and state
 * @param closed packs with sensitive content that this credential does not open: they stay as they
 *     are
 * @param failures what could not be: it stays sealed to its epoch
 */
public record ReencryptReport(
    long packs,
    long bytes,
    long manifests,
    long facts,
    long closed,
    List<SalvorException> failures) {
  public ReencryptReport {
    failures = List.copyOf(failures);
  }
}
