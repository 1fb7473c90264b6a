package io.salvor.engine.journal;

import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Provider;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** A kind of source that can be followed. */
public interface LogProvider extends Provider {
  /**
   * Gets ready to follow a source.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  Following follow(
      String address, Repository repository, FollowOptions options, FollowEvents events);

  /**
   * From when to when these sources can be recovered.
   *
   * @param sources by address in its normal form
   */
  List<Window> windows(Repository repository, Predicate<String> sources) throws IOException;
}
