package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.Mapping;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import io.salvor.provider.mysql.logical.DatabaseTargets;
import io.salvor.provider.mysql.server.TrialServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What restores to a live MariaDB leave as it was: rights, hours, triggers, others' rows. */
class MariaDbRestoreTest {
  private static TrialServer server;
  private static int number;

  @TempDir private Path temp;
  private CommandLineHarness salvor;
  private String shop;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(TrialServer.isPossible(), "MariaDB is not installed");
    server = TrialServer.start(Map.of());
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void init() throws IOException {
    salvor = new CommandLineHarness(temp);
    salvor.json("init");
    shop = "shop" + number++;
    run("CREATE DATABASE " + shop);
  }

  private void run(String... statements) throws IOException {
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      for (String statement : statements) {
        session.run(statement);
        if (statement.startsWith("CREATE DATABASE")) {
          session.run("USE " + shop);
        }
      }
    }
  }

  private void inShop(String... statements) throws IOException {
    String[] all = new String[statements.length + 1];
    all[0] = "USE " + shop;
    System.arraycopy(statements, 0, all, 1, statements.length);
    run(all);
  }

  private static List<String> values(String sql) throws IOException {
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      return session.query(sql).stream().map(MariaDbRestoreTest::first).toList();
    }
  }

  private static String first(Row row) {
    return String.valueOf(row.values().values().iterator().next());
  }

  private String address() {
    return server.endpoint("root", shop).normal();
  }

  private JsonNode ends(int exit, String... words) {
    Result result = salvor.run(CommandLineHarness.withJson(words));
    assertThat(result.exit()).as("%s%n%s", result.out(), result.err()).isEqualTo(exit);
    return result.json();
  }

  private JsonNode overwrites(int exit, String... more) {
    String[] words = {"restore", "latest", "--to", "origin", "--on-conflict", "overwrite", "--yes"};
    String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return ends(exit, all);
  }

  @Test
  void eventsRunAtTheSameHoursAsBefore() throws IOException {
    String make = "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00'";
    inShop("SET time_zone = '+05:00'", make + " DO DELETE FROM gone");
    String hour =
        "SELECT concat_ws(' ', starts, time_zone) FROM mysql.event WHERE db = '%s'".formatted(shop);
    assertThat(values(hour)).containsExactly("2029-12-31 22:00:00 +05:00");
    ends(0, "backup", address());
    inShop("DROP EVENT nightly");

    ends(0, "restore", "latest", "--to", "origin");
    assertThat(values(hour)).containsExactly("2029-12-31 22:00:00 +05:00");

    inShop("DROP EVENT nightly", make + " DO DELETE FROM gone");
    JsonNode restored = overwrites(0);
    assertThat(restored.get("changes").get("update").asInt()).isOne();
    assertThat(values(hour)).containsExactly("2029-12-31 22:00:00 +05:00");
  }

  @Test
  void aTriggerThatIsNewerThanTheBackupIsInTheUndo() throws IOException {
    inShop("CREATE TABLE t (a int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)");
    ends(0, "backup", address());
    inShop(
        "CREATE TRIGGER newer BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a",
        "DELETE FROM t WHERE a = 2");
    String id = overwrites(0).get("id").asString();
    // As if the restore had been killed before it made it again.
    inShop("DROP TRIGGER newer");

    ends(0, "rollback", id, "--yes");

    assertThat(
            values(
                "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '%s'"
                    .formatted(shop)))
        .containsExactly("newer");
    assertThat(values("SELECT a FROM " + shop + ".t")).containsExactly("1");
  }

  @Test
  void aTriggerWhoseDefinerCannotBeKeptStaysAndSoDoItsRows() throws IOException {
    inShop(
        "CREATE TABLE t (a int PRIMARY KEY)",
        "INSERT INTO t VALUES (1), (2)",
        "CREATE TRIGGER own BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a");
    ends(0, "backup", address());
    inShop(
        "DELETE FROM t WHERE a = 2",
        "CREATE USER clerk IDENTIFIED BY 'c'",
        "GRANT ALL ON " + shop + ".* TO clerk");
    salvor.environment.put("MYSQL_PWD", "c");

    JsonNode restored =
        ends(
            3,
            "restore",
            "latest",
            "--to",
            server.endpoint("clerk", shop).normal(),
            "--include",
            "/tables/" + shop + "/t",
            "--on-conflict",
            "overwrite",
            "--yes");

    salvor.environment.remove("MYSQL_PWD");
    assertThat(restored.get("errors").toString())
        .contains("`own` could not be made again", "it was left as it is");
    assertThat(
            values(
                "SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '%s'"
                    .formatted(shop)))
        .containsExactly("root@localhost");
    assertThat(values("SELECT a FROM " + shop + ".t")).containsExactly("1");
  }

  @Test
  void whoMayRunAChangedRoutineMayRunItAfterwards() throws IOException {
    inShop(
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
        "CREATE VIEW v AS SELECT 1 AS one",
        "SET collation_connection = latin1_swedish_ci",
        "CREATE PROCEDURE q() SELECT 'q'");
    ends(0, "backup", address());
    inShop(
        "CREATE OR REPLACE PROCEDURE p() SELECT 2",
        "CREATE OR REPLACE FUNCTION f() RETURNS int DETERMINISTIC RETURN 2",
        "CREATE OR REPLACE VIEW v AS SELECT 2 AS one",
        "CREATE OR REPLACE PROCEDURE q() SELECT 'q'",
        "CREATE USER runner",
        "GRANT EXECUTE ON PROCEDURE " + shop + ".p TO runner",
        "GRANT EXECUTE ON FUNCTION " + shop + ".f TO runner");

    JsonNode restored = overwrites(0);

    assertThat(restored.get("changes").get("update").asInt()).isEqualTo(4);
    assertThat(values("SELECT " + shop + ".f()")).containsExactly("1");
    assertThat(values("SELECT Routine_name FROM mysql.procs_priv WHERE User = 'runner' ORDER BY 1"))
        .containsExactly("f", "p");
    JsonNode again = overwrites(0);
    assertThat(again.get("changes").get("update").asInt()).isZero();
  }

  @Test
  void rowsThatAreThereAreRestoredThoughTheNextNumberCannotBeSet() throws IOException {
    inShop(
        "CREATE TABLE n (a int AUTO_INCREMENT PRIMARY KEY, b int) AUTO_INCREMENT = 50",
        "INSERT INTO n (b) VALUES (1), (2)",
        "DELETE FROM n WHERE a = 51");
    ends(0, "backup", address());
    inShop(
        "DELETE FROM n",
        "CREATE USER filler IDENTIFIED BY 'f'",
        "GRANT SELECT, INSERT, UPDATE, DELETE, LOCK TABLES, TRIGGER ON " + shop + ".* TO filler");
    salvor.environment.put("MYSQL_PWD", "f");

    JsonNode restored =
        ends(
            0,
            "restore",
            "latest",
            "--to",
            server.endpoint("filler", shop).normal(),
            "--include",
            "/tables/" + shop + "/n",
            "--on-conflict",
            "overwrite",
            "--yes");

    salvor.environment.remove("MYSQL_PWD");
    assertThat(restored.toString()).contains("next-number-not-set", "ALTER command denied");
    assertThat(values("SELECT b FROM " + shop + ".n")).containsExactly("1");
  }

  @Test
  void accountsAreMadeBeforeTheyAreGrantedAndGrantsFailOneByOne() throws IOException {
    inShop(
        "CREATE TABLE t (a int)",
        "CREATE TABLE gone (a int)",
        "CREATE ROLE zz_app",
        "CREATE USER anna",
        "GRANT zz_app TO anna",
        "GRANT SELECT ON " + shop + ".t TO zz_app",
        "GRANT SELECT ON " + shop + ".gone TO anna",
        "GRANT INSERT ON " + shop + ".t TO anna");
    ends(0, "backup", server.endpoint("root", "").normal() + "?users=yes");
    List<String> before = values("SHOW GRANTS FOR zz_app");
    run("DROP USER anna", "DROP ROLE zz_app", "DROP DATABASE " + shop);

    JsonNode restored =
        ends(
            3,
            "restore",
            "latest",
            "--to",
            "origin",
            "--include",
            "/users/anna@*",
            "--include",
            "/users/zz_app",
            "--include",
            "/tables/" + shop + "/t",
            "--on-conflict",
            "overwrite",
            "--yes");

    assertThat(restored.get("errors")).hasSize(1);
    assertThat(restored.get("errors").toString())
        .contains("users/anna", "1 of its 4 grants were refused", ".`gone` TO");
    assertThat(values("SHOW GRANTS FOR zz_app")).isEqualTo(before);
    assertThat(values("SHOW GRANTS FOR anna").toString())
        .contains("GRANT `zz_app` TO", "GRANT INSERT ON `" + shop + "`.`t`");
  }

  @Test
  void nothingIsHeldOpenOnceAPlanIsMade() throws IOException {
    inShop("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)");
    DatabaseTargets targets = new DatabaseTargets("root", Passwords.NONE);
    try (var target = targets.open(address(), Mapping.NONE, null, Progress.NONE)) {
      try (LiveCursor live = target.live(Progress.NONE)) {
        while (live.peek() != null) {
          assertThat(live.take()).isNotNull();
        }
      }
      Instant end = Instant.now().plus(Duration.ofSeconds(5));
      String open = "SELECT count(*) FROM information_schema.INNODB_TRX";
      while (!values(open).equals(List.of("0")) && Instant.now().isBefore(end)) {
        Thread.onSpinWait();
      }
      assertThat(values(open)).containsExactly("0");
    }
  }

  @Test
  void whatReplacesSensitiveRowsIsKeptAsSensitive() throws IOException {
    inShop("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)");
    ends(0, "backup", address(), "--sensitive", "/tables/" + shop + "/t");
    inShop("UPDATE t SET a = 2");

    String undo = overwrites(0).get("undo").asString();

    assertThat(ends(0, "ls", undo, "tables/" + shop).toString()).contains("\"sensitive\":true");
  }

  @Test
  void aRowThatComesWhileItsTableIsToBeDroppedKeepsTheTable() throws Exception {
    inShop("CREATE TABLE t (a int)");
    ends(0, "backup", address());
    inShop("CREATE TABLE extra (a int)");
    try (Session other = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      other.run("START TRANSACTION");
      other.run("INSERT INTO " + shop + ".extra VALUES (1)");
      FutureTask<JsonNode> restore = new FutureTask<>(() -> overwrites(5, "--delete-extra"));
      Thread.ofVirtual().start(restore);
      String waits =
          "SELECT count(*) FROM information_schema.PROCESSLIST"
              + " WHERE STATE = 'Waiting for table metadata lock'";
      while (values(waits).equals(List.of("0")) && !restore.isDone()) {
        Thread.onSpinWait();
      }
      other.run("COMMIT");
      assertThat(restore.get().get("errors").toString())
          .contains("its rows have been changed since the plan was made");
    }
    assertThat(values("SELECT a FROM " + shop + ".extra")).containsExactly("1");
  }
}
