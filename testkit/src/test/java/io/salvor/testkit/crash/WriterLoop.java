package io.salvor.testkit.crash;

import static io.salvor.testkit.repository.Noise.noise;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * The process that {@link KilledWritersTest} kills: backs its source up in one generation after the
 * other, and says so after each.
 */
final class WriterLoop {
  private WriterLoop() {}

  public static void main(String[] arguments) throws Exception {
    Path repository = Path.of(arguments[0]);
    Path local = Path.of(arguments[1]);
    int writer = Integer.parseInt(arguments[2]);
    for (int generation = Integer.parseInt(arguments[3]); ; generation++) {
      SettableClock clock = new SettableClock(Clock.systemUTC().instant());
      MapSource source = source(writer, generation);
      if (writer == 0) {
        // This one leaves a checkpoint every other entry.
        source.beforeEach(() -> clock.advance(Duration.ofSeconds(16)));
      }
      Machine machine = new Machine(local, clock, "host" + writer);
      say("began " + generation);
      Backup backup = machine.backup(DirectoryStorage.open(repository), source, null).backup();
      say("acknowledged " + generation + " " + backup.id().text());
    }
  }

  /** Ended by a mark that shows that the line is whole. */
  private static void say(String line) {
    System.out.print(line + " .\n");
    System.out.flush();
  }

  /** What a writer's source holds in a generation: some of it new, some shared with others. */
  static MapSource source(int writer, int generation) {
    MapSource source = new MapSource("map:" + writer);
    source.put("shared", noise(7, 100_000));
    for (int i = 0; i < 8; i++) {
      source.put("kept " + i, noise(writer * 100L + i, 5_000));
    }
    source.from(10_000L + 10L * generation);
    for (int i = 0; i < 4; i++) {
      source.put("new " + i, noise(writer * 10_000_000L + generation * 10L + i, 20_000));
    }
    return source;
  }
}
