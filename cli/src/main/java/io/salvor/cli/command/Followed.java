package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.recovery.ArchiveSupply;
import io.salvor.provider.postgresql.recovery.HistorySupply;
import io.salvor.provider.postgresql.recovery.Recovery;
import io.salvor.provider.postgresql.recovery.RecoveryGoal;
import io.salvor.provider.postgresql.recovery.StoredCluster;
import io.salvor.provider.postgresql.recovery.WalSupply;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchive;
import io.salvor.provider.postgresql.wal.WalArchive.Reach;
import io.salvor.provider.postgresql.wal.WalArchives;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far the WAL that was captured takes a backup of a cluster. */
final class Followed {
  private final Repository repository;
  private final Backup backup;
  private final StoredCluster stored;
  private final @Nullable Long timeline;

  /**
   * Of a backup.
   *
   * @param timeline the one to end on, null for the newest
   */
  Followed(Repository repository, Backup backup, StoredCluster stored, @Nullable Long timeline) {
    this.repository = repository;
    this.backup = backup;
    this.stored = stored;
    this.timeline = timeline;
  }

  /**
   * What it takes to recover the backup to a goal.
   *
   * @param goal empty for the end of the backup
   * @throws SalvorException GOAL_UNREACHABLE with the nearest that can be had
   */
  Recovery.Request request(
      Installation programs, OsUser user, Path data, Optional<RecoveryGoal> goal, boolean pause)
      throws IOException {
    if (goal.isEmpty()) {
      return new Recovery.Request(
          programs, user, data, new RecoveryGoal.EndOfBackup(), this::histories, false, pause);
    }
    WalArchive archive = archive(goal.get());
    Reach reach =
        reach(archive, goal.get())
            .orElseThrow(() -> unreachable(goal.get(), "what was captured does not go on from it"));
    boolean beyondLast = requireWithin(goal.get(), reach);
    return new Recovery.Request(
        programs,
        user,
        data,
        new RecoveryGoal.OnTimeline(goal.get(), String.valueOf(reach.timeline())),
        spool -> new ArchiveSupply(archive, reach, stored.end(), spool),
        beyondLast,
        pause);
  }

  /** On the timeline that was named, or the one on which the goal is to be found. */
  private Optional<Reach> reach(WalArchive archive, RecoveryGoal goal) {
    Optional<Reach> best =
        archive.reach(stored.timeline(), stored.end(), Optional.ofNullable(timeline));
    if (timeline != null || goal instanceof RecoveryGoal.Time) {
      return best;
    }
    // What was captured last counts, though it may not be known yet until when it is complete.
    Optional<Reach> newest = archive.reaches(stored.timeline(), stored.end()).stream().findFirst();
    return newest.filter(reach -> reach.until().equals(Instant.EPOCH)).or(() -> best);
  }

  private WalSupply histories(Path spool) throws IOException {
    return archive()
        .<WalSupply>map(archive -> new HistorySupply(archive, spool))
        .orElse(WalSupply.NONE);
  }

  private WalArchive archive(RecoveryGoal goal) throws IOException {
    return archive().orElseThrow(() -> unreachable(goal, "nothing has followed its WAL"));
  }

  private Optional<WalArchive> archive() throws IOException {
    return WalArchives.of(repository, backup.manifest().origin().source()).stream()
        .filter(archive -> archive.system().equals(stored.system()))
        .findFirst();
  }

  /** Whether everything that was committed by the goal is known to be there. */
  private boolean requireWithin(RecoveryGoal goal, Reach reach) {
    String why =
        switch (goal) {
          case RecoveryGoal.Time time when time.at().isAfter(reach.until()) ->
              "what was captured ends at " + reach.until() + stop(reach);
          case RecoveryGoal.Position position when reach.to().isBefore(Lsn.parse(position.lsn())) ->
              "what was captured ends at position " + reach.to() + stop(reach);
          default -> "";
        };
    if (!why.isEmpty()) {
      throw unreachable(goal, why);
    }
    return goal instanceof RecoveryGoal.Time;
  }

  private static String stop(Reach reach) {
    return reach.gaps().isEmpty()
        ? ""
        : ", before a gap; it begins anew at " + reach.gaps().getFirst().until();
  }

  private SalvorException unreachable(RecoveryGoal goal, String why) {
    return new SalvorException(
        ErrorCode.GOAL_UNREACHABLE,
        "The cluster cannot be restored to " + goal.text(),
        why + "; the backup " + backup.id() + " was complete at " + backup.manifest().finished(),
        "name a time within `salvor windows`, or leave --at out to restore that backup");
  }
}
