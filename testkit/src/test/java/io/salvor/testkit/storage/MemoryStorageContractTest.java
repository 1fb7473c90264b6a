package io.salvor.testkit.storage;

import io.salvor.engine.storage.Storage;
import io.salvor.testkit.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

class MemoryStorageContractTest {

  @Nested
  class Plain extends Wrapped {
    @Override
    protected Storage open() {
      return memory;
    }
  }

  @Nested
  class WithListingLag extends StorageContract {
    private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
    private final Duration lag = Duration.ofSeconds(5);
    private final MemoryStorage memory = new MemoryStorage(lag, clock);

    @Override
    protected Storage open() {
      return memory;
    }

    @Override
    protected Storage reopen() {
      return memory;
    }

    @Override
    protected void settle() {
      clock.advance(lag);
    }
  }

  @Nested
  class ThatCouldFail extends Wrapped {
    @Override
    protected Storage open() {
      return new FaultyStorage(memory, 1);
    }
  }

  @Nested
  class Recorded extends Wrapped {
    @Override
    protected Storage open() {
      return new RecordingStorage(memory);
    }
  }

  private abstract static class Wrapped extends StorageContract {
    final MemoryStorage memory = new MemoryStorage();

    @Override
    protected Storage reopen() {
      return memory;
    }
  }
}
