package io.salvor.testkit.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.Holding;
import io.salvor.engine.retention.Keep;
import io.salvor.engine.retention.RetentionPlan;
import io.salvor.engine.retention.RetentionRules;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clocks that are wrong by a year, or that jump between any two looks at them: of the machine that
 * backs up, of the one that forgets and prunes, or of both.
 */
class WrongClocksTest {
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");
  private static final RetentionRules LAST =
      RetentionRules.of(new Keep(1, Map.of(), null, null), ZoneOffset.UTC);

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock right = new SettableClock(START);
  private int places;

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "365, 0",
    "-365, 0",
    "0, 365",
    "0, -365",
    "365, -365",
    "-365, 365",
    "jumps, 0",
    "0, jumps",
    "jumps, jumps"
  })
  void whateverTheyShowNothingIsLost(String writers, String pruners) throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Machine good = machine(right);
    good.init(storage);
    Machine writer = machine(wrong(writers));
    Machine pruner = machine(wrong(pruners));
    MapSource source = new MapSource();
    List<BackupId> made = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      right.advance(Duration.ofHours(1));
      source.put("file " + i, ("content " + i).repeat(100).getBytes(StandardCharsets.UTF_8));
      // By turns, so that times go back and forth from one backup to the next.
      made.add((i % 2 == 0 ? writer : good).backup(storage, source, null).backup().id());
    }
    try (Repository repository = writer.open(storage)) {
      var _ = Holding.hold(repository, made.getFirst(), "the first", "me");
    }
    try (Repository repository = pruner.open(storage)) {
      RetentionPlan plan =
          RetentionPlan.of(
              Forgetting.candidates(BackupList.read(repository), Facts.of(repository)),
              LAST,
              repository.now());
      assertThat(Forgetting.run(repository, plan, LAST.text(), "me", Progress.NONE))
          .as("the latest by their order, not by their dates, and what is on hold stay")
          .extracting(Backup::id)
          .containsExactlyInAnyOrder(made.get(1), made.get(2));
    }
    // A prune within a backup: by the pruner's clock the writer may look silent for a year.
    source.put("late", "late".repeat(500).getBytes(StandardCharsets.UTF_8));
    boolean[] once = new boolean[1];
    source.beforeEach(
        () -> {
          if (!once[0]) {
            once[0] = true;
            prune(pruner, storage);
          }
        });
    made.add(writer.backup(storage, source, null).backup().id());
    prune(pruner, storage);
    for (Machine machine : List.of(good, writer, pruner, machine(right))) {
      try (Repository repository = machine.open(storage)) {
        List<Backup> backups = BackupList.read(repository).backups();
        assertThat(backups)
            .extracting(Backup::id)
            .contains(made.getFirst(), made.get(3), made.getLast());
        assertThat(backups.getLast().id()).as("the latest").isEqualTo(made.getLast());
        assertThat(Contents.of(repository, backups.getLast())).isEqualTo(source.contents());
        assertThat(repository.ledger().issues()).isEmpty();
        assertThat(Machine.verify(repository).intact()).isTrue();
      }
    }
  }

  private static void prune(Machine machine, MemoryStorage storage) {
    try {
      PruneReport _ = machine.prune(storage);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private InstantSource wrong(String how) {
    if (how.equals("jumps")) {
      Random random = new Random(1);
      return () -> right.instant().plus(Duration.ofDays(365L * (random.nextInt(3) - 1)));
    }
    Duration by = Duration.ofDays(Long.parseLong(how));
    return () -> right.instant().plus(by);
  }

  private Machine machine(InstantSource clock) throws Exception {
    return new Machine(
        Files.createDirectory(temp.resolve("local" + places++)), clock, "host", right::advance);
  }
}
