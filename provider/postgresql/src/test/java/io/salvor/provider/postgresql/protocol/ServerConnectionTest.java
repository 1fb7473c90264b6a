package io.salvor.provider.postgresql.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a real server. */
class ServerConnectionTest {
  private static final Passwords RIGHT = endpoint -> "geheim ß".toCharArray();
  private static final Passwords WRONG = endpoint -> "wrong".toCharArray();
  private static final Map<String, String> PLAIN = Map.of("sslmode", "disable");

  private static TrialCluster cluster;
  private static Path certificate;

  @BeforeAll
  static void startServer() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    cluster = TrialCluster.start(programs.orElseThrow(), Map.of("wal_level", "replica"));
    certificate = cluster.data().resolve("server.crt");
    cluster.run(
        "openssl",
        "req",
        "-new",
        "-x509",
        "-days",
        "2",
        "-nodes",
        "-text",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        cluster.data().resolve("server.key").toString(),
        "-out",
        certificate.toString());
    cluster.sql(
        "ALTER SYSTEM SET ssl = on",
        "SELECT pg_reload_conf()",
        "CREATE ROLE scram LOGIN REPLICATION PASSWORD 'geheim ß'",
        "SET password_encryption = 'md5'",
        "CREATE ROLE old LOGIN PASSWORD 'geheim ß'");
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static ServerConnection open(Endpoint endpoint, Passwords passwords) throws IOException {
    return ServerConnection.open(endpoint, Purpose.SQL, passwords, notice -> {});
  }

  @Test
  void logsInByScram() throws Exception {
    try (ServerConnection connection = open(cluster.remote("scram", "postgres", PLAIN), RIGHT)) {
      assertThat(connection.major()).isEqualTo(cluster.programs().major());
      assertThat(connection.query("SELECT current_user AS who, NULL AS nothing").getFirst())
          .satisfies(
              row -> {
                assertThat(row.get("who")).isEqualTo("scram");
                assertThat(row.find("nothing")).isNull();
              });
    }
  }

  @Test
  void logsInByMd5() throws Exception {
    cluster.allow("host all old 127.0.0.1/32 md5");
    try (ServerConnection connection = open(cluster.remote("old", "postgres", PLAIN), RIGHT)) {
      assertThat(connection.query("SELECT 1 AS one").getFirst().get("one")).isEqualTo("1");
    }
  }

  @Test
  void bindsThePasswordToTheEncryptedConnection() throws Exception {
    try (ServerConnection connection =
        open(cluster.remote("scram", "postgres", Map.of("sslmode", "require")), RIGHT)) {
      assertThat(
              connection
                  .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                  .getFirst()
                  .get("ssl"))
          .isEqualTo("t");
    }
  }

  @Test
  void checksTheCertificateIfItIsAskedTo() throws Exception {
    String trusted = certificate.toString();
    Endpoint full =
        cluster.remote(
            "scram", "postgres", Map.of("sslmode", "verify-full", "sslrootcert", trusted));
    Endpoint named =
        new Endpoint("localhost", full.port(), full.user(), full.database(), full.options());
    open(named, RIGHT).close();
    assertThatThrownBy(() -> open(full, RIGHT).close())
        .as("the certificate is not made out to an address")
        .isInstanceOf(EncryptionRefused.class);
    open(
            cluster.remote(
                "scram", "postgres", Map.of("sslmode", "verify-ca", "sslrootcert", trusted)),
            RIGHT)
        .close();
    assertThatThrownBy(
            () ->
                open(cluster.remote("scram", "postgres", Map.of("sslmode", "verify-ca")), RIGHT)
                    .close())
        .as("nobody has signed it whom the runtime trusts")
        .isInstanceOf(EncryptionRefused.class);
  }

  @Test
  void refusesToSendThePasswordInTheClear() throws Exception {
    cluster.sql("CREATE ROLE bare LOGIN PASSWORD 'geheim ß'");
    cluster.allow("host all bare 127.0.0.1/32 password");
    assertThatThrownBy(() -> open(cluster.remote("bare", "postgres", PLAIN), RIGHT).close())
        .isInstanceOf(EncryptionRefused.class);
    open(cluster.remote("bare", "postgres", Map.of("sslmode", "require")), RIGHT).close();
  }

