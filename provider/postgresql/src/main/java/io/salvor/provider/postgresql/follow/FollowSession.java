package io.salvor.provider.postgresql.follow;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Consolidator;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.LogOrigin;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.protocol.Copy;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchives;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection to a server, from its login to its end. */
final class FollowSession {
  private static final Duration LULL = Duration.ofMillis(200);
  private static final Duration SETTLED = Duration.ofSeconds(1);
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final Duration ASK = Duration.ofSeconds(5);
  private static final Duration STATUS = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final long RETAINED = 1L << 30;
  private static final String WAL_REMOVED = "58P01";
  private static final String SLOT_LOST = "55000";

  private final Repository repository;
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final FollowOptions options;
  private final FollowEvents events;
  private final FollowState state;
  private final Consolidator consolidator;
  private volatile boolean stopped;
  private volatile @Nullable Inbox inbox;

  FollowSession(
      Repository repository,
      Endpoint endpoint,
      Passwords passwords,
      FollowOptions options,
      FollowEvents events,
      FollowState state,
      Consolidator consolidator) {
    this.repository = repository;
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.options = options;
    this.events = events;
    this.state = state;
    this.consolidator = consolidator;
  }

  void stop() {
    stopped = true;
    Inbox now = inbox;
    if (now != null) {
      now.wake();
    }
  }

  /** Returns when it is stopped, or the server has ended the stream. */
  void run() throws IOException, InterruptedException {
    try (WalServer server =
        WalServer.open(endpoint, passwords, notice -> events.warning("server-notice", notice))) {
      WalServer.Identity identity = server.identify();
      if (!state.system.isEmpty() && !state.system.equals(identity.system())) {
        events.warning(
            "another-cluster",
            "there is another cluster at "
                + endpoint.place()
                + ": its system identifier is "
                + identity.system()
                + " instead of "
                + state.system);
      }
      state.system = identity.system();
      LogOrigin origin =
          new LogOrigin(
              state.source,
              WalArchives.PROVIDER,
              identity.system(),
              server.size("wal_segment_size"));
      JournalWriter writer = new JournalWriter(repository, origin);
      warnOfUnboundedSlot(server);
      StartingPoint point =
          new StartingPoint(repository, server, origin, state.slot, events, consolidator);
      StartingPoint.Place place = point.find(identity, history -> store(writer, history, null));
      while (!stopped) {
        Optional<WalServer.Next> next;
        try {
          next = stream(server, writer, place);
        } catch (ServerError e) {
          place = point.after(e, place, identity);
          continue;
        }
        if (next.isEmpty()) {
          return;
        }
        long timeline = next.get().timeline();
        store(writer, point.history(writer, timeline), null);
        place =
            new StartingPoint.Place(
                timeline, next.get().start().segmentStart(origin.segmentSize()));
      }
    }
  }

  static boolean isRemoved(ServerError e) {
    return e.state().equals(WAL_REMOVED);
  }

  static boolean isSlotLost(ServerError e) {
    return e.state().equals(SLOT_LOST);
  }

  private void warnOfUnboundedSlot(WalServer server) throws IOException {
    if (!state.boundTold && server.setting("max_slot_wal_keep_size").startsWith("-1")) {
      state.boundTold = true;
      events.warning(
          "slot-unbounded",
          "while nobody follows, the server keeps WAL without a bound until its disk is full: set"
              + " max_slot_wal_keep_size, and SELECT pg_drop_replication_slot('"
              + state.slot
              + "') when it is not to be followed any more");
    }
  }

  /** Streams one timeline; gives the next one, or nothing when the stream has just ended. */
  private Optional<WalServer.Next> stream(
      WalServer server, JournalWriter writer, StartingPoint.Place place)
      throws IOException, InterruptedException {
    Copy copy = server.stream(state.slot, place.timeline(), place.from());
    Inbox box = new Inbox(place.from());
    inbox = box;
    Thread receiver = Thread.ofVirtual().name("wal").start(() -> receive(copy, box));
    boolean ended = false;
    try {
      state.streamed = true;
      events.streaming(place.from().toString(), place.timeline());
      ended = new Pump(copy, box, writer, place).run();
    } finally {
      box.close();
      if (!ended) {
        // Who waits for the server's next word is woken by that.
        server.close();
      }
      receiver.join();
    }
    IOException failure = box.failure();
    if (failure instanceof ServerError refused) {
      throw refused;
    }
    if (failure != null && !stopped) {
      throw failure;
    }
    return ended && failure == null ? server.next(copy) : Optional.empty();
  }

  private static void receive(Copy copy, Inbox box) {
    try {
      while (copy.next()) {
        box.put(copy.bytes(), copy.length());
      }
      box.end(null);
    } catch (IOException e) {
      box.end(e);
    } catch (InterruptedException | RuntimeException e) {
      box.end(new IOException(e));
    }
  }

