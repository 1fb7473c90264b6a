package io.salvor.provider.postgresql.wal;

import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The WAL that was captured of one cluster, as it lay in the repository when it was asked: later
 * captures do not show in it. Reading is for one thread.
 */
public interface WalArchive {
  /** The source's address in its normal form. */
  String source();

  /** The cluster's system identifier, decimal, as {@code IDENTIFY_SYSTEM} tells it. */
  String system();

  /** The size of a segment in bytes. */
  long segmentSize();

  /** WAL without a gap, by timeline and position ascending; the last one ends in a part segment. */
  List<Stretch> stretches();

  /** What lies between stretches of one timeline, or between the end of one and its successor. */
  List<Gap> gaps();

  /** The timelines of which there is WAL or a history file, ascending. */
  List<Long> timelines();

  /**
   * How far a base backup reaches.
   *
   * @param timeline the base backup's
   * @param start where its WAL begins
   * @param wanted the timeline to end on; empty for the one that is known to be complete until
   *     latest
   * @return empty if the byte at {@code start} was not captured, nor anything that follows at once,
   *     or {@code wanted} does not descend from {@code timeline}
   */
  Optional<Reach> reach(long timeline, Lsn start, Optional<Long> wanted);

  /** The same on each of the timelines that descend from the base's, the newest first. */
  List<Reach> reaches(long timeline, Lsn start);

  /**
   * Writes what a recovery needs into a directory: each segment that has bytes between two
   * positions, of every timeline that leads to {@code timeline}, and the history files of all
   * these; by the names that the server asks for. Files that are there already are written anew;
   * each is complete when it has its name.
   *
   * @param directory is there
   * @param timeline the one to end on, from a {@link Reach}
   * @param from the byte to begin at; its segment is written as a whole
   * @param to where to end, that byte not included; nothing beyond its segment is written
   * @throws io.salvor.engine.error.SalvorException a code of damage if what was captured is lost or
   *     contradicts itself
   */
  Written write(Path directory, long timeline, Lsn from, Lsn to, Progress progress)
      throws IOException, InterruptedException;

  /**
   * WAL without a gap.
   *
   * @param to the position behind the last byte
   * @param since the server's time when the first bytes were sent: nothing before it is in there,
   *     but for what was written at the time already
   * @param until the server's time at which there was nothing behind {@code to} that was committed:
   *     every commit up to then is in there or before
   */
  record Stretch(long timeline, Lsn from, Lsn to, Instant since, Instant until) {}

  /**
   * WAL that is missing: the server had removed it before it was captured, or it was lost.
   *
   * @param since until when what comes before is complete
   * @param until from when what follows is complete
   */
  record Gap(long timeline, Lsn from, Lsn to, Instant since, Instant until) {}

  /**
   * How far one gets.
   *
   * @param timeline on which it ends: that of {@code recovery_target_timeline}
   * @param to the position behind the last byte
   * @param until every commit up to then can be recovered
   * @param gaps that stop it, and what lies beyond on the same timelines; empty if nothing follows
   */
  record Reach(long timeline, Lsn to, Instant until, List<Gap> gaps) {}

  /**
   * What was written.
   *
   * @param files names of segments and history files, ascending
   * @param bytes of WAL, without zeros that were added
   */
  record Written(List<String> files, long bytes) {}
}
