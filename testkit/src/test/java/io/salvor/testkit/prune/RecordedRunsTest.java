package io.salvor.testkit.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.model.Rule;
import io.salvor.testkit.protocol.PrunerOrder;
import io.salvor.testkit.protocol.Recording;
import io.salvor.testkit.protocol.Recording.Step;
import io.salvor.testkit.protocol.Recording.Verb;
import io.salvor.testkit.protocol.WriterOrder;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.RecordingStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorded runs of the real code keep the model's rules; planted mistakes are found. */
class RecordedRunsTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-01-30T15:00:00Z"));
  private final MemoryStorage storage = new MemoryStorage();
  private Recording backup;
  private Recording prune;

  /** A backup with checkpoints; a prune that gives a session up, copies and deletes. */
  @BeforeEach
  void record() throws Exception {
    Machine machine = new Machine(place("one"), clock);
    machine.init(storage);
    MapSource source = new MapSource();
    for (int i = 0; i < 6; i++) {
      source.put("file " + i, noise(i));
    }
    source.beforeEach(() -> clock.advance(Duration.ofSeconds(11)));
    RecordingStorage writing = new RecordingStorage(storage);
    BackupReport first = machine.backup(writing, source, null);
    writing.mark(WriterOrder.ACKNOWLEDGED);
    backup = Recording.of(writing.trace());
    for (int i = 1; i < 6; i++) {
      source.remove("file " + i);
    }
    machine.backup(storage, source, null);
    machine.forget(storage, first.backup().id());
    List<PruneReport> reports = new ArrayList<>();
    boolean[] once = {false};
    MapSource slow = new MapSource("map:slow").put("a", noise(50));
    slow.beforeEach(
        () -> {
          if (!once[0]) {
            once[0] = true;
            clock.advance(Duration.ofHours(1));
            reports.add(recordPrune(storage));
          }
        });
    machine.backup(storage, slow, null);
    assertThat(reports.getFirst().closed()).isEqualTo(1);
    assertThat(reports.getFirst().copiedBlobs()).isPositive();
    assertThat(reports.getFirst().deleted()).isPositive();
  }

  private PruneReport recordPrune(Storage inner) {
    RecordingStorage recording = new RecordingStorage(inner);
    try {
      PruneReport report =
          new Machine(place("two"), clock)
              .prune(
                  recording,
                  new PruneRequest(0.25, Duration.ofMinutes(1), Duration.ZERO, "tester"));
      prune = Recording.of(recording.trace());
      return report;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void realRunsBreakNoRule() {
    assertThat(WriterOrder.broken(backup)).isEmpty();
    assertThat(PrunerOrder.broken(prune)).isEmpty();
  }

  @Test
  void mistakesOfAWriterAreFound() {
    Predicate<Step> revocation = s -> s.verb() == Verb.FIND && s.name().endsWith("/revoked");
    int seal = place(backup, s -> s.verb() == Verb.PUT && s.name().startsWith("backups/"));
    assertThat(WriterOrder.broken(without(backup, revocation, seal, Integer.MAX_VALUE)))
        .containsExactly(Rule.CONFIRM_AFTER_SEAL);
    assertThat(WriterOrder.broken(without(backup, revocation, 0, seal)))
        .containsExactly(Rule.CHECK_REVOCATION_BEFORE_SEAL);
    Predicate<Step> condemnations = s -> s.verb() == Verb.LIST && s.name().equals("prune/");
    assertThat(WriterOrder.broken(without(backup, condemnations, 0, Integer.MAX_VALUE)))
        .containsExactly(
            Rule.SESSION_BEFORE_CONDEMNATION_READ, Rule.RECHECK_CONDEMNATIONS_BEFORE_SEAL);
    Predicate<Step> segments = s -> s.verb() == Verb.PUT && s.name().startsWith("index/");
    assertThat(WriterOrder.broken(without(backup, segments, 0, Integer.MAX_VALUE)))
        .contains(Rule.INDEX_BEFORE_SEAL);
    Predicate<Step> entry = s -> s.verb() == Verb.PUT && s.name().startsWith("ledger/");
    assertThat(WriterOrder.broken(without(backup, entry, 0, Integer.MAX_VALUE)))
        .containsExactly(Rule.LEDGER_BEFORE_ACK);
  }

  @Test
  void mistakesOfAPrunerAreFound() {
    int condemned = place(prune, s -> s.verb() == Verb.PUT && s.name().startsWith("prune/"));
    int deleted = place(prune, s -> s.verb() == Verb.DELETE && s.name().startsWith("packs/"));
    Predicate<Step> sessions = s -> s.verb() == Verb.LIST && s.name().equals("sessions/");
    assertThat(PrunerOrder.broken(without(prune, sessions, condemned, deleted)))
        .contains(Rule.CONDEMN_BEFORE_LISTING, Rule.LIST_PARENTS_AFTER_MANIFESTS);
    Predicate<Step> manifests = s -> s.verb() == Verb.LIST && s.name().equals("backups/");
    assertThat(PrunerOrder.broken(without(prune, manifests, condemned, deleted)))
        .contains(Rule.LIST_SESSIONS_BEFORE_MANIFESTS, Rule.LIST_MANIFESTS_AFTER_WAIT);
    Predicate<Step> closure = s -> s.verb() == Verb.PUT && s.name().startsWith("ledger/");
    assertThat(PrunerOrder.broken(without(prune, closure, condemned, deleted)))
        .containsExactly(Rule.CLOSE_REVOKED_SESSIONS);
    Predicate<Step> index = s -> s.verb() == Verb.LIST && s.name().equals("index/");
    assertThat(PrunerOrder.broken(without(prune, index, condemned, deleted)))
        .containsExactly(Rule.READ_INDEX_AFTER_MANIFESTS);
    Predicate<Step> others = s -> s.verb() == Verb.LIST && s.name().equals("prune/");
    assertThat(PrunerOrder.broken(without(prune, others, condemned, deleted)))
        .containsExactly(Rule.HEED_OTHER_CONDEMNATIONS);
    Predicate<Step> segments = s -> s.verb() == Verb.PUT && s.name().startsWith("index/");
    assertThat(PrunerOrder.broken(without(prune, segments, 0, Integer.MAX_VALUE)))
        .containsExactly(Rule.COPY_BEFORE_DELETE);
    List<Step> more = new ArrayList<>(prune.steps());
    int end = more.getLast().ended() + 1;
    more.add(new Step(Verb.DELETE, "sessions/0/revoked", end, end));
    more.add(new Step(Verb.DELETE, "prune/0", end, end));
    more.add(new Step(Verb.PUT, "sessions/0/end", end, end));
    assertThat(PrunerOrder.broken(new Recording(more)))
        .containsExactlyInAnyOrder(
            Rule.REVOCATIONS_ARE_KEPT, Rule.CONDEMNATIONS_ARE_KEPT, Rule.ONLY_AUTHOR_ENDS_SESSION);
  }

  private static int place(Recording recording, Predicate<Step> wanted) {
    return recording.steps().stream().filter(wanted).findFirst().orElseThrow().began();
  }

  private static Recording without(Recording recording, Predicate<Step> gone, int from, int to) {
    return new Recording(
        recording.steps().stream()
            .filter(s -> !(gone.test(s) && s.began() > from && s.began() < to))
            .toList());
  }

  private Path place(String name) throws Exception {
    return Files.createDirectory(temp.resolve(name));
  }

  private static byte[] noise(long seed) {
    byte[] bytes = new byte[20_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
