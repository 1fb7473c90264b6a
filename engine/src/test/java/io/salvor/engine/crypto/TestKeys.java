package io.salvor.engine.crypto;

/** A key ring for tests of what stands above. */
public final class TestKeys {
  private TestKeys() {}

  /** A ring; always the same secrets, never the same object keys. */
  public static KeyRing ring() {
    return KeyRingTest.ring("test");
  }
}
