package io.salvor.provider.mysql.follow;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Consolidator;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.LogOrigin;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.binlog.BinlogName;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.CapturedLog;
import io.salvor.provider.mysql.binlog.LogSystem;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One connection to a server, from its login to its end. */
final class FollowSession {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final int LOG_UNREADABLE = 1236;

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

  boolean isStopped() {
    return stopped;
  }

  FollowOptions options() {
    return options;
  }

  FollowEvents events() {
    return events;
  }

  Consolidator consolidator() {
    return consolidator;
  }

  Repository repository() {
    return repository;
  }

  FollowState state() {
    return state;
  }

  /** Returns when it is stopped, or the server has ended the stream. */
  void run() throws IOException, InterruptedException {
    try (LogServer server = LogServer.open(endpoint, passwords)) {
      if (state.streamed) {
        LogChecks.warn(server.session(), events);
      } else {
        LogChecks.require(server.session(), endpoint);
      }
      String id = server.id();
      StartingPoint point = new StartingPoint(repository, endpoint, events);
      @Nullable String another = null;
      while (!stopped) {
        LogServer.Files files = server.files();
        StartingPoint.Start start = point.find(state.source, id, files, another);
        try {
          follow(server, id, files.name(), start);
          return;
        } catch (Receiver.AnotherLog e) {
          if (another != null) {
            throw e;
          }
          another = String.valueOf(e.getMessage());
        }
      }
    }
  }

  private void follow(LogServer server, String id, BinlogName name, StartingPoint.Start start)
      throws IOException, InterruptedException {
    state.file = start.from().file();
    Inbox box = new Inbox();
    inbox = box;
    if (stopped) {
      return;
    }
    try (BinlogStream stream = BinlogStream.open(endpoint, passwords, state.replica)) {
      Receiver receiver = new Receiver(box, repository::now, name, start.from(), start.format());
      Thread receiving =
          Thread.ofPlatform()
              .daemon()
              .name("binlog")
              .start(() -> receive(stream, name, start.from(), receiver, box));
      try {
        state.streamed = true;
        events.streaming(start.from().text(name), start.from().file());
        new Pump(this, server, box, begun -> writer(start, id, begun), start).run();
      } finally {
        box.close();
        stream.close();
        receiving.join();
      }
      IOException failure = box.failure();
      if (failure != null && !stopped) {
        throw failure;
      }
    } catch (ServerError e) {
      if (e.number() == LOG_UNREADABLE) {
        // What it says is looked at the next time: which files there are.
        throw new IOException("the server cannot go on with its log: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private JournalWriter writer(StartingPoint.Start start, String id, long begun) {
    String system = start.system() == null ? LogSystem.of(id, begun) : start.system();
    return new JournalWriter(
        repository, new LogOrigin(state.source, CapturedLog.PROVIDER, system, CapturedLog.SEGMENT));
  }

  private static void receive(
      BinlogStream stream, BinlogName name, BinlogPlace from, Receiver receiver, Inbox box) {
    try {
      stream.receive(name, from, receiver);
      box.end(null);
    } catch (IOException e) {
      box.end(e);
    } catch (InterruptedException | RuntimeException e) {
      box.end(new IOException(e));
    }
  }

  /** Stores, as often as it takes. */
  void store(JournalWriter writer, JournalWriter.Sealed sealed)
      throws IOException, InterruptedException {
    Duration pause = FIRST_PAUSE;
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
          // The server has it still.
          throw new IOException(e);
        }
        tellOnce(attempt, e.code().code(), e.getMessage() + ": " + e.why());
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
          code,
          "the repository takes nothing; the server deletes its log after"
              + " binlog_expire_logs_seconds all the same: "
              + why);
    }
  }
}
