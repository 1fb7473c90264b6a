package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Following;
import io.salvor.engine.journal.LogProvider;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Provider;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor follow}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor follow postgresql+cluster://backup@db:5432",
      "  salvor follow postgresql+cluster://backup@db:5432 --synchronous --json",
      "  salvor follow mariadb://backup@db:3306",
      "",
      "It stays in the foreground, connects again by itself, and ends on SIGTERM or Ctrl-C. A",
      "cluster of PostgreSQL keeps its WAL in a replication slot until the repository has it: drop",
      "the slot when it is not to be followed any more. MariaDB and MySQL delete their binary log",
      "after binlog_expire_logs_seconds, whoever follows: what nobody has followed by then is a"
          + " gap."
    })
final class FollowCommand implements Command {
  @Parameters(
      paramLabel = "<source>",
      description =
          "what to follow: postgresql+cluster://user@host:port, mysql://user@host:port or"
              + " mariadb://user@host:port")
  String source = "";

  @Option(
      names = "--synchronous",
      description =
          "make every commit durable at once; with synchronous_standby_names = 'salvor' a server of"
              + " PostgreSQL acknowledges none before")
  boolean synchronous;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    LogProvider provider = provider(session);
    Repository repository = session.openToWrite();
    // Said before anybody connects: nobody may begin what cannot be kept.
    FollowOptions options =
        new FollowOptions(
            session.machine().host().get(),
            session.machine().user(),
            synchronous,
            FollowOptions.CONSOLIDATE_AFTER);
    Following following = provider.follow(source, repository, options, new Telling(session));
    Interruption interruption = session.machine().interruption();
    interruption.onSignal(following::stop);
    try {
      if (!interruption.hasCome()) {
        following.run();
      }
    } finally {
      interruption.onSignal(null);
    }
    return Exit.DONE;
  }

  private LogProvider provider(Session session) {
    List<Provider> providers = session.machine().providers().get();
    for (Provider provider : providers) {
      if (provider.handles(source)) {
        if (provider instanceof LogProvider logs) {
          return logs;
        }
        break;
      }
    }
    throw new SalvorException(
        ErrorCode.SOURCE_UNSUPPORTED,
        "This source cannot be followed",
        source + " has no log that could be captured continuously",
        "Follow postgresql+cluster://user@host:5432 or mariadb://user@host:3306");
  }

  /** One line for each event. */
  private static final class Telling implements FollowEvents {
    private final Session session;
    private final ReentrantLock lock = new ReentrantLock();

    Telling(Session session) {
      this.session = session;
    }

    @Override
    public void streaming(String position, long timeline) {
      tell(
          "streaming",
          json -> {
            json.field("position", position);
            json.field("timeline", timeline);
          },
          () -> session.text().line("streaming from " + position + ", timeline " + timeline));
    }

    @Override
    public void reconnecting(String why, Duration in) {
      tell(
          "reconnecting",
          json -> {
            json.field("message", why);
            json.field("inMs", in.toMillis());
          },
          () ->
              session.warn("", "trying again in " + in.toMillis() + " ms: " + why, "reconnecting"));
    }

    @Override
    public void gap(long timeline, String from, String to, String why) {
      tell(
          "gap",
          json -> {
            json.field("timeline", timeline);
            json.field("from", from);
            json.field("to", to);
            json.field("message", why);
          },
          () ->
              session.warn(
                  "",
                  "nothing was captured on timeline "
                      + timeline
                      + " from "
                      + from
                      + " to "
                      + to
                      + ", back up again to begin a new window: "
                      + why,
                  "gap"));
    }

    @Override
    public void warning(String code, String message) {
      tell(
          "warning",
          json -> {
            json.field("code", code);
            json.field("message", message);
          },
          () -> session.warn("", message, code));
    }

    private void tell(String event, Consumer<JsonDocument> fields, Runnable text) {
      lock.lock();
      try {
        if (session.isJson()) {
          JsonDocument json = new JsonDocument(session.results());
          json.field("event", event);
          fields.accept(json);
          json.end();
        } else {
          text.run();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
