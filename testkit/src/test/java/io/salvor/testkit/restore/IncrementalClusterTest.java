package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.BackupType;
import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import io.salvor.provider.postgresql.cluster.BackupManifest;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.recovery.Recovery;
import io.salvor.provider.postgresql.recovery.RecoveryGoal;
import io.salvor.provider.postgresql.recovery.WalSupply;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.server.ServerProcess;
import io.salvor.provider.postgresql.server.TrialCluster;
import io.salvor.testkit.postgresql.EmbeddedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server tells what has changed, and whole backups are composed of that. */
class IncrementalClusterTest {
  private static TrialCluster cluster;

  @TempDir Path temp;

  @BeforeAll
  static void start() throws Exception {
    Optional<Installation> programs = EmbeddedServer.find();
    assumeTrue(programs.isPresent(), "the server that comes with the tests does not run here");
    cluster =
        TrialCluster.start(
            programs.orElseThrow(), Map.of("max_wal_senders", "4", "autovacuum", "off"));
    Path space = Files.createDirectory(cluster.home().resolve("space"));
    OsUser.ownerOf(cluster.data()).own(space);
    cluster.sql(
        "ALTER SYSTEM SET summarize_wal = on",
        "SELECT pg_reload_conf()",
        "CREATE ROLE backup LOGIN REPLICATION PASSWORD 'secret'",
        "CREATE TABLESPACE aside LOCATION '" + space + "'");
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** Tables of which the names begin with a word. */
  private static void fill(String word) throws IOException {
    cluster.sql(
        "CREATE TABLE "
            + word
            + "_shop AS SELECT n AS id, md5(n::text) AS word FROM"
            + " generate_series(1, 60000) n",
        "CREATE INDEX ON " + word + "_shop (id)",
        "CREATE TABLE " + word + "_shrinking AS SELECT n FROM generate_series(1, 50000) n",
        "CREATE TABLE " + word + "_emptied AS SELECT n FROM generate_series(1, 5000) n",
        "CREATE TABLE " + word + "_dropped AS SELECT n FROM generate_series(1, 5000) n",
        "CREATE TABLE "
            + word
            + "_far TABLESPACE aside AS SELECT n FROM generate_series(1, 50000)"
            + " n",
        "VACUUM FREEZE");
  }

  /** Each way in which files of relations change. */
  private static void change(String word) throws IOException {
    cluster.sql(
        "UPDATE " + word + "_shop SET word = 'changed' WHERE id % 5000 = 17",
        "INSERT INTO " + word + "_shop SELECT n, 'new' FROM generate_series(60001, 61000) n",
        "DELETE FROM " + word + "_shrinking WHERE n > 20000",
        "VACUUM " + word + "_shrinking",
        "UPDATE " + word + "_far SET n = -n WHERE n = 40000",
        "TRUNCATE " + word + "_emptied",
        "DROP TABLE IF EXISTS " + word + "_dropped",
        "CREATE TABLE IF NOT EXISTS " + word + "_made AS SELECT n FROM generate_series(1, 5000) n",
        // So that nobody changes a page any more by only looking at it.
        "VACUUM FREEZE");
  }

  private static BackupReport backup(World world, @Nullable BackupType type) throws Exception {
    String address = "postgresql+cluster://backup@127.0.0.1:" + cluster.local("").port();
    try (Source source =
        new ClusterProvider("backup", e -> "secret".toCharArray(), Clock.systemUTC())
            .open(List.of(address), CaptureOptions.ALL)) {
      return BackupRun.backup(
          world.repository,
          source,
          new BackupRequest(type, "host", "test", "", "", new TreeMap<>()),
          Progress.NONE);
    }
  }

  private static Map<String, Entry> entries(World world, Backup backup) throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    TreeCursor all = world.repository.tree(backup.manifest().root()).all();
    for (TreeItem item = all.next(); item != null; item = all.next()) {
      entries.put(item.key().toString(), EntryCodec.decode(item.key(), item.value()));
    }
    return entries;
  }

  private static byte[] content(World world, Entry entry) throws IOException {
    byte[] bytes = new byte[(int) entry.size()];
    new SeekableContent(world.repository.blobs(), entry.content(), entry.size())
        .read(0, bytes, 0, bytes.length);
    return bytes;
  }

