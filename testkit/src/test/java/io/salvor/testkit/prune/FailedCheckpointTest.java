package io.salvor.testkit.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.prune.PruneRequest;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The storage takes a checkpoint, and its answer is lost. */
class FailedCheckpointTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  @Test
  void oneThatHasComeAllTheSameIsNotTheRestOfALostSession() throws Exception {
    SettableClock clock = new SettableClock(Instant.parse("2026-01-30T15:00:00Z"));
    MemoryStorage storage = new MemoryStorage(Duration.ofSeconds(20), clock);
    Machine machine = new Machine(temp, clock);
    machine.init(storage);
    clock.advance(Duration.ofMinutes(1));
    MapSource source = new MapSource().put("file", "content".getBytes(StandardCharsets.UTF_8));
    FaultyStorage faulty =
        new FaultyStorage(storage, 1)
            .wherever(
                operation ->
                    operation instanceof Operation.Put put
                        && put.name().value().endsWith("/00000001"),
                new Fault.TimeOut());

    assertThatThrownBy(() -> machine.backup(faulty, source, null))
        .hasStackTraceContaining("planned loss of the answer to put sessions/");

    clock.advance(Duration.ofMinutes(1));
    assertThat(machine.verify(storage).issues()).isEmpty();
    var _ = machine.prune(storage, PruneRequest.by("tester"));
    clock.advance(Duration.ofMinutes(1));
    assertThat(machine.verify(storage).issues()).isEmpty();
    storage.list("sessions/", left -> assertThat(left.name().value()).isEmpty());
  }
}
