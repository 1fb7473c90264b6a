package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What databases have beside tables with rows stays what it is, or comes back with them. */
class DatabaseDetailsTest {
  private static TrialCluster cluster;
  private static int number;

  @TempDir Path temp;
  private CommandLineHarness salvor;

  @BeforeAll
  static void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of("wal_level", "logical"));
    cluster.sql("CREATE ROLE keeper LOGIN PASSWORD 'secret'");
    cluster.sql("CREATE ROLE other");
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void init() {
    salvor = new CommandLineHarness(temp);
    salvor.json("init");
    salvor.environment.put("PGPASSWORD", "secret");
  }

  private static Database database(String sql) throws IOException {
    Database database = Database.create(cluster, "details" + number++);
    database.run(sql);
    return database;
  }

  private JsonNode done(String... words) {
    Result result = salvor.run(CommandLineHarness.withJson(words));
    assertThat(result.exit()).as("%s%n%s", result.err(), result.out()).isZero();
    return result.json();
  }

  private static String[] restore(String to, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("restore", "latest", "--to", to, "--on-conflict", "overwrite", "--yes"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private static String sorted(Database database) throws Exception {
    return String.join("\n", database.dump().lines().sorted().toList());
  }

  @Test
  void rowsThatWouldTakeOthersAlongAreNotReplaced() throws Exception {
    Database shop =
        database(
            """
            CREATE TABLE customers (id integer PRIMARY KEY, name text);
            CREATE TABLE orders (id integer PRIMARY KEY,
              customer integer REFERENCES customers ON DELETE CASCADE);
            INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 10) n;
            INSERT INTO orders SELECT n, n FROM generate_series(1, 10) n;
            ALTER TABLE customers OWNER TO keeper;
            ALTER TABLE orders OWNER TO keeper;
            """);
    done("backup", shop.address());
    shop.run("UPDATE customers SET name = 'since'");
    String[] words = restore(shop.addressAs("keeper"), "--include", "/tables/public/customers");

    Result refused = salvor.run(words);

    assertThat(refused.exit()).as(refused.err()).isEqualTo(1);
    assertThat(refused.err())
        .contains(
            "orders_customer_fkey of public.orders",
            "GRANT SET ON PARAMETER session_replication_role TO \"keeper\"");
    assertThat(shop.values("SELECT DISTINCT name FROM customers")).containsExactly("since");
    assertThat(shop.values("SELECT count(*) FROM orders")).containsExactly("10");

    cluster.sql("GRANT SET ON PARAMETER session_replication_role TO keeper");
    try {
      done(words);
    } finally {
      cluster.sql("REVOKE SET ON PARAMETER session_replication_role FROM keeper");
    }
    assertThat(shop.values("SELECT name FROM customers WHERE id = 7")).containsExactly("c7");
    assertThat(shop.values("SELECT count(*) FROM orders")).containsExactly("10");
  }

  @Test
  @Tag("slow")
  void triggersThatCannotRestAreToldAheadAndThoseThatDoNoHarmAreNot() throws Exception {
    Database shop =
        database(
            """
            CREATE TABLE log (what text);
            CREATE TABLE t (id integer PRIMARY KEY, name text);
            CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN INSERT INTO public.log VALUES (TG_OP); RETURN NULL; END';
            CREATE TRIGGER noting AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION noted();
            INSERT INTO t VALUES (1, 'one');
            ALTER TABLE t OWNER TO keeper;
            ALTER TABLE log OWNER TO keeper;
            """);
    done("backup", shop.address());
    shop.run("INSERT INTO t VALUES (2, 'two')");
    String[] words = restore(shop.addressAs("keeper"), "--include", "/tables/public/t");
    done(words);
    assertThat(shop.values("SELECT count(*) FROM log")).containsExactly("0");

    shop.run("INSERT INTO t VALUES (2, 'two')");
    shop.run(
        "CREATE RULE also AS ON DELETE TO t DO ALSO INSERT INTO log VALUES ('rule');"
            + " ALTER TABLE t ENABLE ALWAYS RULE also");
    Result refused = salvor.run(words);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("the rule also on public.t");
    // Whoever may have triggers rest is told of those that do not.
    Result warned =
        salvor.run(
            CommandLineHarness.withJson(
                restore(shop.address(), "--include", "/tables/public/t", "--dry-run")));
    assertThat(warned.out()).contains("triggers-fire", "the rule also");
  }

  @Test
  @Tag("slow")
  void partitionsComeBackWithWhatTheyArePartsOf() throws Exception {
    Database shop =
        database(
            """
            CREATE TABLE events (id integer, at date, PRIMARY KEY (id, at))
              PARTITION BY RANGE (at);
            CREATE INDEX ON events (at);
            CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
            INSERT INTO events SELECT n, '2020-06-01'::date + n FROM generate_series(1, 400) n;
            CREATE TABLE "DATABASE x" (id integer PRIMARY KEY);
            COMMENT ON TABLE "DATABASE x" IS 'a table';
            """);
    String before = shop.dump();
    done("backup", shop.address(), "--include", "/tables/public/");
    Database fresh = new Database(cluster, "details" + number++);

    done("restore", "latest", "--to", fresh.address(), "--include", "/tables/public/");

    assertThat(fresh.values("SELECT count(*) FROM events")).containsExactly("400");
    assertThat(fresh.dump()).isEqualTo(before);

    shop.run("DROP TABLE events_2");
    done(restore(shop.address(), "--include", "/tables/public/events_2"));
    assertThat(shop.values("SELECT count(*) FROM events")).containsExactly("400");
    assertThat(sorted(shop)).isEqualTo(String.join("\n", before.lines().sorted().toList()));
  }

  @Test
  @Tag("slow")
  void whatPgDumpLeavesOutIsAFailure() throws Exception {
    Database shop =
        database(
            """
            CREATE TABLE t (id integer PRIMARY KEY);
            CREATE PUBLICATION p FOR TABLE t;
            CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false);
            GRANT SELECT ON t TO keeper;
            CREATE SEQUENCE numbers;
            ALTER EXTENSION plpgsql ADD SEQUENCE numbers;
            UPDATE pg_extension SET extconfig = ARRAY['numbers'::regclass::oid], extcondition = '{""}'
              WHERE extname = 'plpgsql';
            """);
    cluster.sql("GRANT pg_read_all_data TO keeper");
    Result result = salvor.run(CommandLineHarness.withJson("backup", shop.addressAs("keeper")));
    cluster.sql("REVOKE pg_read_all_data FROM keeper");

    assertThat(result.exit()).as(result.err()).isEqualTo(3);
    assertThat(result.json().get("errors").toString())
        .contains("database/subscription/s", "only a superuser");
    assertThat(result.json().get("warnings").toString())
        .contains("subscriptions not dumped because current user is not a superuser");
    assertThat(done("ls", "latest", "definitions/public/sequence-set").toString())
        .contains("definitions/public/sequence-set/numbers");
    done("backup", shop.address());
  }

  @Test
  @Tag("slow")
  void grantsBecomeThoseOfTheBackupAndNoMore() throws Exception {
    Database shop =
        database(
            """
            CREATE TABLE t (id integer PRIMARY KEY, name text);
            CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
            GRANT SELECT, UPDATE (name) ON t TO keeper;
            GRANT EXECUTE ON FUNCTION f() TO keeper;
            """);
    done("backup", shop.address());
    String before = shop.dump();
    shop.run(
        """
        GRANT INSERT ON t TO keeper;
        GRANT SELECT (name) ON t TO other;
        GRANT DELETE ON t TO other WITH GRANT OPTION;
        REVOKE ALL ON FUNCTION f() FROM PUBLIC;
        """);
    String changed = shop.dump();

    JsonNode made = done(restore(shop.address()));

    assertThat(shop.dump()).isEqualTo(before);
    done("rollback", made.get("id").asString(), "--yes");
    assertThat(sorted(shop)).isEqualTo(String.join("\n", changed.lines().sorted().toList()));
  }

  @Test
  @Tag("slow")
  void whatARestoreSaysOfAnObjectIsTakenBackThoughTheObjectStays() throws Exception {
    Database shop =
        database(
            """
            CREATE TABLE "a ""IS 'b" (id integer PRIMARY KEY);
            CREATE VIEW v AS SELECT 1 AS a;
            COMMENT ON TABLE "a ""IS 'b" IS 'it IS ''so''';
            GRANT SELECT ON "a ""IS 'b" TO keeper;
            ALTER TABLE "a ""IS 'b" ENABLE ROW LEVEL SECURITY;
            """);
    done("backup", shop.address());
    shop.run(
        """
        COMMENT ON TABLE "a ""IS 'b" IS NULL;
        REVOKE ALL ON "a ""IS 'b" FROM keeper;
        ALTER TABLE "a ""IS 'b" DISABLE ROW LEVEL SECURITY;
        """);
    String changed = shop.dump();
    JsonNode made = done(restore(shop.address()));
    assertThat(shop.dump()).isNotEqualTo(changed);

    done("rollback", made.get("id").asString(), "--yes");

    assertThat(shop.dump()).isEqualTo(changed);
  }

  @Test
  @Tag("slow")
  void viewsAndFunctionsKeepWhatIsSaidOfThem() throws Exception {
    Database shop =
        database(
            """
            CREATE TABLE t (id integer PRIMARY KEY);
            CREATE VIEW v AS SELECT id, 1 AS a FROM t;
            CREATE VIEW over AS SELECT a FROM v;
            CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
            GRANT SELECT ON v TO keeper;
            COMMENT ON VIEW v IS 'a view';
            COMMENT ON FUNCTION f() IS 'a function';
            CREATE MATERIALIZED VIEW filled AS SELECT id FROM over, t;
            """);
    done("backup", shop.address());
    String before = shop.dump();
    shop.run(
        """
        CREATE OR REPLACE VIEW v AS SELECT id, 2 AS a FROM t;
        CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2';
        INSERT INTO t VALUES (1);
        """);

    JsonNode made = done(restore(shop.address()));

    assertThat(shop.dump()).isEqualTo(before);
    assertThat(made.toString())
        .contains("view-not-refreshed", "REFRESH MATERIALIZED VIEW public.filled");
  }

  @Test
  @Tag("slow")
  void theUndoOfSensitiveRowsIsSensitive() throws Exception {
    Database shop =
        database(
            "CREATE TABLE secrets (id integer PRIMARY KEY, what text);"
                + " INSERT INTO secrets VALUES (1, 'x')");
    done("backup", shop.address(), "--sensitive", "/tables/public/secrets");
    shop.run("UPDATE secrets SET what = 'y'");

    String whole = done(restore(shop.address())).get("undo").asString();
    shop.run("UPDATE secrets SET what = 'z'");
    String single = done(restore(shop.address(), "--mode", "differences")).get("undo").asString();

    for (String undo : List.of(whole, single)) {
      assertThat(done("ls", undo, "tables").get("entries").get(0).get("sensitive"))
          .as(undo)
          .isNotNull();
    }
  }
}
