package io.salvor.testkit.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory of a copy goes away while it is written to, as that of a disk does. */
class GoneTargetTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  @Test
  void itIsCalledUnreachableAndTheSameCopyGoesOnWhenItIsBack() throws Exception {
    Twins twins = Twins.make(temp);
    int gone = 0;
    boolean ended = false;
    for (int moment = 1; !ended; moment++) {
      Path target = temp.resolve("target" + moment);
      Path elsewhere = temp.resolve("elsewhere" + moment);
      Machine machine = new Machine(temp.resolve("machine" + moment), twins.clock());
      try {
        copy(machine, twins.source(), target, leaving(target, elsewhere, moment));
        ended = !Files.exists(elsewhere);
      } catch (SalvorException e) {
        assertThat(e.code().exit())
            .as("%s: %s", e.getMessage(), e.why())
            .isEqualTo(Exit.UNREACHABLE);
        gone++;
      }
      if (!ended) {
        assertThat(target).as("nothing is made in its place").doesNotExist();
        Files.move(elsewhere, target);
      }
      assertThat(copy(machine, twins.source(), target, Progress.NONE).complete()).isTrue();
      assertThat(machine.verify(DirectoryStorage.open(target)).intact()).isTrue();
    }
    assertThat(gone).isGreaterThan(2);
  }

  private static CopyReport copy(
      Machine machine, MemoryStorage from, Path target, Progress progress) throws Exception {
    try (Repository source = machine.open(from)) {
      Copies.prepare(source, DirectoryStorage.create(target));
      try (Repository copy = machine.open(DirectoryStorage.open(target))) {
        return Copies.copy(source, copy, "host", progress);
      }
    }
  }

  private static Progress leaving(Path target, Path elsewhere, int moment) {
    int[] steps = {0};
    return new Progress() {
      @Override
      public void advance(long items, long bytes) {
        if (++steps[0] == moment) {
          try {
            Files.move(target, elsewhere);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      }
    };
  }
}
