package io.salvor.engine.journal;

/**
 * Whose log it is.
 *
 * @param source the address in its normal form
 * @param provider the provider's name
 * @param system what tells one system behind the address from another, as part of a key
 * @param segmentSize in bytes
 */
public record LogOrigin(String source, String provider, String system, long segmentSize) {
  /** A gibibyte: no source has longer ones. */
  public static final long MAX_SEGMENT = 1L << 30;

  public LogOrigin {
    if (source.isEmpty() || provider.isEmpty() || system.isEmpty()) {
      throw new IllegalArgumentException("a log of nobody");
    }
    if (segmentSize < 1 || segmentSize > MAX_SEGMENT) {
      throw new IllegalArgumentException("segments of " + segmentSize + " bytes");
    }
  }
}