  /** What pg_verifybackup would find. */
  private static void assertVerified(World world, Backup backup) throws IOException {
    Map<String, Entry> entries = entries(world, backup);
    BackupManifest manifest = BackupManifest.parse(content(world, entries.get("backup_manifest")));
    assertThat(manifest.files()).hasSizeGreaterThan(500);
    for (BackupManifest.Listed file : manifest.files()) {
      byte[] bytes = content(world, entries.get(file.path()));
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      assertThat(bytes).as(file.path()).hasSize((int) file.size());
      assertThat(file.crc32c())
          .as(file.path())
          .isEqualTo(String.format("%08x", Integer.reverseBytes((int) crc.getValue())));
    }
    assertThat(entries.keySet()).noneMatch(key -> key.contains("INCREMENTAL"));
    assertThat(new String(content(world, entries.get("backup_label")), StandardCharsets.UTF_8))
        .contains("LABEL: salvor")
        .doesNotContain("INCREMENTAL");
  }

  @Test
  void whatIsComposedIsWhatAFullStreamBrings() throws Exception {
    fill("composed");
    try (World world = new World(temp)) {
      Backup first = backup(world, null).backup();
      change("composed");
      BackupReport second = backup(world, null);
      BackupReport third = backup(world, BackupType.FULL);

      assertThat(second.warnings()).isEmpty();
      assertThat(second.backup().manifest().lineage().type()).isEqualTo(BackupType.INCREMENTAL);
      long all = first.manifest().bytes().read();
      assertThat(second.backup().manifest().bytes().read()).isLessThan(all * 3 / 4);
      assertThat(third.backup().manifest().bytes().read()).isGreaterThan(all * 3 / 4);
      Map<String, Entry> composed = entries(world, second.backup());
      int relations = 0;
      for (Map.Entry<String, Entry> full : entries(world, third.backup()).entrySet()) {
        if (full.getValue().blockSize() > 0) {
          Entry entry = composed.get(full.getKey());
          assertThat(entry).as(full.getKey()).isNotNull();
          assertThat(entry.content()).as(full.getKey()).isEqualTo(full.getValue().content());
          relations++;
        }
      }
      assertThat(relations).isGreaterThan(300);
      assertVerified(world, second.backup());
      assertThat(rows(world, second.backup(), "composed"))
          .isEqualTo(rows(cluster.server(), "composed"));
    }
  }

  @Test
  @Tag("slow")
  void whatWasComposedAgainAndAgainStartsSoundAndHasTheRows() throws Exception {
    fill("again");
    try (World world = new World(temp)) {
      var _ = backup(world, null);
      change("again");
      var _ = backup(world, null);
      change("again");
      BackupReport last = backup(world, BackupType.DIFFERENTIAL);
      assertThat(last.warnings()).isEmpty();
      assertThat(last.backup().manifest().lineage().type()).isEqualTo(BackupType.DIFFERENTIAL);
      change("again");
      last = backup(world, null);

      assertVerified(world, last.backup());
      assertThat(rows(world, last.backup(), "again")).isEqualTo(rows(cluster.server(), "again"));
    }
  }

  @Test
  void whereTheServerCannotTellAllIsReadAndAPersonIsTold() throws Exception {
    cluster.sql("CREATE TABLE told AS SELECT n FROM generate_series(1, 100000) n", "VACUUM FREEZE");
    try (World world = new World(temp)) {
      Backup first = backup(world, null).backup();
      cluster.sql("ALTER SYSTEM SET summarize_wal = off", "SELECT pg_reload_conf()");
      await("SHOW summarize_wal", "summarize_wal", "off");
      BackupReport off = backup(world, null);
      cluster.sql("ALTER SYSTEM SET summarize_wal = on", "SELECT pg_reload_conf()");
      cluster.sql("UPDATE told SET n = -n WHERE n = 50000", "CHECKPOINT");
      await(
          "SELECT summarized_lsn >= (SELECT redo_lsn FROM pg_control_checkpoint()) AS done"
              + " FROM pg_get_wal_summarizer_state()",
          "done",
          "t");
      try (DirectoryStream<Path> summaries =
          Files.newDirectoryStream(cluster.data().resolve("pg_wal/summaries"))) {
        for (Path summary : summaries) {
          Files.delete(summary);
        }
      }
      BackupReport missing = backup(world, null);
      BackupReport next = backup(world, null);

      assertThat(off.warnings())
          .singleElement()
          .satisfies(
              warning -> {
                assertThat(warning.code()).isEqualTo("read-in-full");
                assertThat(warning.message()).contains("ALTER SYSTEM SET summarize_wal = on");
              });
      assertThat(off.backup().manifest().bytes().stored())
          .isLessThan(first.manifest().bytes().stored() / 4);
      assertThat(missing.warnings())
          .singleElement()
          .satisfies(
              warning -> assertThat(warning.message()).contains("WAL summaries are required"));
      assertVerified(world, missing.backup());
      assertThat(next.warnings()).isEmpty();
      assertThat(next.backup().manifest().bytes().read())
          .isLessThan(first.manifest().bytes().read() * 3 / 4);
    }
  }

