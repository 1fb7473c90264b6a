package io.salvor.engine.copy;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.Set;

/** Packs that somebody is going to delete, or has deleted: nothing may rely on them again. */
public final class Condemned {
  private Condemned() {}

  /**
   * The packs that are condemned in a repository.
   *
   * @throws io.salvor.engine.error.SalvorException OBJECT_DAMAGED if not all can be told
   */
  public static Set<ObjectId> in(Repository repository) throws IOException {
    repository.condemnations().refresh();
    repository.condemnations().requireAllReadable();
    return repository.condemnations().packs();
  }
}
