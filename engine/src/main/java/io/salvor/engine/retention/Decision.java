package io.salvor.engine.retention;

import java.util.List;

/**
 * What becomes of a backup, and why.
 *
 * @param reasons in words; every rule that keeps it, or what lets it go
 */
public record Decision(Candidate backup, boolean keep, List<String> reasons) {
  public Decision {
    reasons = List.copyOf(reasons);
  }
}
