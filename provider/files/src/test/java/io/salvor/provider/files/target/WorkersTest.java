package io.salvor.provider.files.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WorkersTest {
  @Test
  @Timeout(60)
  void wantOfMemoryIsToldAndWhatComesAfterEachTaskStillRuns() throws Exception {
    AtomicInteger after = new AtomicInteger();
    try (Workers workers = new Workers(2)) {
      for (int i = 0; i < 1000; i++) {
        workers.add(
            () -> {
              throw new OutOfMemoryError("planted");
            },
            after::incrementAndGet,
            0);
      }
      workers.drain();
      assertThat(after).hasValue(1000);
      assertThat(workers.hasFailed()).isTrue();
      assertThatThrownBy(workers::requireSound).isInstanceOf(OutOfMemoryError.class);
    }
  }
}
