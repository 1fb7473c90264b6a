package io.salvor.testkit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.journal.Window;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import io.salvor.provider.mysql.binlog.BinlogName;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.CapturedLog;
import io.salvor.provider.mysql.binlog.CapturedLog.Captured;
import io.salvor.provider.mysql.follow.BinlogFollower;
import io.salvor.provider.mysql.follow.DatabaseLogs;
import io.salvor.provider.mysql.server.TrialServer;
import io.salvor.testkit.repository.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The binary log of a real MariaDB is followed. */
class BinlogFollowTest {
  private static final Duration NEVER = Duration.ofDays(1);
  private static TrialServer server;

  @TempDir Path temp;
  private Repository repository;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(TrialServer.isPossible(), "MariaDB is not installed");
    server =
        TrialServer.start(
            Map.of(
                "log-bin", "My_bin",
                "binlog-format", "ROW",
                "server-id", "7",
                "binlog-checksum", "CRC32",
                "max-allowed-packet", "64M",
                "sync-binlog", "1"));
    server.sql("CREATE DATABASE shop", "CREATE TABLE shop.words (id serial, word longtext)");
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    Machine machine = new Machine(temp.resolve("local"), Clock.systemUTC());
    machine.init(DirectoryStorage.create(temp.resolve("repository")));
    repository = machine.open(DirectoryStorage.open(temp.resolve("repository")));
  }

  @AfterEach
  void close() throws IOException {
    if (repository != null) {
      repository.close();
    }
  }

  private FollowedServer follow() throws InterruptedException {
    return follow(NEVER);
  }

  private FollowedServer follow(Duration consolidate) throws InterruptedException {
    return new FollowedServer(repository, server.endpoint("root", ""), false, consolidate)
        .awaitStreaming(1);
  }

  private static void insert(String word) throws IOException {
    server.sql("INSERT INTO shop.words (word) VALUES ('" + word + "')");
  }

  /** Where the log has got to. */
  private static BinlogPlace end() throws IOException {
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      Row row = session.query("SHOW MASTER STATUS").getFirst();
      return new BinlogPlace(
          BinlogName.parse(row.get("file")).number(), Long.parseLong(row.get("position")));
    }
  }

  private CapturedLog log() throws IOException {
    List<CapturedLog> logs = CapturedLog.read(repository, source -> true);
    assertThat(logs).hasSize(1);
    return logs.getFirst();
  }

  /** Bytes of a file as the repository has them. */
  private byte[] captured(Captured file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Journal journal : Journals.read(repository, source -> true).logs()) {
      journal.read(file.number(), 0, file.to(), out::write, Progress.NONE);
    }
    return out.toByteArray();
  }

  /** Every byte is that of the server's files, but for the flag that a file is in use. */
  private void assertFilesAreTheServers() throws IOException {
    assertThat(log().files()).isNotEmpty();
    for (Captured file : log().files().values()) {
      byte[] theirs = Files.readAllBytes(server.data().resolve(file.name().at(file.number())));
      theirs[4 + 17] &= ~1;
      byte[] ours = captured(file);
      // Of the last the server may have written more meanwhile, such as a checkpoint.
      boolean last = file.number() == log().files().lastKey();
      assertThat(ours.length)
          .as(file.toString())
          .isBetween(last ? 1 : theirs.length, theirs.length);
      assertThat(Arrays.mismatch(ours, Arrays.copyOf(theirs, ours.length)))
          .as(file.toString())
          .isEqualTo(-1);
    }
  }

  @Test
  void whatIsCommittedIsInTheRepositoryWithinASecondWithTheBytesOfTheFiles() throws Exception {
    try (FollowedServer followed = follow()) {
      long longest = 0;
      for (int i = 0; i < 12; i++) {
        if (i % 5 == 4) {
          server.sql("FLUSH BINARY LOGS");
        }
        insert("row " + i);
        long committed = System.nanoTime();
        followed.awaitDurable(end());
        longest = Math.max(longest, System.nanoTime() - committed);
      }
      System.out.println("longest from commit to repository: " + longest / 1_000_000 + " ms");
      assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(5));
    }
    assertThat(log().files()).hasSize(3);
    assertFilesAreTheServers();
    // Begun again it goes on where the journal ends, and puts what is there into segments.
    Captured captured = log().files().lastEntry().getValue();
    insert("while nobody follows");
    server.sql("FLUSH BINARY LOGS");
    insert("in the file after");
    try (FollowedServer followed = follow(Duration.ZERO)) {
      followed.awaitDurable(end());
      followed.awaitConsolidation(1);
      assertThat(followed.told())
          .first()
          .asString()
          .contains(":" + captured.to() + " on " + captured.number());
      assertThat(followed.told()).noneMatch(one -> one.startsWith("gap"));
    }
    assertFilesAreTheServers();
    BinlogPlace first = new BinlogPlace(log().files().firstKey(), 0);
    assertThat(log().reach(first).orElseThrow().to()).isEqualTo(end());
  }

  @Test
  void theWindowReachesWhatWasAcknowledged() throws Exception {
    Instant begun = Instant.now();
    try (FollowedServer followed = follow()) {
      insert("row");
      Instant committed = Instant.now();
      followed.awaitDurable(end());
      BinlogPlace first = new BinlogPlace(log().files().firstKey(), 0);
      for (int i = 0; log().reach(first).orElseThrow().until().isBefore(committed); i++) {
        assertThat(i).as("waited for the proof").isLessThan(400);
        Sleeper.REAL.sleep(Duration.ofMillis(20));
      }
      System.out.println(
          "the window has reached the commit after "
              + Duration.between(committed, Instant.now()).toMillis()
              + " ms");
    }
    List<Window> windows =
        new DatabaseLogs("root", Passwords.NONE, Clock.systemUTC())
            .windows(repository, source -> true);
    assertThat(windows).hasSize(1);
    assertThat(windows.getFirst().span()).as("without a backup").isEmpty();
    assertThat(windows.getFirst().captured()).hasSize(1);
    assertThat(windows.getFirst().captured().getFirst().until()).isAfter(begun);
  }

  /** A server notices only when it sends the next time that nobody listens, and keeps the file. */
  private static void endSending() throws IOException, InterruptedException {
    String sending =
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE COMMAND = 'Binlog Dump'";
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      for (List<Row> left = session.query(sending); !left.isEmpty(); ) {
        session.run("KILL " + left.getFirst().get("id"));
        Sleeper.REAL.sleep(Duration.ofMillis(20));
        left = session.query(sending);
      }
    }
  }

  /** What a crash would need is deleted only when a checkpoint was written, a little later. */
  private static void purge(long to) throws IOException, InterruptedException {
    String first = "My_bin.%06d".formatted(to);
    try (Session session = Session.open(server.endpoint("root", ""), Passwords.NONE)) {
      for (int i = 0; i < 250; i++) {
        session.run("PURGE BINARY LOGS TO '" + first + "'");
        if (session.query("SHOW BINARY LOGS").getFirst().get("log_name").equals(first)) {
          return;
        }
        Sleeper.REAL.sleep(Duration.ofMillis(20));
      }
    }
    throw new AssertionError("the server does not delete its files before " + first);
  }

  @Test
  void whatTheServerHasDeletedBeforeIsANamedGap() throws Exception {
    BinlogPlace end;
    try (FollowedServer followed = follow()) {
      insert("before");
      end = end();
      followed.awaitDurable(end);
    }
    insert("never seen");
    server.sql("FLUSH BINARY LOGS", "FLUSH BINARY LOGS");
    BinlogPlace now = end();
    endSending();
    purge(now.file());
    try (FollowedServer followed = follow()) {
      followed.awaitTold("from My_bin.%06d:%d to ".formatted(end.file(), end.offset()));
      insert("after");
      followed.awaitDurable(end());
    }
    assertThat(log().files().keySet()).containsExactly(end.file(), now.file());
    CapturedLog.Reach reach = log().reach(new BinlogPlace(end.file(), 0)).orElseThrow();
    assertThat(reach.to()).isEqualTo(end);
    assertThat(reach.next()).isNotNull();
  }

  @Test
  void whatIsMissingIsNamedWithTheStatementThatHelps() throws Exception {
    server.sql("CREATE OR REPLACE USER weak", "SET GLOBAL binlog_format = MIXED");
    try {
      assertThatThrownBy(
              () ->
                  new BinlogFollower(
                          repository,
                          server.endpoint("weak", ""),
                          Passwords.NONE,
                          new FollowOptions("host", "tester", false, NEVER),
                          new Silent())
                      .run())
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> {
                assertThat(e.why())
                    .contains("REPLICATION SLAVE", "BINLOG MONITOR", "binlog_format is MIXED");
                assertThat(e.remedy())
                    .contains(
                        "GRANT REPLICATION SLAVE ON *.* TO 'weak'@'%'",
                        "GRANT BINLOG MONITOR ON *.* TO 'weak'@'%'",
                        "SET GLOBAL binlog_format = ROW");
              });
    } finally {
      server.sql("SET GLOBAL binlog_format = ROW");
    }
  }

  @Test
  @Tag("slow")
  void theFollowerComesBackWhenTheServerDoes() throws Exception {
    try (FollowedServer followed = follow()) {
      insert("before");
      followed.awaitDurable(end());
      server.kill();
      followed.awaitTold("reconnecting");
      server.up();
      followed.awaitStreaming(2);
      insert("after a crash");
      followed.awaitDurable(end());
      server.down();
      server.up();
      followed.awaitStreaming(3);
      insert("after a stop");
      followed.awaitDurable(end());
      assertThat(followed.told()).noneMatch(one -> one.startsWith("gap"));
    }
    assertThat(log().files().size()).isGreaterThanOrEqualTo(3);
    assertFilesAreTheServers();
  }

  @Test
  @Tag("slow")
  void aLogThatWasBegunAnewIsAnotherOne() throws Exception {
    try (FollowedServer followed = follow()) {
      insert("before");
      followed.awaitDurable(end());
    }
    server.sql("RESET MASTER");
    insert("in the new log");
    // Their first files tell them apart by the second in which they were begun.
    try (FollowedServer followed = follow()) {
      followed.awaitTold("RESET MASTER");
      followed.awaitDurable(end());
    }
    assertThat(CapturedLog.read(repository, source -> true)).hasSize(2);
  }

  @Test
  @Tag("slow")
  void anEventThatIsLargerThanATailIsWhole() throws Exception {
    try (FollowedServer followed = follow()) {
      insert("small");
      server.sql("INSERT INTO shop.words (word) SELECT repeat(md5(1), 900000)");
      insert("small again");
      followed.awaitDurable(end());
    }
    assertFilesAreTheServers();
    BinlogPlace end = end();
    long before = end.offset() - 10_000_000;
    assertThat(log().boundary(new BinlogPlace(end.file(), before)).offset()).isLessThan(before);
    assertThat(log().boundary(end)).isEqualTo(end);
  }

  @Test
  @Tag("slow")
  void aWriterThatWritesALotIsFollowedInFewTails() throws Exception {
    try (FollowedServer followed = follow()) {
      Instant begun = Instant.now();
      server.sql(
          "INSERT INTO shop.words (word) SELECT repeat(md5(seq), 4) FROM shop.seq_1_to_300000");
      followed.awaitDurable(end());
      System.out.println(
          "followed "
              + (end().offset() >> 20)
              + " MiB in "
              + Duration.between(begun, Instant.now()).toMillis()
              + " ms");
      assertThat(Journals.read(repository, source -> true).tails().size()).isLessThan(60);
    }
    assertFilesAreTheServers();
  }

  private static final class Silent implements io.salvor.engine.journal.FollowEvents {
    @Override
    public void streaming(String position, long timeline) {}

    @Override
    public void reconnecting(String why, Duration in) {}

    @Override
    public void gap(long timeline, String from, String to, String why) {}

    @Override
    public void warning(String code, String message) {}
  }
}
