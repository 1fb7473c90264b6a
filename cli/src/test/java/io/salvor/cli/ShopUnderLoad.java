package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A database at work: pgbench, and buyers, who write down when the server has acknowledged each of
 * their orders. An order is two rows of one transaction.
 */
final class ShopUnderLoad implements AutoCloseable {
  private static final int BUYERS = 3;

  private final TrialCluster cluster;
  private final Path log;
  private final ConcurrentSkipListMap<Long, Instant> acknowledged = new ConcurrentSkipListMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final List<Thread> buyers = new ArrayList<>();
  private AtomicBoolean open = new AtomicBoolean();
  private Process bench;

  ShopUnderLoad(TrialCluster cluster) throws IOException, InterruptedException {
    this.cluster = cluster;
    this.log = cluster.home().resolve("pgbench.log");
    cluster.sql(
        "CREATE TABLE orders (n bigint PRIMARY KEY)", "CREATE TABLE payments (n bigint NOT NULL)");
    cluster.run(pgbench("-i", "-q", "-s", "5"));
  }

  private String[] pgbench(String... words) {
    List<String> line =
        new ArrayList<>(
            List.of(
                cluster.programs().program("pgbench").toString(),
                "-h",
                cluster.home().toString(),
                "-p",
                String.valueOf(cluster.local("").port()),
                "-U",
                "owner"));
    line.addAll(List.of(words));
    line.add("postgres");
    return line.toArray(String[]::new);
  }

  /** Begins to work, on the server that is up. */
  void open() throws IOException {
    open = new AtomicBoolean(true);
    bench =
        new ProcessBuilder(pgbench("-n", "-c", "4", "-j", "1", "-R", "150", "-T", "3600"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    AtomicBoolean mine = open;
    for (int i = 0; i < BUYERS; i++) {
      buyers.add(Thread.ofVirtual().start(() -> buy(mine)));
    }
  }

  private void buy(AtomicBoolean mine) {
    try (ServerConnection connection =
        ServerConnection.open(
            cluster.local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      while (mine.get()) {
        long n = numbers.incrementAndGet();
        var _ =
            connection.query(
                "BEGIN; INSERT INTO orders VALUES (%d); INSERT INTO payments VALUES (%d); COMMIT"
                    .formatted(n, n));
        if (mine.get()) {
          acknowledged.put(n, Instant.now());
        }
        Sleeper.REAL.sleep(Duration.ofMillis(10));
      }
    } catch (IOException | InterruptedException e) {
      // The server was killed.
    }
  }

  /** Kills the server, and waits until nobody works any more; gives when it was. */
  Instant kill() throws InterruptedException {
    open.set(false);
    Instant at = Instant.now();
    cluster.server().kill();
    for (Thread buyer : buyers) {
      buyer.join();
    }
    buyers.clear();
    int _ = bench.destroyForcibly().waitFor();
    return at;
  }

  /** How many orders were acknowledged. */
  int orders() {
    return acknowledged.size();
  }

  /** What was acknowledged by a time is in a database, and nothing is there by half. */
  void assertHas(ServerConnection database, Instant until, String what) throws IOException {
    assertThat(numbers(database, "orders")).as(what).isEqualTo(numbers(database, "payments"));
    Set<Long> missing = new HashSet<>();
    for (Map.Entry<Long, Instant> order : acknowledged.entrySet()) {
      if (!order.getValue().isAfter(until)) {
        missing.add(order.getKey());
      }
    }
    missing.removeAll(numbers(database, "orders"));
    assertThat(missing).as(what + ": acknowledged and missing").isEmpty();
    Row sums =
        database
            .query(
                """
                SELECT (SELECT sum(abalance) FROM pgbench_accounts) AS accounts,
                  (SELECT sum(bbalance) FROM pgbench_branches) AS branches,
                  (SELECT sum(tbalance) FROM pgbench_tellers) AS tellers,
                  (SELECT coalesce(sum(delta), 0) FROM pgbench_history) AS history\
                """)
            .getFirst();
    assertThat(List.of(sums.get("accounts"), sums.get("branches"), sums.get("tellers")))
        .as(what + ": sums")
        .containsOnly(sums.get("history"));
  }

  /** What is in a database, in short. */
  String sum(ServerConnection database) throws IOException {
    return database
        .query(
            "SELECT count(*) || ' ' || md5(string_agg(n::text, ',' ORDER BY n)) AS s FROM orders")
        .getFirst()
        .get("s");
  }

  private static Set<Long> numbers(ServerConnection database, String table) throws IOException {
    Set<Long> numbers = new HashSet<>();
    for (Row row : database.query("SELECT n FROM " + table)) {
      assertThat(numbers.add(Long.parseLong(row.get("n")))).isTrue();
    }
    return numbers;
  }

  @Override
  public void close() {
    open.set(false);
    if (bench != null) {
      bench.destroyForcibly();
    }
  }
}
