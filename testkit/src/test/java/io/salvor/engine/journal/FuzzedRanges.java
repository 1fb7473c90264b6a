package io.salvor.engine.journal;

import java.time.Instant;
import java.util.List;

/** Opens what a consolidation says of a timeline to the fuzzer. */
public final class FuzzedRanges {
  private FuzzedRanges() {}

  /** Reads it. */
  public static Object decode(byte[] bytes) {
    return Ranges.decode(bytes);
  }

  /** Writes it. */
  public static byte[] encode(Object parsed) {
    return ((Ranges) parsed).encode();
  }

  /** Of two stretches. */
  public static byte[] seed() {
    Instant time = Instant.parse("2026-01-30T15:00:00.5Z");
    return new Ranges(
            1 << 24,
            List.of(
                new Stretch(0x1000028, 0x3000000, time, time.plusSeconds(60)),
                new Stretch(0x5000000, 0x50001f8, Instant.EPOCH, time.plusSeconds(90))))
        .encode();
  }
}
