package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import io.salvor.provider.mysql.server.TrialServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Databases of a real MariaDB are followed, and restored to times. */
class MariaDbTimeTest {
  private static TrialServer server;
  private static int number;

  @TempDir private Path temp;
  private CommandLineHarness salvor;
  private CommandLineHarness follower;
  private Thread following;
  private final AtomicReference<Result> followed = new AtomicReference<>();
  private String shop;
  private String other;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(TrialServer.isPossible(), "MariaDB is not installed");
    server = TrialServer.start(Map.of("log-bin", "bin", "binlog-format", "ROW", "server-id", "3"));
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void follow() throws Exception {
    salvor = new CommandLineHarness(temp).inRealTime();
    salvor.json("init");
    shop = "shop" + number;
    other = "other" + number++;
    run("", "CREATE DATABASE " + shop, "CREATE DATABASE " + other);
    run(
        shop,
        """
        CREATE TABLE accounts (id int PRIMARY KEY, balance int, note varchar(40) DEFAULT 'é',
          at timestamp(3) NOT NULL DEFAULT current_timestamp(3), picture mediumblob)
        """,
        "INSERT INTO accounts (id, balance) SELECT seq, 100 FROM seq_1_to_40",
        "CREATE TABLE orders (id bigint AUTO_INCREMENT PRIMARY KEY, account int, price"
            + " decimal(9,2), CONSTRAINT buyer FOREIGN KEY (account) REFERENCES accounts (id) ON"
            + " DELETE CASCADE)",
        "CREATE TABLE seen (n bigint)",
        "CREATE TRIGGER sees AFTER INSERT ON orders FOR EACH ROW"
            + " INSERT INTO seen VALUES (NEW.id)",
        "CREATE TABLE plain (a text, b double)");
    run(other, "CREATE TABLE words (id serial, word text)");
    follower = new CommandLineHarness(temp).inRealTime();
    following =
        Thread.ofPlatform()
            .daemon()
            .start(() -> followed.set(follower.run("--json", "follow", address(""))));
    salvor.json("backup", address(shop));
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (following != null) {
      boolean _ = follower.interruption.raise("TERM");
      following.join();
      assertThat(followed.get().exit()).as(followed.get().err()).isZero();
    }
  }

