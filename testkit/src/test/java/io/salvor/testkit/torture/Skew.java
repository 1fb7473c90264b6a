package io.salvor.testkit.torture;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

/**
 * A machine's own clock: right, or wrong by a little, or by a year either way, and now and then set
 * to something else.
 */
final class Skew implements InstantSource {
  private static final Duration[] WRONG = {
    Duration.ZERO,
    Duration.ofDays(365),
    Duration.ofDays(-365),
    Duration.ofMinutes(3),
    Duration.ofMinutes(-3),
    Duration.ofHours(50)
  };

  private final InstantSource right;
  private final Random random;
  private final boolean jumps;
  private volatile Duration offset;

  /**
   * @param wrong whether it may be wrong at all
   */
  Skew(InstantSource right, Random random, boolean wrong) {
    this.right = right;
    this.random = random;
    this.jumps = wrong && random.nextBoolean();
    this.offset = wrong ? WRONG[random.nextInt(WRONG.length)] : Duration.ZERO;
  }

  @Override
  public Instant instant() {
    if (jumps && random.nextInt(12) == 0) {
      offset = WRONG[random.nextInt(WRONG.length)];
    }
    return right.instant().plus(offset);
  }
}
