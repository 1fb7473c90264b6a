package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Tables come out of the backup of a cluster that was followed, one at a time. */
class TableCommandsTest {
  private static final String SUM =
      "SELECT count(*) || ' ' || md5(string_agg(t::text, '|' ORDER BY id)) FROM ";

  private static TrialCluster cluster;
  private static Database shop;
  private static String address;
  private static String before;
  private static String orders;
  private static String customers;

  @TempDir private static Path top;
  private static Path scratch;
  private static CommandLineHarness salvor;

  @BeforeAll
  static void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of("max_wal_senders", "4"));
    scratch = cluster.home();
    cluster.sql("CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'");
    shop = Database.create(cluster, "shop");
    shop.run(
        """
        CREATE TABLE customers (id integer PRIMARY KEY, name text UNIQUE);
        CREATE TABLE orders (id serial PRIMARY KEY, customer integer REFERENCES customers,
          what text NOT NULL, price numeric CHECK (price >= 0),
          gross numeric GENERATED ALWAYS AS (price * 1.2) STORED);
        CREATE INDEX orders_what ON orders (what);
        INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 100) n;
        INSERT INTO orders (customer, what, price)
          SELECT 1 + n % 100, md5(n::text), n / 7.0 FROM generate_series(1, 2000) n;
        CREATE VIEW busy AS SELECT customer, count(*) FROM orders GROUP BY 1;
        """);
    address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    salvor = harness();
    salvor.json("init");
    salvor.json("backup", address);
    CommandLineHarness follower = harness();
    Thread following = Thread.ofVirtual().start(() -> follower.run("follow", address));
    shop.run("INSERT INTO orders (customer, what, price) VALUES (7, 'after the backup', 9)");
    orders = shop.values(SUM + "orders t").getFirst();
    customers = shop.values(SUM + "customers t").getFirst();
    before =
        shop.values(
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            .getFirst();
    shop.run("DROP TABLE orders CASCADE; UPDATE customers SET name = name || name");
    awaitFollower();
    follower.interruption.raise("TERM");
    following.join();
  }

  private static CommandLineHarness harness() {
    CommandLineHarness harness = new CommandLineHarness(top).inRealTime();
    harness.environment.put("PGPASSWORD", "secret");
    harness.environment.put("TMPDIR", scratch.toString());
    return harness;
  }

  /** Waits until the repository has all that was written up to now. */
  private static void awaitFollower() throws Exception {
    String at = shop.values("SELECT pg_current_wal_flush_lsn()").getFirst();
    while (shop.values("SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= '" + at + "'")
        .isEmpty()) {
      Sleeper.REAL.sleep(Duration.ofMillis(20));
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(places()).isEmpty();
  }

  private static List<Path> places() throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files.filter(file -> file.getFileName().toString().startsWith("salvor-")).toList();
    }
  }

  private static Result restore(String... more) {
    String[] words = {"restore", "latest", "--source", address, "--to", shop.address()};
    return salvor.run(
        Stream.concat(Stream.of(CommandLineHarness.withJson(words)), Stream.of(more))
            .toArray(String[]::new));
  }

  private static JsonNode restored(String... more) {
    Result result = restore(more);
    assertThat(result.exit()).as(result.err() + result.out()).isZero();
    Schemas.check("restore", result.out());
    return result.json();
  }

  @Test
  void aTableThatWasDroppedComesBackAsItWasTheMomentBefore() throws Exception {
    JsonNode made = restored("--at", before, "--include", "shop/public.orders");

    assertThat(made.get("recovery").get("lastCommit").asString()).isNotEmpty();
    assertThat(shop.values(SUM + "orders t")).containsExactly(orders);
    // A server that recovers leaves out up to 32 numbers of a sequence.
    assertThat(Integer.parseInt(shop.values("SELECT nextval('orders_id_seq')").getFirst()))
        .isBetween(2002, 2034);
    assertThat(
            shop.values("SELECT indexname FROM pg_indexes WHERE tablename = 'orders' ORDER BY 1"))
        .containsExactly("orders_pkey", "orders_what");
    assertThat(
            shop.values("SELECT count(*) FROM pg_constraint WHERE conrelid = 'orders'::regclass"))
        .containsExactly("3");

    Result back =
        salvor.run("rollback", made.get("id").asString(), "--yes", "--on-conflict", "overwrite");

    assertThat(back.exit()).as(back.err()).isZero();
    assertThat(shop.values("SELECT to_regclass('orders')")).containsOnlyNulls();
  }

  @Test
  @Tag("slow")
  void aDryRunWritesNothing() throws Exception {
    String state = shop.dump();
    JsonNode planned = restored("--at", before, "--include", "shop/public.orders", "--dry-run");

    assertThat(planned.get("changes").get("create").asInt()).isGreaterThan(5);
    assertThat(shop.dump()).isEqualTo(state);
  }

  @Test
  @Tag("slow")
  void aTableComesBesideTheLiveOneWithItsKeysAndIndexes() throws Exception {
    JsonNode made =
        restored(
            "--at",
            before,
            "--include",
            "shop/public.cust*",
            "--map",
            "public.customers=old.customers_then");

    assertThat(made.get("status").asString()).isEqualTo("success");
    assertThat(shop.values(SUM + "old.customers_then t")).containsExactly(customers);
    assertThat(shop.values(SUM + "customers t")).isNotEqualTo(List.of(customers));
    assertThat(
            shop.values(
                "SELECT indexname FROM pg_indexes WHERE tablename = 'customers_then' ORDER BY 1"))
        .containsExactly("customers_then_name_key", "customers_then_pkey");
  }

  @Test
  @Tag("slow")
  void aTableThatDiffersIsAConflict() throws Exception {
    Result result = restore("--at", before, "--include", "shop/public.customers");

    assertThat(result.exit()).as(result.err()).isEqualTo(5);
    assertThat(shop.values(SUM + "customers t")).isNotEqualTo(List.of(customers));
  }

  @Test
  @Tag("slow")
  void whatIsNotThereIsToldWithWhatIsNearest() throws Exception {
    Result table = restore("--at", before, "--include", "shop/public.order");
    Result database = restore("--at", "end", "--include", "shopp/public.orders");

    assertThat(table.exit()).isEqualTo(1);
    assertThat(table.err()).contains("shop/public.order", "nearest are public.orders");
    assertThat(database.err()).contains("no database shopp", "shop");
  }

  @Test
  @Tag("slow")
  void wordsThatMakeNoSenseAreRefusedBeforeAnythingIsDone() throws Exception {
    assertThat(restore().exit()).isEqualTo(2);
    assertThat(restore("--include", "shop/orders").exit()).isEqualTo(2);
    assertThat(restore("--include", "shop/public.orders", "--save-plan", "/tmp/x").exit())
        .isEqualTo(2);
    Result nowhere = restore("--include", "shop/public.orders", "--scratch", "/nowhere/at/all");
    assertThat(nowhere.exit()).isEqualTo(1);
    assertThat(nowhere.err()).contains("--scratch");
  }
}