  private static void run(String database, String... statements) throws IOException {
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      if (!database.isEmpty()) {
        session.run("USE " + Session.quoted(database));
      }
      for (String statement : statements) {
        session.run(statement);
      }
    }
  }

  private static String value(String sql) throws IOException {
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      return String.valueOf(session.query(sql).getFirst().values().values().iterator().next());
    }
  }

  private static String address(String database) {
    return server.endpoint("root", database).normal().replace("mysql:", "mariadb:");
  }

  /** All tables of a database with their definitions and rows. */
  private static Map<String, String> state(String database) throws IOException {
    Map<String, String> state = new TreeMap<>();
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      session.run("USE " + Session.quoted(database));
      for (Row row :
          session.query(
              "SELECT TABLE_NAME AS t, TABLE_TYPE AS k FROM information_schema.TABLES"
                  + " WHERE TABLE_SCHEMA = ?",
              database)) {
        String table = Session.quoted(row.get("t"));
        boolean view = row.get("k").equals("VIEW");
        Row made = session.query("SHOW CREATE " + (view ? "VIEW " : "TABLE ") + table).getFirst();
        List<String> rows = new ArrayList<>();
        for (Row one : session.query("SELECT * FROM " + table)) {
          rows.add(brief(new TreeMap<>(one.values()).toString()));
        }
        rows.sort(null);
        state.put(
            row.get("t"),
            made.text(view ? "create view" : "create table")
                    .replace(database, "DB")
                    // The next number is logged with no row that takes it.
                    .replaceAll(" AUTO_INCREMENT=\\d+", "")
                + rows);
      }
    }
    return state;
  }

  /** What is long is told by its digest. */
  private static String brief(String text) {
    return text.length() < 300 ? text : text.substring(0, 200) + text.hashCode();
  }

  private static void assertSame(Map<String, String> is, Map<String, String> was) {
    assertThat(is.keySet()).isEqualTo(was.keySet());
    is.forEach(
        (table, now) -> {
          List<String> here = List.of(now.split("[\\n{]"));
          List<String> there = List.of(was.get(table).split("[\\n{]"));
          assertThat(here.stream().filter(one -> !there.contains(one)).limit(3).toList())
              .as(
                  "of %s is here, and there %s",
                  table, there.stream().filter(one -> !here.contains(one)).limit(3).toList())
              .isEmpty();
          assertThat(now.equals(was.get(table))).as(table).isTrue();
        });
  }

  /** A second in which nothing was done, behind all that was. */
  private static Instant quietSecond() throws Exception {
    long second = now() + 1;
    while (now() <= second) {
      Sleeper.REAL.sleep(Duration.ofMillis(20));
    }
    return Instant.ofEpochSecond(second);
  }

  private static long now() throws IOException {
    return Long.parseLong(value("SELECT UNIX_TIMESTAMP()"));
  }

  private void awaitWindow(Instant time) throws Exception {
    // Behind what is written the window moves on at once, else every few seconds.
    run(other, "INSERT INTO words (word) VALUES ('to be waited for')");
    for (int i = 0; i < 400; i++) {
      JsonNode windows = salvor.json("windows", "--source", address("")).get("windows");
      if (!windows.isEmpty()
          && !Instant.parse(windows.get(0).get("to").asString()).isBefore(time)) {
        assertThat(windows.get(0).get("gaps")).isEmpty();
        return;
      }
      Sleeper.REAL.sleep(Duration.ofMillis(50));
    }
    throw new AssertionError("the window does not reach " + time);
  }

  private JsonNode restore(String database, String at, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "restore",
                "latest",
                "--source",
                address(shop),
                "--at",
                at,
                "--to",
                address(database)));
    words.addAll(List.of(more));
    Result result = salvor.run(CommandLineHarness.withJson(words.toArray(String[]::new)));
    assertThat(result.exit()).as("%s%n%s", result.out(), result.err()).isZero();
    return result.json();
  }

  private static boolean exists(String database) throws IOException {
    return !value(
            "SELECT count(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '"
                + database
                + "'")
        .equals("0");
  }

  @Test
  void databasesAreRestoredToTheSecondUnderAnotherName() throws Exception {
    run(
        shop,
        "START TRANSACTION",
        "UPDATE accounts SET balance = balance - 7 WHERE id = 1",
        "UPDATE accounts SET balance = balance + 7, note = 'ünïcode' WHERE id = 2",
        "INSERT INTO " + other + ".words (word) VALUES ('elsewhere')",
        "COMMIT",
        "INSERT INTO orders (account, price) SELECT 1 + seq % 40, seq FROM seq_1_to_500",
        "ALTER TABLE accounts ADD COLUMN born datetime DEFAULT now(), ADD KEY (balance)",
        "UPDATE accounts SET picture = unhex(repeat('00ff5c27', id * 100))",
        "CREATE TABLE " + shop + ".`od``d` (a int, KEY (a)) ENGINE=InnoDB /* `" + shop + "`.x */",
        "INSERT INTO `od``d` SELECT seq FROM seq_1_to_10",
        "CREATE VIEW busy AS SELECT account, count(*) AS n FROM " + shop + ".orders GROUP BY 1",
        "DELETE FROM accounts WHERE id = 40",
        "FLUSH BINARY LOGS",
        "INSERT INTO plain VALUES ('tab\\tnew\\nline', 0.1), (NULL, -1e300), (NULL, -1e300)",
        "UPDATE plain SET b = 2 WHERE a IS NULL LIMIT 1",
        "CREATE TABLE copied AS SELECT * FROM plain");
    Instant first = quietSecond();
    Map<String, String> stateThen = state(shop);
    run(
        shop,
        "START TRANSACTION",
        "INSERT INTO plain VALUES ('undone', 1)",
        "ROLLBACK",
        "RENAME TABLE plain TO plainer",
        "TRUNCATE TABLE seen",
        "INSERT INTO seen SELECT seq FROM seq_1_to_20000",
        "DROP TABLE copied");
    Instant second = quietSecond();
    Map<String, String> stateLater = state(shop);
    run(other, "DROP TABLE " + shop + ".plainer", "DELETE FROM " + shop + ".accounts");
    Instant last = quietSecond();
    Map<String, String> now = state(shop);
    awaitWindow(last);

    String fresh = "fresh" + number++;
    JsonNode preview = restore(fresh, first.toString(), "--dry-run");
    assertThat(preview.get("warnings").toString())
        .contains("log-applied", "transactions", first.toString().substring(0, 16));
    assertThat(exists(fresh)).isFalse();

    JsonNode restored = restore(fresh, first.toString());
    Schemas.check("restore", restored.toString());
    assertSame(state(fresh), stateThen);
    String later = "fresh" + number++;
    restore(later, second.toString());
    assertSame(state(later), stateLater);
    String end = "fresh" + number++;
    restore(end, "end");
    assertSame(state(end), now);
    assertSame(state(shop), now);
    // A single table, beside what is there.
    restore(
        shop,
        second.toString(),
        "--include",
        "/tables/" + shop + "/seen",
        "--map",
        shop + ".seen=" + shop + ".seen_before");
    assertThat(state(shop).get("seen_before").replace("seen_before", "seen"))
        .isEqualTo(stateLater.get("seen"));

    Result late =
        salvor.run(
            "restore",
            "latest",
            "--source",
            address(shop),
            "--at",
            "2100-01-01T00:00:00Z",
            "--to",
            address("never"));
    assertThat(late.exit()).isEqualTo(1);
    assertThat(late.err()).contains("SLV-4017", "the log goes on up to 2");
    assertThat(exists("never")).isFalse();
    Result taken =
        salvor.run(
            "restore",
            "latest",
            "--source",
            address(shop),
            "--at",
            first.toString(),
            "--to",
            address(later));
    assertThat(taken.exit()).isNotZero();
    assertSame(state(later), stateLater);
  }

  @Test
  void whatCannotBeAppliedExactlyIsToldBeforeAnythingIsWritten() throws Exception {
    run(shop, "INSERT INTO plain VALUES ('good', 1)");
    Instant good = quietSecond();
    Map<String, String> then = state(shop);
    run(
        shop,
        "SET SESSION binlog_format = STATEMENT",
        "INSERT INTO plain VALUES ('by a statement', 1)");
    Instant bad = quietSecond();
    awaitWindow(bad);
    String fresh = "fresh" + number++;

    Result refused =
        salvor.run(
            "restore",
            "latest",
            "--source",
            address(shop),
            "--at",
            bad.toString(),
            "--to",
            address(fresh));

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("bin.0", "logged as such", "INSERT INTO plain");
    assertThat(exists(fresh)).isFalse();
    restore(fresh, good.toString());
    assertSame(state(fresh), then);
  }

  @Test
  @Tag("slow")
  void aHistoryAtRandomIsRestoredToEachOfItsMoments() throws Exception {
    long seed = Long.getLong("seed", 1);
    Random random = new Random(seed);
    Map<Instant, Map<String, String>> moments = new TreeMap<>();
    for (int burst = 0; burst < 6; burst++) {
      for (int i = 0; i < 60; i++) {
        step(random, burst * 100 + i);
      }
      moments.put(quietSecond(), state(shop));
    }
    awaitWindow(new TreeMap<>(moments).lastKey());
    for (Map.Entry<Instant, Map<String, String>> moment : moments.entrySet()) {
      String fresh = "fresh" + number++;
      restore(fresh, moment.getKey().toString());
      assertSame(state(fresh), moment.getValue());
      run("", "DROP DATABASE " + fresh);
    }
  }

  private void step(Random random, int n) throws IOException {
    int id = 1 + random.nextInt(40);
    switch (random.nextInt(12)) {
      case 0, 1, 2 ->
          run(
              shop,
              "START TRANSACTION",
              "UPDATE accounts SET balance = balance - 1 WHERE id = " + id,
              "UPDATE accounts SET balance = balance + 1 WHERE id = " + (1 + id % 40),
              "INSERT INTO " + other + ".words (word) VALUES ('w')",
              random.nextInt(4) == 0 ? "ROLLBACK" : "COMMIT");
      case 3, 4 ->
          run(
              shop,
              "INSERT IGNORE INTO orders (account, price) SELECT id, "
                  + n
                  + " FROM accounts WHERE id <= "
                  + id);
      case 5 -> run(shop, "DELETE FROM orders WHERE account = " + id);
      case 6 ->
          run(
              shop,
              "INSERT INTO plain VALUES (md5(" + n + "), rand())",
              "UPDATE plain SET b = b + 1 WHERE a < '8'");
      case 7 ->
          run(
              other,
              "CREATE OR REPLACE TABLE " + shop + ".made (a int, n int DEFAULT " + n + ")",
              "INSERT INTO " + shop + ".made (a) SELECT seq FROM " + shop + ".seq_1_to_30");
      case 8 -> run(shop, "ALTER TABLE accounts ADD COLUMN c" + n + " int DEFAULT " + n);
      case 9 -> run("", "FLUSH BINARY LOGS");
      case 10 ->
          run(
              shop,
              "START TRANSACTION",
              "INSERT INTO plain VALUES ('kept', 1)",
              "SAVEPOINT s",
              "INSERT INTO plain VALUES ('not kept', 1)",
              "ROLLBACK TO s",
              "COMMIT");
      default ->
          run(
              shop,
              "UPDATE accounts SET picture = repeat(char("
                  + id
                  + " USING binary), "
                  + 1000 * id
                  + "), at = now(3) WHERE id = "
                  + id,
              "DROP TABLE IF EXISTS `gone " + id + "`",
              "CREATE TABLE `gone " + id + "` LIKE plain");
    }
  }
}