  /**
   * Stores, as often as it takes.
   *
   * @param alive what to do meanwhile, so that the server does not give the follower up
   */
  private void store(JournalWriter writer, JournalWriter.Sealed sealed, @Nullable Pump alive)
      throws IOException, InterruptedException {
    Duration pause = LULL;
    for (int attempt = 1; ; attempt++) {
      try {
        writer.store(sealed);
        consolidator.stored(sealed.object().length);
        return;
      } catch (IOException e) {
        tellOnce(attempt, "SLV-2004", String.valueOf(e.getMessage()));
        if (stopped) {
          throw e;
        }
      } catch (SalvorException e) {
        if (!e.code().retry()) {
          throw e;
        }
        if (stopped) {
          // Nothing is lost by that: the server was not told of it.
          throw new IOException(e);
        }
        tellOnce(attempt, e.code().code(), e.getMessage() + ": " + e.why());
      }
      if (alive != null) {
        alive.status(false);
      }
      repository.sleep(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private void tellOnce(int attempt, String code, String why) {
    if (attempt == 1) {
      events.warning(
          code, "the repository takes nothing; the server keeps its WAL meanwhile: " + why);
    }
  }

  /** From the inbox into the repository, and word of it to the server. */
  private final class Pump {
    private final Copy copy;
    private final Inbox box;
    private final JournalWriter writer;
    private final long timeline;
    private Lsn durable;
    private Instant lastTail = Instant.EPOCH;
    private Instant lastBeat;
    private Instant lastStatus = Instant.EPOCH;
    private Instant lastAsked = Instant.EPOCH;
    private Instant until = Instant.EPOCH;
    private Instant newest = Instant.EPOCH;
    private boolean untidy;
    private long asked;

    Pump(Copy copy, Inbox box, JournalWriter writer, StartingPoint.Place place) {
      this.copy = copy;
      this.box = box;
      this.writer = writer;
      this.timeline = place.timeline();
      this.durable = place.from();
      this.lastBeat = repository.now();
    }

    /** Whether the stream has ended, rather than the follower been stopped. */
    boolean run() throws IOException, InterruptedException {
      status(true);
      Inbox.State now = box.await(Duration.ZERO, true);
      while (true) {
        Instant time = repository.now();
        boolean due =
            now.isFull()
                || options.synchronous()
                || now.ended()
                || stopped
                || since(lastTail, time).compareTo(LULL) >= 0;
        if (now.bytes() > 0 && due) {
          tail(time, now);
        } else if (now.bytes() == 0 && isBeatDue(time, now)) {
          beat(time, now.proven());
        }
        if (now.ended() && now.bytes() == 0) {
          return true;
        }
        if (stopped && now.bytes() == 0) {
          return false;
        }
        if (now.wantsReply() || since(lastStatus, time).compareTo(STATUS) >= 0) {
          status(false);
        }
        // One at a time: two answers in a row would pass for a look at the log between them.
        boolean answered = now.keepalives() > asked;
        if (now.bytes() == 0 && answered && since(lastAsked, time).compareTo(ASK) >= 0) {
          asked = now.keepalives();
          status(true);
        }
        consolidator.poll(time);
        warnOfRetained(now);
        boolean waits = now.bytes() > 0 && !due;
        Duration rest = waits ? LULL.minus(since(lastTail, repository.now())) : LULL;
        now = box.await(rest.isNegative() ? Duration.ZERO : rest, !waits);
      }
    }

    private static Duration since(Instant then, Instant now) {
      Duration since = Duration.between(then, now);
      // A clock that was set back must not put things off.
      return since.isNegative() ? Duration.ofDays(1) : since;
    }

    private void tail(Instant time, Inbox.State now) throws IOException, InterruptedException {
      Inbox.Batch batch = box.take();
      lastTail = time;
      JournalWriter.Sealed sealed =
          writer.log(timeline, batch.from().value(), batch.bytes(), batch.since(), batch.proven());
      store(writer, sealed, this);
      durable = new Lsn(sealed.to());
      until = batch.proven();
      newest = now.sent();
      state.received += batch.bytes().length;
      status(true);
      events.durable(durable.toString());
      tidy(sealed);
    }

    /** What stays behind does no harm. */
    private void tidy(JournalWriter.Sealed stored) {
      try {
        writer.tidy(stored);
        untidy = false;
      } catch (IOException | SalvorException e) {
        if (!untidy) {
          untidy = true;
          events.warning("SLV-2004", "beats that are not needed stay: " + e.getMessage());
        }
      }
    }

    private boolean isBeatDue(Instant time, Inbox.State now) {
      boolean fresh =
          until.isBefore(newest)
              && !now.proven().isBefore(newest)
              && since(lastTail, time).compareTo(SETTLED) >= 0;
      return now.proven().isAfter(until) && (fresh || since(lastBeat, time).compareTo(BEAT) >= 0);
    }

    private void beat(Instant time, Instant proven) throws IOException, InterruptedException {
      JournalWriter.Sealed sealed = writer.beat(timeline, durable.value(), proven);
      store(writer, sealed, this);
      lastBeat = time;
      until = proven;
      tidy(sealed);
    }

    /** Tells the server what is durable. */
    void status(boolean wantsReply) throws IOException {
      Instant now = repository.now();
      Lsn applied = options.synchronous() ? durable : Lsn.NONE;
      byte[] message = WalMessage.status(durable, applied, now, wantsReply);
      copy.send(message, 0, message.length);
      lastStatus = now;
      if (wantsReply) {
        lastAsked = now;
      }
    }

    private void warnOfRetained(Inbox.State now) {
      long waits = now.serverEnd().minus(durable);
      if (waits < RETAINED / 2) {
        state.retainedTold = 0;
      } else if (waits >= Math.max(RETAINED, state.retainedTold)) {
        state.retainedTold = 2 * waits;
        events.warning(
            "behind",
            "the server keeps "
                + (waits >> 20)
                + " MiB of WAL that is not in the repository yet; watch the room on its disk");
      }
    }
  }
}
