package io.salvor.cli.command;

import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.server.ServerProcess;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A real database of the demonstration, in which somebody buys all the time. */
final class DemoDatabase implements AutoCloseable {
  /** The oldest whose base backups can be taken. */
  private static final int OLDEST = 15;

  private static final String SUM =
      "SELECT count(*) AS rows, md5(string_agg(id || ' ' || customer || ' ' || amount || ' ' || at,"
          + " ',' ORDER BY id)) AS sum FROM orders";

  private final TrialCluster cluster;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
  private @Nullable Thread load;

  /** Rows and their checksum. */
  record State(long rows, String sum) {}

  private DemoDatabase(TrialCluster cluster) {
    this.cluster = cluster;
  }

  /** Makes and starts one; empty where no server is installed that can be backed up. */
  static Optional<DemoDatabase> start() throws IOException, InterruptedException {
    Optional<Installation> programs =
        Installation.all().stream().filter(one -> one.major() >= OLDEST).findFirst();
    if (programs.isEmpty()) {
      return Optional.empty();
    }
    DemoDatabase database =
        new DemoDatabase(
            TrialCluster.start(
                programs.get(), Map.of("max_wal_senders", "4", "max_slot_wal_keep_size", "1GB")));
    try {
      database.cluster.allow("host replication backup 127.0.0.1/32 trust");
      database.cluster.sql(
          "CREATE ROLE backup LOGIN REPLICATION",
          "CREATE TABLE orders (id bigserial PRIMARY KEY, customer text NOT NULL,"
              + " amount numeric(9,2) NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())",
          "INSERT INTO orders (customer, amount) SELECT md5(n::text), n / 7.0"
              + " FROM generate_series(1, 20000) n");
      return Optional.of(database);
    } catch (IOException | RuntimeException e) {
      try (database) {
        throw e;
      }
    }
  }

  /** What is backed up and followed. */
  String address() {
    return "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
  }

  /** The server's version. */
  String version() {
    return cluster.programs().version();
  }

  /** Where a copy of it can be restored to. */
  Path place() throws IOException {
    Path home = Files.createDirectories(cluster.home().resolve("recovered"));
    OsUser.ownerOf(cluster.data()).own(home);
    return home.resolve("data");
  }

  private ServerConnection connect() throws IOException {
    return ServerConnection.open(
        cluster.local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {});
  }

  /** Lets somebody buy, one order after another, until the table is gone or this is closed. */
  void beginLoad() {
    load =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (ServerConnection connection = connect()) {
                    while (open.get()) {
                      var _ =
                          connection.query(
                              "INSERT INTO orders (customer, amount)"
                                  + " VALUES (md5(random()::text), random() * 100)");
                    }
                  } catch (IOException e) {
                    failure.set(e);
                  }
                });
  }

  /** Waits until the repository has WAL of it. */
  void awaitFollower(Sleeper sleeper, Runnable check) throws IOException, InterruptedException {
    try (ServerConnection connection = connect()) {
      while (connection
          .query("SELECT 1 AS one FROM pg_stat_replication WHERE flush_lsn IS NOT NULL")
          .isEmpty()) {
        check.run();
        sleeper.sleep(Duration.ofMillis(20));
      }
    }
  }

  /** Commits, and waits until the follower says that the repository has it. */
  void commitAndAwait(Sleeper sleeper, Runnable check) throws IOException, InterruptedException {
    try (ServerConnection connection = connect()) {
      var _ = connection.query("INSERT INTO orders (customer, amount) VALUES ('marker', 1)");
      await(connection, sleeper, check);
    }
  }

  /** Waits until the repository has all that was written up to now. */
  void awaitRepository(Sleeper sleeper, Runnable check) throws IOException, InterruptedException {
    try (ServerConnection connection = connect()) {
      await(connection, sleeper, check);
    }
  }

  private static void await(ServerConnection connection, Sleeper sleeper, Runnable check)
      throws IOException, InterruptedException {
    String at = connection.query("SELECT pg_current_wal_flush_lsn() AS at").getFirst().get("at");
    while (connection
        .query("SELECT 1 AS one FROM pg_stat_replication WHERE flush_lsn >= '" + at + "'")
        .isEmpty()) {
      check.run();
      sleeper.sleep(Duration.ofMillis(5));
    }
  }

  /** Ends the load, and tells what is there and what the server's clock says right after it. */
  Moment endLoad() throws IOException, InterruptedException {
    open.set(false);
    Thread buying = load;
    if (buying != null) {
      buying.join();
    }
    IOException wrong = failure.get();
    if (wrong != null) {
      throw wrong;
    }
    try (ServerConnection connection = connect()) {
      State state = state(connection);
      String now =
          connection
              .query(
                  "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                      + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS now")
              .getFirst()
              .get("now");
      return new Moment(now, state);
    }
  }

  /** What was there at a time of the server's clock. */
  record Moment(String time, State state) {}

  /** The accident, and a life that goes on after it. */
  void dropTable() throws IOException {
    cluster.sql(
        "SELECT pg_sleep(1)",
        "DROP TABLE orders",
        "CREATE TABLE orders (id bigint, customer text, amount numeric, at timestamptz)");
  }

  /** What is in a copy that was restored; it is started for that, and stopped. */
  State stateOf(Path data) throws IOException, InterruptedException {
    Path home = Path.of(String.valueOf(data.getParent()));
    try (ServerProcess server =
        ServerProcess.start(
            cluster.programs(),
            OsUser.ownerOf(data),
            data,
            home,
            cluster.local("").port(),
            home.resolve("log"),
            Map.of("listen_addresses", ""))) {
      server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
      try (ServerConnection connection =
          ServerConnection.open(
              server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
        return state(connection);
      }
    }
  }

  private static State state(ServerConnection connection) throws IOException {
    List<Row> rows = connection.query(SUM);
    return new State(Long.parseLong(rows.getFirst().get("rows")), rows.getFirst().get("sum"));
  }

  @Override
  public void close() throws IOException {
    open.set(false);
    cluster.close();
  }
}
