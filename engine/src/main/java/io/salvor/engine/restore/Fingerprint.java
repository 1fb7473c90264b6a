package io.salvor.engine.restore;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What tells whether a live entry is still the one that was looked at; only its provider knows what
 * the bytes mean. They are not to be changed.
 */
public record Fingerprint(byte[] bytes) {

  /** 64 bits of it, for telling changes (not attacks). */
  public long digest() {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint(byte[] its) && Arrays.equals(bytes, its);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