  private static void await(String sql, String column, String value) throws Exception {
    try (ServerConnection connection =
        ServerConnection.open(cluster.local("postgres"), Purpose.SQL, Passwords.NONE, n -> {})) {
      for (int i = 0; i < 3000; i++) {
        if (connection.query(sql).getFirst().get(column).equals(value)) {
          return;
        }
        Sleeper.REAL.sleep(Duration.ofMillis(10));
      }
    }
    throw new AssertionError(sql + " does not become " + value);
  }

  @Test
  @Tag("slow")
  void fiftyRandomChangesAreComposedEachTime() throws Exception {
    Random random = new Random(17);
    fill("random");
    try (World world = new World(temp)) {
      var _ = backup(world, null);
      for (int i = 0; i < 50; i++) {
        int n = random.nextInt(60000);
        cluster.sql(
            switch (random.nextInt(8)) {
              case 0 -> "UPDATE random_shop SET word = md5(word) WHERE id % 1000 = " + n % 1000;
              case 1 ->
                  "INSERT INTO random_shop SELECT n, 'x' FROM generate_series(1, " + n + ") n";
              case 2 -> "DELETE FROM random_shop WHERE ctid > '(" + n / 100 + ",1)'";
              case 3 -> "VACUUM random_shop";
              case 4 -> "VACUUM FULL random_shrinking";
              case 5 -> "TRUNCATE random_emptied";
              case 6 -> "INSERT INTO random_emptied SELECT generate_series(1, " + n + ")";
              default -> "REINDEX TABLE random_shop";
            });
        BackupType type = random.nextInt(4) == 0 ? BackupType.DIFFERENTIAL : null;
        BackupReport report = backup(world, type);
        assertThat(report.warnings()).isEmpty();
        assertVerified(world, report.backup());
        if (i % 10 == 9) {
          assertThat(rows(world, report.backup(), "random"))
              .isEqualTo(rows(cluster.server(), "random"));
        }
      }
    }
  }

  /** Restores, recovers and checks; the sums of all tables. */
  private static Map<String, String> rows(World world, Backup backup, String word)
      throws Exception {
    Path home = Files.createTempDirectory(cluster.home(), "restored");
    OsUser user = OsUser.ownerOf(cluster.data());
    Path data = home.resolve("data");
    var _ = world.restore(backup, data);
    // Tablespaces are directories in there until they are given places of their own.
    Files.deleteIfExists(data.resolve("tablespace_map"));
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        user.own(file);
      }
    }
    Recovery.Outcome outcome =
        Recovery.run(
            new Recovery.Request(
                cluster.programs(),
                user,
                data,
                new RecoveryGoal.EndOfBackup(),
                spool -> WalSupply.NONE,
                false,
                false),
            Sleeper.REAL,
            Progress.NONE);
    assertThat(outcome.checked().amcheck()).isTrue();
    assertThat(outcome.checked().indexes()).isGreaterThan(100);
    try (ServerProcess server =
        ServerProcess.start(
            cluster.programs(),
            user,
            data,
            home,
            cluster.local("").port(),
            home.resolve("log"),
            Map.of("listen_addresses", "", "allow_in_place_tablespaces", "on", "fsync", "off"))) {
      server.awaitReady("owner", Duration.ofMinutes(1), Sleeper.REAL);
      return rows(server, word);
    } finally {
      World.remove(home);
    }
  }

  private static Map<String, String> rows(ServerProcess server, String word) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    try (ServerConnection connection =
        ServerConnection.open(
            server.endpoint("owner", "postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      for (var table :
          connection.query(
              "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '"
                  + word
                  + "%'")) {
        String name = table.get("relname");
        sums.put(
            name,
            connection
                .query(
                    "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS sum FROM "
                        + name
                        + " t")
                .getFirst()
                .find("sum"));
      }
    }
    assertThat(sums).hasSizeGreaterThan(3);
    return sums;
  }
}
