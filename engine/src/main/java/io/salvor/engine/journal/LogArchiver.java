package io.salvor.engine.journal;

import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.nio.file.Path;

/** A kind of source that hands over the files of its log itself, one by one. */
public interface LogArchiver extends LogProvider {

  /** What became of a file. */
  enum Outcome {
    /** It is durable now. */
    STORED,
    /** The journal has had it, byte for byte. */
    PRESENT,
    /** No recovery needs it. */
    UNNEEDED
  }

  /**
   * Takes a file. It is durable when this returns; the same file may come again.
   *
   * @param address whose log it is
   * @throws io.salvor.engine.error.SalvorException LOG_FILE_REFUSED if it is no such file, or
   *     differs from what the journal has; USAGE; WRITE_ONLY; JOURNAL_IN_ERASABLE
   */
  Outcome archive(
      String address, Path file, Repository repository, FollowOptions options, Progress progress)
      throws IOException, InterruptedException;
}
