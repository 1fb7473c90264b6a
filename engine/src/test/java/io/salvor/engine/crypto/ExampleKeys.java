package io.salvor.engine.crypto;

import java.util.Map;

/** The key ring of the worked examples: the secrets that the page gives. */
public final class ExampleKeys {
  /** The epoch of the examples. */
  public static final ObjectId EPOCH = ObjectId.parse("e0e1e2e3e4e5e6e7e8e9eaebecedeeef");

  private ExampleKeys() {}

  /** A ring whose random values follow from {@code seed}. */
  public static KeyRing ring(String seed) {
    return new KeyRing(
        SealedExamples.counting(0x00),
        SigningKey.of(SealedExamples.counting(0x20)),
        Map.of(EPOCH, SealingKey.of(SealedExamples.counting(0x40))),
        EPOCH,
        new FixedRandom(seed));
  }
}
