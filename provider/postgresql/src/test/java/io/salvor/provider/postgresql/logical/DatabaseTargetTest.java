package io.salvor.provider.postgresql.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Target;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database that a restore is made to holds nothing longer than it is looked at. */
class DatabaseTargetTest {
  private static final String LOOKING =
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'salvor'"
          + " AND state LIKE 'idle in transaction%'";

  private static final BlobSource NOTHING =
      new BlobSource() {
        @Override
        public byte[] get(BlobKind kind, BlobId id) throws IOException {
          throw new IOException("there is nothing");
        }

        @Override
        public boolean contains(BlobKind kind, BlobId id) {
          return false;
        }
      };

  @Test
  @Tag("slow")
  @Timeout(60)
  void noTransactionStaysOpenWhenThePlanIsMade() throws Exception {
    Optional<Installation> programs = Installation.all().stream().findFirst();
    assumeTrue(programs.isPresent(), "PostgreSQL is not installed");
    try (TrialCluster cluster = TrialCluster.start(programs.orElseThrow(), Map.of());
        ServerConnection watching =
            ServerConnection.open(
                cluster.local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      String address =
          "postgresql://owner@%s:%d/postgres"
              .formatted(
                  cluster.home().toString().replace("/", "%2F"), cluster.local("postgres").port());
      try (Target target =
          new DatabaseTargets("owner", Passwords.NONE)
              .open(address, Mapping.NONE, NOTHING, Progress.NONE)) {
        try (LiveCursor live = target.live(Progress.NONE)) {
          assertThat(live.peek()).isNotNull();
          assertThat(watching.query(LOOKING)).hasSize(1);
        }
        // A server ends a session some moments after its connection.
        List<Row> left = watching.query(LOOKING);
        for (int i = 0; i < 100 && !left.isEmpty(); i++) {
          Sleeper.REAL.sleep(Duration.ofMillis(20));
          left = watching.query(LOOKING);
        }
        assertThat(left).isEmpty();
      }
    }
  }
}
