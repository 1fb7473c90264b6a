package io.salvor.engine.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.MemoryStorage;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoringTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  @Test
  void whatWasStoredIsNamedEachSoManyBytes() throws Exception {
    Machine machine = new Machine(temp, SettableClock.at("2026-01-30T15:00:00Z"));
    MemoryStorage storage = new MemoryStorage();
    machine.init(storage);
    try (Repository repository = machine.open(storage)) {
      int before = repository.index().segments().size();
      try (Storing storing = new Storing(repository.newWriter(), 10_000)) {
        for (int i = 0; i < 7; i++) {
          byte[] noise = new byte[4_000];
          new Random(i).nextBytes(noise);
          storing.put(BlobKind.DATA, noise);
        }
        assertThat(repository.index().segments()).hasSize(before + 2);
        storing.finish();
      }
      assertThat(repository.index().segments()).hasSize(before + 3);
      assertThat(repository.index().unnamed()).isEmpty();
    }
  }
}
