package io.salvor.testkit.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.erasure.Erasure;
import io.salvor.engine.erasure.ErasureRequest;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Holding;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.KeyFile;
import io.salvor.testkit.repository.LocalCopies;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Interruption;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody who had opened the repository before backs up, and holds a backup, while an erasure is
 * at any of its operations; and the erasure runs while they are at any of theirs. Whatever the
 * outcome, what was acknowledged is there with whichever key opens the repository then.
 */
class ErasureMeanwhileTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private MemoryStorage.Snapshot before;
  private Path eraserPlace;
  private Path writerPlace;
  private KeyFile one;
  private KeyFile two;
  private byte[] firstKey;
  private BackupId erased;
  private BackupId other;
  private final MapSource source = new MapSource();
  private int places;

  @BeforeEach
  void twoBackups() throws Exception {
    eraserPlace = newPlace();
    writerPlace = newPlace();
    one = new KeyFile(temp.resolve("one")).make();
    two = new KeyFile(temp.resolve("two"));
    firstKey = Files.readAllBytes(one.path());
    Machine machine = new Machine(eraserPlace, clock);
    MemoryStorage storage = new MemoryStorage();
    machine.initErasable(storage, one.key());
    source.put("a", text("kept"));
    erased = backup(machine, storage, source.copy().put("secret", text("to be erased")));
    other = backup(machine, storage, source);
    before = storage.snapshot();
  }

  private BackupId backup(Machine machine, MemoryStorage storage, MapSource source)
      throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = machine.open(storage, one.key())) {
      return machine.backup(repository, source, null).backup().id();
    }
  }

  @Test
  void aWriterWhoOpenedBeforeMayComeAtAnyMomentOfAnErasure() throws Exception {
    int moments = eraserInterrupted(23);
    assertThat(moments).isGreaterThan(5);
  }

  @Test
  void anErasureMayComeAtAnyMomentOfAWriterWhoOpenedBefore() throws Exception {
    int moments = writerInterrupted(11);
    assertThat(moments).isGreaterThan(5);
  }

  @Test
  void aWriterMaySleepOverAWholeErasure() throws Exception {
    int moments = writerAsleep(11);
    assertThat(moments).isGreaterThan(5);
  }

  @Test
  @Tag("slow")
  void atEachMomentOfBoth() throws Exception {
    int erasures = eraserInterrupted(1);
    int writers = writerInterrupted(1);
    int sleepers = writerAsleep(1);
    System.out.printf(
        "erasures interrupted: %d, writers interrupted: %d, asleep: %d%n",
        erasures, writers, sleepers);
    assertThat(erasures).isGreaterThan(150);
    assertThat(writers).isGreaterThan(50);
  }

  private int eraserInterrupted(int step) throws Exception {
    for (int at = 1; ; at += step) {
      World world = new World();
      Interruption interruption = Interruption.at(at, world::write);
      world.openWriter(inner -> inner);
      world.erase(interruption.of(world.storage), one.key());
      world.check("erasure interrupted at operation " + at);
      if (!interruption.hasHappened()) {
        return (at - 1) / step;
      }
    }
  }

  private int writerInterrupted(int step) throws Exception {
    return duringWriter(step, Duration.ZERO);
  }

  private int writerAsleep(int step) throws Exception {
    return duringWriter(step, Duration.ofDays(3));
  }

  private int duringWriter(int step, Duration sleep) throws Exception {
    for (int at = 1; ; at += step) {
      World world = new World();
      Interruption interruption =
          Interruption.at(
                  at,
                  () -> {
                    clock.advance(sleep);
                    world.erase(world.storage, one.key());
                  })
              .later();
      world.openWriter(interruption::of);
      // What comes before it has opened is another matter.
      interruption.begin();
      world.write();
      world.check("writer interrupted at operation " + at + " for " + sleep);
      if (!interruption.hasHappened()) {
        return (at - 1) / step;
      }
    }
  }

  /** A repository with an eraser and a writer. */
  private final class World {
    private final MemoryStorage storage = MemoryStorage.of(before);
    private final Machine eraser;
    private final Machine writer;
    private @Nullable Repository opened;
    private @Nullable BackupId acknowledged;
    private boolean held;

    World() throws IOException {
      Files.write(one.path(), firstKey);
      Files.deleteIfExists(two.path());
      two.make();
      eraser = new Machine(LocalCopies.copy(eraserPlace, temp.resolve("e" + places++)), clock);
      writer =
          new Machine(LocalCopies.copy(writerPlace, temp.resolve("w" + places++)), clock, "web");
    }

    void openWriter(UnaryOperator<Storage> through) throws IOException {
      opened = writer.open(through.apply(storage), one.key());
    }

    void write() throws Exception {
      Repository repository = opened;
      if (repository == null) {
        return;
      }
      try {
        acknowledged = writer.backup(repository, own(), null).backup().id();
        var _ = Holding.hold(repository, other, "wanted", "writer");
        held = true;
      } catch (SalvorException e) {
        assertThat(e.code())
            .as("%s", e)
            .isIn(
                ErrorCode.BACKUP_UNKNOWN,
                ErrorCode.KMS_KEY_DESTROYED,
                ErrorCode.CREDENTIAL_WITHDRAWN,
                ErrorCode.EPOCH_NOT_GRANTED,
                ErrorCode.SESSION_REVOKED,
                ErrorCode.OBJECT_UNREADABLE);
      }
    }

    void erase(Storage through, KmsKey with) throws Exception {
      try {
        var _ =
            Erasure.run(
                () -> eraser.open(through, with),
                new ErasureRequest(
                    Set.of(erased), two.key(), "next", List.of(), Duration.ZERO, "eraser"),
                Progress.NONE);
      } catch (SalvorException e) {
        assertThat(e.code())
            .as("%s", e)
            .isIn(
                ErrorCode.ERASURE_UNFINISHED,
                ErrorCode.KMS_KEY_DESTROYED,
                ErrorCode.WRONG_CREDENTIAL,
                ErrorCode.CREDENTIAL_WITHDRAWN);
      }
    }

    void check(String when) throws Exception {
      try {
        holds(firstOpens() ? one : two);
        clock.advance(Duration.ofDays(3));
        erase(storage, (firstOpens() ? one : two).key());
        assertThat(firstOpens()).as("the old key opens").isFalse();
        holds(two);
        writeAgain();
        holds(two);
      } catch (AssertionError | Exception e) {
        throw new AssertionError(when + ": " + e, e);
      } finally {
        if (opened != null) {
          opened.close();
        }
        LocalCopies.remove(eraser.local());
        LocalCopies.remove(writer.local());
      }
    }

    /** Somebody who has the same content relies on nothing that nobody can read any more. */
    private void writeAgain() throws Exception {
      Machine next = new Machine(newPlace(), clock, "next");
      try (Repository repository = next.open(storage, two.key())) {
        acknowledged = next.backup(repository, own(), null).backup().id();
      }
      LocalCopies.remove(next.local());
    }

    private static MapSource own() {
      return new MapSource().put("own", text("the writer's"));
    }

    private void holds(KeyFile key) throws Exception {
      Machine stranger = new Machine(newPlace(), clock, "stranger");
      try (Repository repository = stranger.open(storage, key.key())) {
        Map<BackupId, SortedMap<String, String>> found = new TreeMap<>();
        for (Backup backup : BackupList.read(repository).backups()) {
          found.put(backup.id(), Contents.of(repository, backup));
        }
        assertThat(found.get(other)).isEqualTo(source.contents());
        if (acknowledged != null) {
          assertThat(found).containsKey(acknowledged);
          assertThat(found.get(acknowledged)).containsOnlyKeys("own");
        }
        if (held) {
          assertThat(Facts.of(repository).holds(other)).as("the hold").isNotEmpty();
        }
        List<Issue> damage =
            Machine.verify(repository).issues().stream()
                .filter(i -> i.severity() == Severity.DAMAGE)
                .toList();
        assertThat(damage).isEmpty();
      }
      LocalCopies.remove(stranger.local());
    }

    private boolean firstOpens() throws IOException {
      return one.opens(new Machine(newPlace(), clock, "stranger"), storage);
    }
  }

  private static byte[] text(String text) {
    return text.repeat(50).getBytes(StandardCharsets.UTF_8);
  }

  private Path newPlace() throws IOException {
    return Files.createDirectory(temp.resolve("local" + places++));
  }
}
