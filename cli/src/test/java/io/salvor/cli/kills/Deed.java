package io.salvor.cli.kills;

import io.salvor.cli.kills.CommandServer.Answer;
import io.salvor.cli.kills.CommandServer.Asked;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * A command that may be killed.
 *
 * @param verb what it is counted under
 * @param good the exit codes of success
 * @param done what is known when it was acknowledged
 * @param again the same once more after it was killed, or nothing if there is nothing left to do
 */
record Deed(String verb, Asked asked, Set<Integer> good, Done done, Again again) {

  /** What an acknowledgement means. */
  interface Done {
    void with(Answer answer) throws IOException;
  }

  /** The next run. */
  interface Again {
    Optional<Deed> deed() throws IOException;
  }

  static Deed of(String verb, Asked asked, Done done) {
    Deed[] self = new Deed[1];
    self[0] = new Deed(verb, asked, Set.of(0), done, () -> Optional.of(self[0]));
    return self[0];
  }

  Deed again(Again other) {
    return new Deed(verb, asked, good, done, other);
  }
}
