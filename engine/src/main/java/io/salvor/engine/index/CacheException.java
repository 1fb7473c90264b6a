package io.salvor.engine.index;

import java.io.IOException;

/** The cache directory cannot be used; the index then stays in memory. */
final class CacheException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CacheException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
