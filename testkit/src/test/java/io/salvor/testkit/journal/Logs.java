package io.salvor.testkit.journal;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Consolidation;
import io.salvor.engine.journal.Horizon;
import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.journal.LogOrigin;
import io.salvor.engine.journal.Stretch;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.repository.Noise;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A made-up log, and what is captured of it. */
final class Logs {
  static final String SOURCE = "log://here";
  static final int SEGMENT = 10_000;
  static final LogOrigin ORIGIN = new LogOrigin(SOURCE, "made-up", "7", SEGMENT);

  private static final byte[] BYTES = Noise.noise(77, 200_000);
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");

  private Logs() {}

  /** The log's bytes. */
  static byte[] bytes(long from, long to) {
    return Arrays.copyOfRange(BYTES, (int) from, (int) to);
  }

  /** The source's time when it had got so far. */
  static Instant time(long position) {
    return START.plusMillis(position);
  }

  /** Captures a part durably. */
  static void capture(JournalWriter writer, long timeline, long from, long to) throws IOException {
    JournalWriter.Sealed sealed = writer.log(timeline, from, bytes(from, to), time(from), time(to));
    writer.store(sealed);
    writer.tidy(sealed);
  }

  static Optional<Consolidation.Report> consolidate(Repository repository)
      throws IOException, InterruptedException {
    return consolidate(repository, Horizon.NONE);
  }

  static Optional<Consolidation.Report> consolidate(Repository repository, Horizon horizon)
      throws IOException, InterruptedException {
    return Consolidation.run(
        repository, SOURCE, "made-up", "host", "tester", horizon, Progress.NONE);
  }

  static List<Stretch> stretches(Repository repository, long timeline) throws IOException {
    List<Journal> logs = Journals.read(repository, SOURCE::equals).logs();
    return logs.isEmpty() || !logs.getFirst().timelines().containsKey(timeline)
        ? List.of()
        : logs.getFirst().timelines().get(timeline).stretches();
  }

  /** What is read of a part; fails with what reading fails with. */
  static byte[] read(Repository repository, long timeline, long from, long to)
      throws IOException, SalvorException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Journals.read(repository, SOURCE::equals)
        .logs()
        .getFirst()
        .read(timeline, from, to, out::write, Progress.NONE);
    return out.toByteArray();
  }
}
