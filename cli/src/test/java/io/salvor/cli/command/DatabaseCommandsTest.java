package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.CommandLineHarness.Result;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Databases of a real server go there and back by the command line. */
class DatabaseCommandsTest {
  private static TrialCluster cluster;
  private static Database awkward;
  private static int number;

  @TempDir Path temp;
  private CommandLineHarness salvor;

  @BeforeAll
  static void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of());
    awkward = Database.create(cluster, "awkward");
    try (var script = DatabaseCommandsTest.class.getResourceAsStream("/databases/awkward.sql")) {
      awkward.run(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    }
    cluster.sql("CREATE ROLE reader LOGIN PASSWORD 'secret'");
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
  }

  private static Database fresh() {
    return new Database(cluster, "fresh" + number++);
  }

  private static Database shop() throws IOException {
    Database shop = Database.create(cluster, "shop" + number++);
    shop.run(
        """
        CREATE TABLE customers (id integer PRIMARY KEY, name text);
        CREATE TABLE orders (id serial PRIMARY KEY, customer integer REFERENCES customers, what text);
        CREATE INDEX ON orders (what);
        INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 100) n;
        INSERT INTO orders (customer, what) SELECT 1 + n % 100, md5(n::text)
          FROM generate_series(1, 5000) n;
        CREATE VIEW busy AS SELECT customer, count(*) FROM orders GROUP BY 1;
        """);
    return shop;
  }

  private JsonNode done(String... words) {
    Result result = salvor.run(CommandLineHarness.withJson(words));
    JsonNode json = result.json();
    assertThat(result.exit()).as("%s%n%s", result.err(), json.get("errors")).isEqualTo(0);
    return json;
  }

  @Test
  void everythingAwkwardGoesThereAndBack() throws Exception {
    JsonNode backup = done("backup", awkward.address());
    assertThat(backup.get("status").asString()).isEqualTo("success");
    Database fresh = fresh();
    JsonNode restored = done("restore", "latest", "--to", fresh.address());
    assertThat(restored.get("errors")).isEmpty();
    Schemas.check("restore", restored.toString());
    assertThat(fresh.dump()).isEqualTo(awkward.dump());
    // What is there already is as it should be.
    JsonNode again = done("restore", "latest", "--to", fresh.address(), "--dry-run");
    assertThat(again.get("changes").get("create").asInt()).isZero();
    assertThat(again.get("changes").get("update").asInt()).isZero();
  }

  @Test
  @Tag("slow")
  void unchangedTablesCostNothingAndChangesAreNamed() throws Exception {
    Database shop = shop();
    String first = done("backup", shop.address()).get("id").asString();
    JsonNode tables = done("show", first).get("components");
    JsonNode same = done("backup", shop.address());
    assertThat(same.get("components")).hasSameSizeAs(tables);
    assertThat(tables.get(1).get("name").asString()).isEqualTo("tables/public/customers");
    assertThat(tables.get(1).get("kind").asString()).isEqualTo("table");
    assertThat(tables.get(1).get("entries").asInt()).as("rows").isEqualTo(100);
    assertThat(same.get("components").get(1)).as("nothing has changed").isEqualTo(tables.get(1));
    assertThat(same.get("entries").get("changed").asInt()).isZero();
    assertThat(same.get("bytes").get("added").asInt()).isZero();
    shop.run("UPDATE customers SET name = 'other' WHERE id = 7; CREATE TABLE more (a integer)");
    JsonNode second = done("backup", shop.address());
    assertThat(second.get("entries").get("changed").asInt()).isEqualTo(1);
    assertThat(second.get("entries").get("added").asInt()).isEqualTo(2);
    assertThat(second.get("entries").get("removed").asInt()).isZero();
    assertThat(second.get("components").get(1).get("checksum"))
        .isNotEqualTo(tables.get(1).get("checksum"));
    JsonNode diff = done("diff", first, second.get("id").asString());
    Schemas.check("diff", diff.toString());
    assertThat(diff.get("entries").toString())
        .contains("tables/public/customers", "tables/public/more", "definitions/public/table/more")
        .doesNotContain("orders");
    JsonNode listed = done("ls", "latest", "tables");
    Schemas.check("ls", listed.toString());
    assertThat(listed.get("entries").get(0).get("attributes").get("rows").asInt()).isEqualTo(100);
    Result rows = salvor.run("cat", "latest", "tables/public/customers");
    assertThat(rows.out().lines()).hasSize(100).contains("7\tother", "8\tc8");
  }

  @Test
  @Tag("slow")
  void oneTableComesBackAndTheRestStays() throws Exception {
    Database shop = shop();
    done("backup", shop.address());
    shop.run("DROP TABLE orders CASCADE; UPDATE customers SET name = 'since'");
    JsonNode restored =
        done("restore", "latest", "--to", "origin", "--include", "/tables/public/orders");
    assertThat(restored.get("changes").get("update").asInt()).isZero();
    assertThat(shop.values("SELECT count(*) FROM orders WHERE what = md5('17')"))
        .containsExactly("1");
    assertThat(shop.values("SELECT DISTINCT name FROM customers")).containsExactly("since");
    assertThat(shop.values("SELECT nextval('orders_id_seq')")).containsExactly("5001");
    assertThat(shop.values("SELECT count(*) FROM pg_indexes WHERE tablename = 'orders'"))
        .containsExactly("2");
    assertThat(shop.values("SELECT conname FROM pg_constraint WHERE contype = 'f'"))
        .containsExactly("orders_customer_fkey");
  }

  @Test
  void changedRowsAreAConflictComeBackAndCanBeRolledBack() throws Exception {
    Database shop = shop();
    done("backup", shop.address());
    String before = shop.dump();
    shop.run(
        """
        UPDATE orders SET what = 'wrong' WHERE id % 2 = 0;
        DELETE FROM orders WHERE id = 3;
        CREATE OR REPLACE VIEW busy AS SELECT customer, 2 * count(*) AS count FROM orders GROUP BY 1;
        DROP INDEX orders_what_idx;
        """);
    String changed = shop.dump();
    Result refused = salvor.run("restore", "latest", "--to", "origin");
    assertThat(refused.exit()).isEqualTo(5);
    assertThat(shop.dump()).isEqualTo(changed);
    JsonNode preview =
        done("restore", "latest", "--to", "origin", "--on-conflict", "overwrite", "--dry-run");
    assertThat(preview.get("changes").get("update").asInt()).isEqualTo(2);
    assertThat(preview.get("changes").get("create").asInt()).isEqualTo(1);
    JsonNode restored =
        done("restore", "latest", "--to", "origin", "--on-conflict", "overwrite", "--yes");
    assertThat(shop.dump()).isEqualTo(before);
    Schemas.check("restore", restored.toString());
    done("rollback", restored.get("id").asString(), "--yes");
    assertThat(sorted(shop.dump())).isEqualTo(sorted(changed));
  }

  private static String sorted(String dump) {
    return String.join("\n", dump.lines().sorted().toList());
  }

  @Test
  @Tag("slow")
  void aRestoreIntoAnEmptyDatabaseCanBeRolledBack() throws Exception {
    Database shop = shop();
    done("backup", shop.address());
    Database other = Database.create(cluster, "other" + number++);
    String empty = other.dump();
    String id = done("restore", "latest", "--to", other.address()).get("id").asString();
    assertThat(other.dump()).isEqualTo(shop.dump());
    done("rollback", id, "--yes");
    assertThat(other.dump()).isEqualTo(empty);
  }

  @Test
  @Tag("slow")
  void rowsThatHaveChangedSinceARestoreAreNotRolledBack() throws Exception {
    Database shop = shop();
    done("backup", shop.address());
    Database other = Database.create(cluster, "other" + number++);
    String id = done("restore", "latest", "--to", other.address()).get("id").asString();
    other.run("INSERT INTO customers VALUES (1000, 'new')");
    Result refused = salvor.run("rollback", id, "--yes");
    assertThat(refused.exit()).isEqualTo(5);
    assertThat(other.values("SELECT name FROM customers WHERE id = 1000")).containsExactly("new");
  }

  @Test
  @Tag("slow")
  void aTableIsRestoredUnderANewNameBesideTheLiveOne() throws Exception {
    Database shop = shop();
    done("backup", shop.address());
    shop.run("UPDATE orders SET what = 'wrong'");
    JsonNode restored =
        done(
            "restore",
            "latest",
            "--to",
            "origin",
            "--mode",
            "new",
            "--include",
            "/tables/public/orders",
            "--map",
            "public.orders=public.orders_before");
    assertThat(restored.get("changes").get("create").asInt()).isEqualTo(2);
    assertThat(shop.values("SELECT what FROM orders_before WHERE id = 17"))
        .isEqualTo(shop.values("SELECT md5('17')"));
    assertThat(shop.values("SELECT DISTINCT what FROM orders")).containsExactly("wrong");
    done("rollback", restored.get("id").asString(), "--yes");
    assertThat(shop.values("SELECT to_regclass('orders_before')")).containsOnlyNulls();
    assertThat(shop.values("SELECT count(*) FROM orders")).containsExactly("5000");
  }

  @Test
  @Tag("slow")
  void whatPatternsLeaveOutIsNotTaken() throws Exception {
    Database shop = shop();
    JsonNode backup = done("backup", shop.address(), "--exclude", "/tables/public/orders");
    Database other = fresh();
    done("restore", backup.get("id").asString(), "--to", other.address());
    assertThat(other.values("SELECT count(*) FROM orders")).containsExactly("0");
    assertThat(other.values("SELECT count(*) FROM customers")).containsExactly("100");
  }

  @Test
  void whoMayNotReadATableIsToldWhatGrantsItAndHasTheRest() throws Exception {
    Database shop = shop();
    shop.run(
        "GRANT SELECT ON customers TO reader; GRANT SELECT ON SEQUENCE orders_id_seq TO reader");
    salvor.environment.put("PGPASSWORD", "secret");
    Result result = salvor.run(CommandLineHarness.withJson("backup", shop.addressAs("reader")));
    assertThat(result.exit()).as(result.err()).isEqualTo(3);
    JsonNode backup = result.json();
    assertThat(backup.get("status").asString()).isEqualTo("partial");
    assertThat(backup.get("errors").toString())
        .contains("tables/public/orders", "GRANT pg_read_all_data TO \\\"reader\\\"");
    assertThat(salvor.run("cat", "latest", "tables/public/customers").out()).contains("8\tc8");
  }

  @Test
  void wrongWordsAreToldWithWhatHelps() throws Exception {
    Database shop = shop();
    salvor.environment.put("PGPASSWORD", "wrong");
    assertThat(salvor.run("backup", shop.addressAs("reader")).err())
        .contains("password authentication failed", "pg_hba.conf");
    salvor.environment.remove("PGPASSWORD");
    assertThat(salvor.run("backup", shop.addressAs("reader")).err()).contains("PGPASSWORD");
    Database none = new Database(cluster, "no_such_database");
    Result missing = salvor.run("backup", none.address());
    assertThat(missing.err()).contains("\"no_such_database\" does not exist");
    assertThat(missing.exit()).isEqualTo(1);
    Result noName = salvor.run("backup", new Database(cluster, "").address());
    assertThat(noName.exit()).isEqualTo(2);
    done("backup", shop.address());
    salvor.environment.put("PGPASSWORD", "secret");
    Result mayNot = salvor.run("restore", "latest", "--to", fresh().addressAs("reader"));
    assertThat(mayNot.err()).contains("ALTER ROLE \"reader\" CREATEDB");
    Result toFiles = salvor.run("restore", "latest", "--to", temp.resolve("files").toString());
    assertThat(toFiles.exit()).isEqualTo(1);
    assertThat(toFiles.err()).contains("part of a database");
  }

  @Test
  @Tag("slow")
  void aForeignKeyThatDoesNotHoldAnyMoreIsTold() throws Exception {
    Database shop = shop();
    done("backup", shop.address());
    shop.run(
        "INSERT INTO customers VALUES (1000, 'new'); INSERT INTO orders (customer) VALUES (1000)");
    Result result =
        salvor.run(
            "restore",
            "latest",
            "--to",
            "origin",
            "--include",
            "/tables/public/customers",
            "--on-conflict",
            "overwrite",
            "--yes");
    assertThat(result.exit()).as(result.err()).isEqualTo(3);
    assertThat(result.err()).contains("orders_customer_fkey", "1 row refers");
  }
}
