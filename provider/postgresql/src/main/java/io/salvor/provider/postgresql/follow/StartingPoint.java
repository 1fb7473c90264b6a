package io.salvor.provider.postgresql.follow;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Consolidator;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.journal.LogOrigin;
import io.salvor.engine.journal.Timeline;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.TimelineHistory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where to begin: where the journal ends, if the server still has that; else where it has begun to
 * keep WAL, and the rest is a gap.
 */
final class StartingPoint {
  private final Repository repository;
  private final WalServer server;
  private final LogOrigin origin;
  private final String slot;
  private final FollowEvents events;
  private final Consolidator consolidator;
  private boolean slotMade;

  /** A position on a timeline. */
  record Place(long timeline, Lsn from) {}

  /** Where the files with histories go. */
  interface Histories {
    void store(JournalWriter.Sealed history) throws IOException, InterruptedException;
  }

  StartingPoint(
      Repository repository,
      WalServer server,
      LogOrigin origin,
      String slot,
      FollowEvents events,
      Consolidator consolidator) {
    this.repository = repository;
    this.server = server;
    this.origin = origin;
    this.slot = slot;
    this.events = events;
    this.consolidator = consolidator;
  }

  /** A timeline's history as a tail. */
  JournalWriter.Sealed history(JournalWriter writer, long timeline) throws IOException {
    return writer.file(timeline, TimelineHistory.FILE, server.history(timeline));
  }

  Place find(WalServer.Identity identity, Histories histories)
      throws IOException, InterruptedException {
    Lsn kept = keep(identity);
    Journals journals = Journals.read(repository, origin.source()::equals);
    consolidator.found(journals.tails().size());
    long now = identity.timeline();
    if (now > 1) {
      history(now, timeline(journals, now), histories);
    }
    @Nullable Timeline last = last(journals, now);
    if (last == null) {
      return new Place(now, kept.segmentStart(origin.segmentSize()));
    }
    Lsn end = new Lsn(last.stretches().getLast().to());
    if (last.number() == now) {
      if (identity.position().isBefore(end)) {
        throw new IOException(
            "the server has got to "
                + identity.position()
                + " only, and the journal to "
                + end
                + ": it was put back to an earlier state, or is a standby that lags behind");
      }
      return new Place(now, end);
    }
    if (last.number() > now) {
      throw new IOException(
          "the server is on timeline "
              + now
              + ", and the journal on "
              + last.number()
              + ": it is one that was left behind by a failover, or was put back");
    }
    return fromOlder(identity, last.number(), end, kept);
  }

  /** Makes the slot if there is none that still keeps WAL; gives from where on it does. */
  private Lsn keep(WalServer.Identity identity) throws IOException {
    Optional<WalServer.Slot> there = server.slot(slot);
    if (there.isPresent() && there.get().restart().equals(Lsn.NONE)) {
      server.dropSlot(slot);
      there = Optional.empty();
    }
    if (there.isEmpty()) {
      server.createSlot(slot);
      slotMade = true;
      there = server.slot(slot);
    }
    return there
        .map(WalServer.Slot::restart)
        .filter(position -> !position.equals(Lsn.NONE))
        .orElse(identity.position());
  }

  /**
   * The timeline to go on from: the server's own, if the journal has something of it, else the
   * newest. What it has of newer ones beside the server's own comes from a server that was restored
   * from it and archives under this address.
   */
  private @Nullable Timeline last(Journals journals, long now) {
    @Nullable Timeline own = timeline(journals, now);
    List<Timeline> there =
        log(journals).stream()
            .flatMap(log -> log.timelines().values().stream())
            .filter(line -> !line.stretches().isEmpty())
            .toList();
    if (there.isEmpty()) {
      return null;
    }
    Timeline newest = there.getLast();
    if (own == null || own.stretches().isEmpty() || newest.number() == now) {
      return newest;
    }
    events.warning(
        "another-timeline",
        "the journal has something of timeline "
            + newest.number()
            + ", and the server is on "
            + now
            + ": if a server that was restored archives under this address, give it another one");
    return own;
  }

  private Optional<Journal> log(Journals journals) {
    return journals.logs().stream()
        .filter(log -> log.origin().system().equals(origin.system()))
        .findFirst();
  }

  private @Nullable Timeline timeline(Journals journals, long number) {
    return log(journals).map(log -> log.timelines().get(number)).orElse(null);
  }

  /**
   * Sees to it that the journal has the server's own history.
   *
   * @throws SalvorException LOG_FILE_REFUSED if it has another one: two servers that were restored
   *     from the same have made a timeline of the same number, and are not to be joined
   */
  private void history(long timeline, @Nullable Timeline known, Histories histories)
      throws IOException, InterruptedException {
    byte @Nullable [] there = known == null ? null : known.files().get(TimelineHistory.FILE);
    if (there == null) {
      histories.store(history(new JournalWriter(repository, origin), timeline));
    } else if (!Arrays.equals(there, server.history(timeline))) {
      throw new SalvorException(
          ErrorCode.LOG_FILE_REFUSED,
          "The server behind " + origin.source() + " cannot be followed into this journal",
          "its timeline "
              + timeline
              + " is another one than the one of that number which was captured before",
          "Follow it under an address of its own, and make a backup of it");
    }
  }

  private Place fromOlder(WalServer.Identity identity, long timeline, Lsn end, Lsn kept)
      throws IOException {
    TimelineHistory history =
        TimelineHistory.parse(identity.timeline(), server.history(identity.timeline()));
    Optional<Lsn> left = history.endOf(timeline);
    if (left.isEmpty()) {
      Lsn from = kept.segmentStart(origin.segmentSize());
      events.gap(
          timeline,
          end.toString(),
          from.toString(),
          "the server's timeline "
              + identity.timeline()
              + " does not come from "
              + timeline
              + ", which was followed");
      return new Place(identity.timeline(), from);
    }
    if (end.isBefore(left.get())) {
      return new Place(timeline, end);
    }
    if (left.get().isBefore(end)) {
      events.warning(
          "timeline-left",
          "the server has left timeline "
              + timeline
              + " at "
              + left.get()
              + "; what was captured of it beyond, up to "
              + end
              + ", is no part of its history any more");
    }
    return new Place(history.after(timeline), left.get().segmentStart(origin.segmentSize()));
  }

  /**
   * Where to go on when the server has refused to stream from a place.
   *
   * @throws ServerError the same, if that is not about WAL which it lacks
   */
  Place after(ServerError refusal, Place place, WalServer.Identity identity) throws IOException {
    if (FollowSession.isSlotLost(refusal) && !slotMade) {
      server.dropSlot(slot);
      Lsn _ = keep(identity);
      return place;
    }
    if (!FollowSession.isRemoved(refusal)) {
      throw refusal;
    }
    long size = origin.segmentSize();
    Lsn from = keep(identity).segmentStart(size);
    if (!place.from().isBefore(from)) {
      // The slot was told to keep what is gone already.
      server.dropSlot(slot);
      from = keep(identity).segmentStart(size);
    }
    if (!place.from().isBefore(from)) {
      throw refusal;
    }
    events.gap(
        place.timeline(),
        place.from().toString(),
        from.toString(),
        String.valueOf(refusal.getMessage()));
    return new Place(identity.timeline(), from);
  }
}
