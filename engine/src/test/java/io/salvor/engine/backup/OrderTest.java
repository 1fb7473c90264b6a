package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backup is later does not hang on clocks. */
class OrderTest {
  private static final long YEAR = 365 * 86_400L;

  @TempDir Path temp;
  private TestRepository test;
  private final MapSource source = new MapSource();

  @BeforeEach
  void aSource() throws IOException {
    test = new TestRepository(temp);
    source.put("a", "1".getBytes(StandardCharsets.UTF_8));
    source.put("b", "2".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aClockThatWasOnceAYearAheadDoesNotHideWhatCameLater() throws Exception {
    test.advance(YEAR);
    Backup ahead = run();
    test.advance(-YEAR);
    Backup next = run();
    Backup last = run();
    assertThat(next.manifest().lineage().parent()).isEqualTo(ahead.id());
    assertThat(last.manifest().lineage().parent()).isEqualTo(next.id());
    assertThat(list()).extracting(Backup::id).containsExactly(ahead.id(), next.id(), last.id());
  }

  @Test
  void anInterruptedBackupIsShownAndTakenUpThoughTheClockWentBack() throws Exception {
    run();
    test.advance(-3600);
    source.put("c", "3".getBytes(StandardCharsets.UTF_8));
    interrupt();
    assertThat(list()).extracting(b -> b.manifest().status()).contains(BackupStatus.INTERRUPTED);
    assertThat(report().resumed()).isTrue();
  }

  @Test
  void anInterruptedBackupOfTheFutureIsSupersededByTheNext() throws Exception {
    test.advance(YEAR);
    interrupt();
    test.advance(-YEAR);
    run();
    assertThat(list()).extracting(b -> b.manifest().status()).containsExactly(BackupStatus.SUCCESS);
  }

  @Test
  void ofTwoInTheSameSecondTheSecondIsTheLater() throws Exception {
    for (int i = 0; i < 5; i++) {
      Backup one = run();
      assertThat(list().getLast().id()).isEqualTo(one.id());
    }
  }

  @Test
  void aClockSetBackWhileABackupRunsPutsNoCheckpointOff() throws Exception {
    int[] seen = {0};
    source.beforeEach(
        () -> {
          test.advance(-3600);
          if (++seen[0] == 2) {
            throw new IllegalStateException("killed");
          }
        });
    assertThatThrownBy(this::run).isInstanceOf(IllegalStateException.class);
    assertThat(list()).hasSize(1);
    source.beforeEach(() -> test.advance(-3600));
    assertThat(report().took().isNegative()).isFalse();
  }

  private void interrupt() {
    int[] seen = {0};
    source.beforeEach(
        () -> {
          if (++seen[0] == 2) {
            throw new SalvorException(ErrorCode.INTERRUPTED, "stop", "", "");
          }
        });
    assertThatThrownBy(this::run).isInstanceOf(SalvorException.class);
    source.beforeEach(() -> {});
  }

  private Backup run() throws Exception {
    return report().backup();
  }

  private BackupReport report() throws Exception {
    try (Repository repository = test.open()) {
      return BackupRun.backup(
          repository,
          source,
          new BackupRequest(null, "host", "me", "", "", new TreeMap<>()),
          Progress.NONE);
    }
  }

  private List<Backup> list() throws IOException {
    try (Repository repository = test.open()) {
      return BackupList.read(repository).backups();
    }
  }
}
