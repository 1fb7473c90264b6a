package io.salvor.cli.kills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.cli.command.Database;
import io.salvor.cli.kills.CommandServer.Answer;
import io.salvor.cli.kills.CommandServer.Asked;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process of a restore into a database is killed, and the restore run again. */
class KilledDatabaseRestoreTest {
  @TempDir Path temp;

  private Asked asked(String... words) {
    return new Asked(
        List.of(words),
        Map.of(
            "SALVOR_REPO", temp.resolve("repository").toString(),
            "SALVOR_PASSWORD", "correct horse",
            "SALVOR_CACHE_DIR", temp.resolve("state").toString()));
  }

  @Test
  @Tag("slow")
  void aKilledRestoreIsCompletedByTheSameCommand() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    try (TrialCluster cluster = TrialCluster.start(programs.orElseThrow(), Map.of())) {
      Database shop = Database.create(cluster, "shop");
      for (int i = 0; i < 12; i++) {
        shop.run(
            """
            CREATE TABLE t%1$d (id integer PRIMARY KEY, word text);
            INSERT INTO t%1$d SELECT n, md5(n::text) FROM generate_series(1, 30000) n;
            CREATE INDEX ON t%1$d (word);
            """
                .formatted(i));
      }
      shop.run("SELECT lo_from_bytea(99, decode(repeat('ab', 3000000), 'hex'))");
      try (CommandProcess maker = new CommandProcess()) {
        assertThat(maker.run(asked("init")).exit()).isZero();
        assertThat(maker.run(asked("backup", shop.address())).exit()).isZero();
      }
      Database other = Database.create(cluster, "other");
      Asked restore =
          asked(
              "restore", "latest", "--to", other.address(), "--on-conflict", "overwrite", "--yes");
      int half = 0;
      Optional<Answer> answer = Optional.empty();
      for (int life = 1000; answer.isEmpty(); life += 400) {
        try (CommandProcess process = new CommandProcess()) {
          answer = process.run(restore, Duration.ofMillis(life));
        }
        String tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        half += answer.isEmpty() && !other.values(tables).equals(List.of("0")) ? 1 : 0;
      }
      assertThat(answer.get().exit()).as(answer.get().err()).isZero();
      assertThat(half).as("kills in the middle").isPositive();
      assertThat(other.dump()).isEqualTo(shop.dump());
    }
  }
}
