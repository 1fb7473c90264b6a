package io.salvor.engine.crypto;

import java.util.Arrays;
import java.util.function.LongSupplier;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id version 0x13 (RFC 9106): what a guess at a passphrase costs.
 *
 * @param memory in KiB, 8 for each lane to 1 GiB
 * @param passes 1 to 64
 * @param lanes 1 to 16
 */
public record Argon2id(int memory, int passes, int lanes) {
  /** 64 MiB and three passes: what every new credential costs at least. */
  public static final Argon2id LEAST = new Argon2id(64 << 10, 3, 1);

  private static final int MAX_MEMORY = 1 << 20;
  private static final int MAX_PASSES = 64;
  private static final int MAX_LANES = 16;
  private static final int CALIBRATED_PASSES = 16;
  private static final long GOAL_NANOS = 500_000_000;

  public Argon2id {
    if (lanes < 1
        || lanes > MAX_LANES
        || passes < 1
        || passes > MAX_PASSES
        || memory < 8 * lanes
        || memory > MAX_MEMORY) {
      throw new IllegalArgumentException(
          "Argon2id with " + memory + " KiB, " + passes + " passes, " + lanes + " lanes");
    }
  }

  /**
   * As many passes over 64 MiB as take about half a second here, three at least. The memory is
   * fixed, so that whatever can open one repository can open them all.
   *
   * @param nanos a clock for durations
   */
  public static Argon2id calibrated(LongSupplier nanos) {
    long start = nanos.getAsLong();
    // The first run is slow, as it is in every process that opens a repository.
    Arrays.fill(LEAST.derive(new byte[1], new byte[32], 32), (byte) 0);
    long took = Math.max(1, nanos.getAsLong() - start);
    long passes = LEAST.passes * GOAL_NANOS / took;
    return new Argon2id(
        LEAST.memory, Math.clamp(passes, LEAST.passes, CALIBRATED_PASSES), LEAST.lanes);
  }

  /** How long a guess takes, more or less: KiB that are gone through. */
  public long work() {
    return (long) memory * passes;
  }

  /**
   * Derives {@code length} bytes.
   *
   * @throws OutOfMemoryError if this process does not have the memory
   */
  public byte[] derive(byte[] passphrase, byte[] salt, int length) {
    return derive(passphrase, salt, length, new byte[0], new byte[0]);
  }

  byte[] derive(byte[] passphrase, byte[] salt, int length, byte[] secret, byte[] associated) {
    Argon2Parameters.Builder parameters =
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memory)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .withSecret(secret)
            .withAdditional(associated);
    if ((long) memory << 10 > Runtime.getRuntime().maxMemory()) {
      // Before the heap is filled for nothing.
      throw new OutOfMemoryError("Argon2id with " + memory + " KiB");
    }
    byte[] out = generate(parameters.build(), passphrase, length);
    parameters.clear();
    if (memory >= LEAST.memory) {
      // The heap has grown for this alone, and would keep a quarter of what a process has.
      System.gc();
    }
    return out;
  }

  /** In a frame of its own, so that nothing holds what was filled when it is done. */
  private static byte[] generate(Argon2Parameters parameters, byte[] passphrase, int length) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(parameters);
    byte[] out = new byte[length];
    generator.generateBytes(passphrase, out);
    return out;
  }
}