  @Test
  void tellsWhatTheServerRefuses() {
    assertThatThrownBy(() -> open(cluster.remote("scram", "postgres", PLAIN), WRONG).close())
        .isInstanceOfSatisfying(
            ServerError.class,
            e -> {
              assertThat(e.state()).isEqualTo("28P01");
              assertThat(e.fatal()).isTrue();
            });
    assertThatThrownBy(() -> open(cluster.remote("scram", "missing", PLAIN), RIGHT).close())
        .isInstanceOfSatisfying(ServerError.class, e -> assertThat(e.state()).isEqualTo("3D000"));
    assertThatThrownBy(
            () -> open(cluster.remote("scram", "postgres", PLAIN), Passwords.NONE).close())
        .isInstanceOf(PasswordMissing.class);
  }

  @Test
  void goesOnAfterACommandThatFails() throws Exception {
    try (ServerConnection connection = open(cluster.local("postgres"), Passwords.NONE)) {
      assertThatThrownBy(() -> connection.query("SELECT * FROM nowhere"))
          .isInstanceOfSatisfying(ServerError.class, e -> assertThat(e.state()).isEqualTo("42P01"));
      assertThat(connection.query("SELECT 2 AS two").getFirst().get("two")).isEqualTo("2");
      List<Row> rows = connection.query("SELECT n FROM generate_series(1, 1000) AS n");
      assertThat(rows).hasSize(1000);
      assertThat(connection.query("CREATE TEMP TABLE t ()")).isEmpty();
    }
  }

  @Test
  void breaksOffWhatTheServerIsDoing() throws Exception {
    try (ServerConnection connection = open(cluster.local("postgres"), Passwords.NONE)) {
      Exchange exchange = connection.send("SELECT pg_sleep(600)");
      AtomicBoolean ended = new AtomicBoolean();
      CompletableFuture<Void> cancelled =
          CompletableFuture.runAsync(
              () -> {
                try {
                  // One that comes before the server has begun is for nothing.
                  while (!ended.get()) {
                    connection.cancel();
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThatThrownBy(exchange::rows)
          .isInstanceOfSatisfying(ServerError.class, e -> assertThat(e.state()).isEqualTo("57014"));
      ended.set(true);
      cancelled.join();
    }
  }

  @Test
  void takesABaseBackupAsOneCopyBetweenResultSets() throws Exception {
    try (ServerConnection connection =
        ServerConnection.open(
            cluster.remote("scram", "", PLAIN), Purpose.REPLICATION, RIGHT, notice -> {})) {
      assertThat(connection.query("IDENTIFY_SYSTEM").getFirst().get("timeline")).isEqualTo("1");
      Exchange exchange = connection.send("BASE_BACKUP (CHECKPOINT 'fast', MANIFEST 'yes')");
      assertThat(exchange.rows().getFirst().get("recptr")).contains("/");
      assertThat(exchange.rows().getFirst().find("spcoid")).isNull();
      Copy copy = exchange.copy();
      List<Character> kinds = new ArrayList<>();
      long bytes = 0;
      StringBuilder manifest = new StringBuilder();
      boolean inManifest = false;
      while (copy.next()) {
        char kind = (char) copy.bytes()[0];
        if (kind == 'd') {
          bytes += copy.length() - 1;
          if (inManifest) {
            manifest.append(new String(copy.bytes(), 1, copy.length() - 1, StandardCharsets.UTF_8));
          }
        } else {
          inManifest |= kind == 'm';
          kinds.add(kind);
        }
      }
      assertThat(exchange.rows().getFirst().get("recptr")).contains("/");
      exchange.end();
      assertThat(kinds).startsWith('n').contains('m');
      assertThat(bytes).isGreaterThan(10 << 20);
      assertThat(manifest).contains("\"PostgreSQL-Backup-Manifest-Version\"", "base/");
      assertThat(connection.query("SHOW wal_level").getFirst().get("wal_level"))
          .isEqualTo("replica");
    }
  }

  @Test
  void readsThePasswordFileOfLibpq() throws Exception {
    Path file = cluster.home().resolve("pgpass");
    Endpoint endpoint = cluster.remote("scram", "postgres", PLAIN);
    Files.writeString(
        file,
        "# a comment\nother:*:*:scram:no\n127.0.0.1:"
            + endpoint.port()
            + ":*:old:no\n*:*:postgres:scram:geheim ß\n");
    assertThatThrownBy(() -> new PasswordFile(file).of(endpoint)).hasMessageContaining("not used");
    Files.setPosixFilePermissions(
        file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    assertThat(new PasswordFile(file).of(endpoint)).isEqualTo("geheim ß".toCharArray());
    assertThat(new PasswordFile(file).of(endpoint.in("other"))).isNull();
    open(endpoint, new PasswordFile(file)).close();
  }
}
