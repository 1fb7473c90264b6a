package io.salvor.engine.kms;

import java.util.Optional;
import java.util.SortedMap;

/**
 * One key of a key management service. Secrets have at most 4096 bytes.
 *
 * <p>Errors: {@link io.salvor.engine.error.SalvorException} KMS_FAILED where the service cannot be
 * asked or refuses; KMS_KEY_DESTROYED where it says that the key is gone for good.
 */
public interface KeyService extends AutoCloseable {

  /** How the key is named, in credentials too: no secret. */
  String reference();

  /** Encrypts a secret, bound to the context. */
  byte[] wrap(byte[] secret, SortedMap<String, String> context);

  /** The secret, or empty if it was wrapped by another key or with another context. */
  Optional<byte[]> unwrap(byte[] wrapped, SortedMap<String, String> context);

  /** Destroys the key for good, if it is still there; durable when this returns. */
  void destroy();

  /** Whether the key was destroyed. */
  boolean isDestroyed();

  @Override
  void close();
}
