package io.salvor.engine.ledger;

import io.salvor.engine.crypto.ObjectId;
import java.util.Set;

/**
 * That a session counts no more: a sealed manifest of it that is not accepted is void, and is not
 * listed, restored or kept (docs/decisions/0005). Several closures of one session accept what all
 * of them accept.
 *
 * @param accepted ids of manifest objects, none if the session has sealed nothing
 */
public record Closure(ObjectId session, Set<ObjectId> accepted) {
  public Closure {
    accepted = Set.copyOf(accepted);
  }
}
