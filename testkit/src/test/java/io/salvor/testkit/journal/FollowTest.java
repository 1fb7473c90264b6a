package io.salvor.testkit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.provider.postgresql.follow.Follower;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchive;
import io.salvor.provider.postgresql.wal.WalArchives;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.SteppedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server is followed. */
class FollowTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "max_wal_senders", "4",
          "min_wal_size", "32MB",
          "max_wal_size", "64MB",
          "autovacuum", "off",
          "bgwriter_lru_maxpages", "0");
  private static final Duration NEVER = Duration.ofDays(1);

  @TempDir Path temp;
  private TrialCluster cluster;
  private Repository repository;
  private volatile @Nullable ErrorCode trouble;
  private volatile boolean readsToo;

  @BeforeEach
  void start() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeThat(programs).as("PostgreSQL is installed").isPresent();
    cluster = TrialCluster.start(programs.orElseThrow(), SETTINGS);
    cluster.sql("CREATE TABLE shop (id serial, word text)");
    Machine machine = new Machine(temp.resolve("local"), Clock.systemUTC());
    machine.init(DirectoryStorage.create(temp.resolve("repository")));
    repository =
        machine.open(
            new SteppedStorage(
                DirectoryStorage.open(temp.resolve("repository")),
                operation -> {
                  ErrorCode now = trouble;
                  if (now != null && (readsToo || operation.changes())) {
                    throw new SalvorException(now, "The storage takes nothing", "a test", "wait");
                  }
                }));
  }

  @AfterEach
  void stop() throws IOException {
    if (repository != null) {
      repository.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private Followed follow() throws InterruptedException {
    return follow(false, NEVER);
  }

  private Followed follow(boolean synchronous, Duration consolidate) throws InterruptedException {
    return new Followed(repository, cluster.local(""), synchronous, consolidate).awaitStreaming(1);
  }

  private String ask(String sql, String column) throws IOException {
    try (ServerConnection connection =
        ServerConnection.open(
            cluster.local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      return connection.query(sql).getFirst().get(column);
    }
  }

  /** Where WAL has got to that is safe on the server. */
  private Lsn flushed() throws IOException {
    return Lsn.parse(ask("SELECT pg_current_wal_flush_lsn() AS lsn", "lsn"));
  }

  private void insert(String word) throws IOException {
    cluster.sql("INSERT INTO shop (word) VALUES ('" + word + "')");
  }

  private WalArchive archive() throws IOException {
    List<WalArchive> archives = WalArchives.read(repository, source -> true);
    assertThat(archives).hasSize(1);
    return archives.getFirst();
  }

  private void switchWal(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      insert("between segments");
      cluster.sql("SELECT pg_switch_wal()");
    }
  }

  @Test
  void whatIsCommittedIsInTheRepositoryWithinASecond() throws Exception {
    try (Followed followed = follow()) {
      long longest = 0;
      for (int i = 0; i < 20; i++) {
        insert("row " + i);
        long committed = System.nanoTime();
        followed.awaitDurable(flushed());
        longest = Math.max(longest, System.nanoTime() - committed);
      }
      System.out.println("longest from commit to repository: " + longest / 1_000_000 + " ms");
      assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(5));
      assertThat(ask("SELECT restart_lsn AS lsn FROM pg_replication_slots", "lsn"))
          .as("the slot has moved on")
          .isNotEmpty();
    }
  }

  @Test
  void theSegmentsAreThoseOfTheServerBeforeAndAfterConsolidation() throws Exception {
    Instant begun = Instant.now();
    try (Followed followed = follow()) {
      insert("first");
      switchWal(2);
      insert("last");
      followed.awaitDurable(flushed());
      assertSegmentsOfServer("tails");
    }
    try (Followed followed = follow(false, Duration.ZERO)) {
      followed.awaitConsolidation(1);
      insert("later");
      followed.awaitDurable(flushed());
    }
    assertSegmentsOfServer("consolidated");
    WalArchive.Stretch all = archive().stretches().getFirst();
    assertThat(archive().stretches()).hasSize(1);
    assertThat(all.until()).isAfter(begun);
  }

  private void assertSegmentsOfServer(String name) throws Exception {
    WalArchive archive = archive();
    WalArchive.Stretch all = archive.stretches().getFirst();
    Path spool = Files.createDirectory(temp.resolve(name));
    WalArchive.Written written = archive.write(spool, 1, all.from(), all.to(), Progress.NONE);
    assertThat(written.files()).hasSizeGreaterThanOrEqualTo(3);
    for (String file : written.files()) {
      byte[] ours = Files.readAllBytes(spool.resolve(file));
      Path theirs = cluster.data().resolve("pg_wal").resolve(file);
      assertThat(ours).hasSize((int) archive.segmentSize());
      boolean last = file.equals(written.files().getLast());
      int known = last ? (int) (all.to().value() % archive.segmentSize()) : ours.length;
      if (Files.exists(theirs)) {
        byte[] bytes = Files.readAllBytes(theirs);
        assertThat(Arrays.equals(ours, 0, known, bytes, 0, known)).as(file).isTrue();
      }
    }
  }

  @Test
  @Tag("slow")
  void theFollowerComesBackWhenTheServerDoes() throws Exception {
    try (Followed followed = follow()) {
      insert("before");
      cluster.server().kill();
      followed.awaitTold("reconnecting");
      cluster.up(SETTINGS);
      followed.awaitStreaming(2);
      insert("after");
      followed.awaitDurable(flushed());
      assertThat(archive().stretches()).hasSize(1);
      assertThat(archive().gaps()).isEmpty();
    }
  }

  @Test
  void aDroppedSlotIsANamedGap() throws Exception {
    Lsn end;
    try (Followed followed = follow()) {
      insert("before");
      end = flushed();
      followed.awaitDurable(end);
    }
    awaitSlotFree();
    cluster.sql("SELECT pg_drop_replication_slot('" + Follower.slot(repository) + "')");
    for (int i = 0; i < 4; i++) {
      switchWal(2);
      cluster.sql("CHECKPOINT");
    }
    try (Followed followed = follow()) {
      followed.awaitTold("gap on 1 from ");
      followed.awaitStreaming(1);
      insert("after");
      followed.awaitDurable(flushed());
    }
    WalArchive archive = archive();
    assertThat(archive.gaps()).hasSize(1);
    WalArchive.Gap gap = archive.gaps().getFirst();
    assertThat(gap.from()).isGreaterThanOrEqualTo(end);
    assertThat(gap.since()).isBefore(gap.until());
    assertThat(archive.reach(1, end, Optional.empty()).orElseThrow().to()).isEqualTo(gap.from());
  }

  @Test
  void whileTheRepositoryIsFullOrOutOfReachTheServerKeepsItsLog() throws Exception {
    try (Followed followed = follow()) {
      insert("before");
      followed.awaitDurable(flushed());
      for (ErrorCode one : List.of(ErrorCode.STORAGE_FULL, ErrorCode.STORAGE_UNREACHABLE)) {
        Lsn durable = archive().stretches().getLast().to();
        trouble = one;
        insert("meanwhile");
        followed.awaitTold("the server keeps its WAL meanwhile");
        followed.awaitTold(one.code());
        assertThat(archive().stretches().getLast().to()).isEqualTo(durable);
        assertThat(Lsn.parse(ask("SELECT restart_lsn AS l FROM pg_replication_slots", "l")))
            .isLessThanOrEqualTo(durable);
        trouble = null;
        followed.awaitDurable(flushed());
      }
      assertThat(followed.told()).noneMatch(one -> one.startsWith("gap"));
    }
    assertThat(archive().gaps()).isEmpty();
    assertThat(archive().stretches()).hasSize(1);
  }

  @Test
  void aRepositoryThatIsAwayWhenTheServerComesBackIsWaitedFor() throws Exception {
    try (Followed followed = follow()) {
      readsToo = true;
      trouble = ErrorCode.STORAGE_UNREACHABLE;
      cluster.server().kill();
      cluster.up(SETTINGS);
      followed.awaitTold("reconnecting: The storage takes nothing");
      trouble = null;
      followed.awaitStreaming(2);
      insert("after");
      followed.awaitDurable(flushed());
    }
    assertThat(archive().gaps()).isEmpty();
  }

  @Test
  @Tag("slow")
  void aTimelineOfTheSameNumberIsNotJoinedToTheOneThatWasCaptured() throws Exception {
    try (Followed followed = follow()) {
      promote();
      followed.awaitTold("on 2");
      insert("on the one");
      followed.awaitDurable(flushed());
    }
    Path history = cluster.data().resolve("pg_wal/00000002.history");
    cluster.server().close();
    Files.writeString(history, Files.readString(history).replace("no recovery", "no  recovery"));
    cluster.up(SETTINGS);
    try (Followed followed = new Followed(repository, cluster.local(""), false, NEVER)) {
      assertThatThrownBy(() -> followed.awaitStreaming(1))
          .hasRootCauseInstanceOf(SalvorException.class)
          .rootCause()
          .hasMessageContaining("cannot be followed into this journal");
      followed.forget();
    }
  }

  private void promote() throws Exception {
    cluster.server().close();
    Files.createFile(cluster.data().resolve("standby.signal"));
    cluster.up(SETTINGS);
    cluster.sql("SELECT pg_promote()");
  }

  private void awaitSlotFree() throws Exception {
    for (int i = 0; i < 200; i++) {
      if (ask("SELECT count(*) AS n FROM pg_replication_slots WHERE active", "n").equals("0")) {
        return;
      }
      Sleeper.REAL.sleep(Duration.ofMillis(20));
    }
    throw new AssertionError("the slot stays in use");
  }

  @Test
  @Tag("slow")
  void aNewTimelineIsFollowedWithItsHistory() throws Exception {
    try (Followed followed = follow()) {
      insert("on the first timeline");
      followed.awaitDurable(flushed());
      promote();
      insert("on the second timeline");
      followed.awaitTold("on 2");
      followed.awaitDurable(flushed());
    }
    WalArchive archive = archive();
    assertThat(archive.timelines()).containsExactly(1L, 2L);
    assertThat(archive.gaps()).isEmpty();
    WalArchive.Stretch first = archive.stretches().getFirst();
    WalArchive.Stretch second = archive.stretches().getLast();
    WalArchive.Reach reach = archive.reach(1, first.from(), Optional.empty()).orElseThrow();
    assertThat(reach.timeline()).isEqualTo(2);
    assertThat(reach.to()).isEqualTo(second.to());
    Path spool = Files.createDirectory(temp.resolve("spool"));
    assertThat(archive.write(spool, 2, first.from(), reach.to(), Progress.NONE).files())
        .contains("00000002.history");
  }

  @Test
  @Tag("slow")
  void synchronousCommitsWaitForTheRepository() throws Exception {
    try (Followed followed = follow(true, NEVER)) {
      cluster.sql("ALTER SYSTEM SET synchronous_standby_names = 'salvor'");
      cluster.sql("SELECT pg_reload_conf()");
      long longest = 0;
      for (int i = 0; i < 10; i++) {
        long begun = System.nanoTime();
        insert("row " + i);
        longest = Math.max(longest, System.nanoTime() - begun);
        Lsn end = flushed();
        assertThat(archive().stretches().getLast().to()).isGreaterThanOrEqualTo(end);
      }
      System.out.println("longest synchronous commit: " + longest / 1_000_000 + " ms");
      assertThat(followed.told()).noneMatch(one -> one.startsWith("gap"));
      cluster.sql("ALTER SYSTEM RESET synchronous_standby_names");
      cluster.sql("SELECT pg_reload_conf()");
    }
  }

  @Test
  @Tag("slow")
  void timeGoesOnWhileNothingIsWritten() throws Exception {
    try (Followed followed = follow()) {
      insert("row");
      Instant committed = Instant.now();
      followed.awaitDurable(flushed());
      for (int i = 0; archive().stretches().getLast().until().isBefore(committed); i++) {
        assertThat(i).as("waited for the beat").isLessThan(200);
        Sleeper.REAL.sleep(Duration.ofMillis(50));
      }
      System.out.println(
          "the window has reached the commit after "
              + Duration.between(committed, Instant.now()).toMillis()
              + " ms");
    }
  }

  @Test
  @Tag("slow")
  void aWriterThatWritesALotIsFollowedInFewTails() throws Exception {
    assertThat(FollowOptions.CONSOLIDATE_AFTER).isPositive();
    try (Followed followed = follow()) {
      Instant begun = Instant.now();
      cluster.sql("INSERT INTO shop (word) SELECT md5(n::text) FROM generate_series(1, 300000) n");
      followed.awaitDurable(flushed());
      long took = Duration.between(begun, Instant.now()).toMillis();
      long bytes =
          archive().stretches().getLast().to().minus(archive().stretches().getLast().from());
      System.out.println("followed " + (bytes >> 20) + " MiB in " + took + " ms");
    }
  }
}
