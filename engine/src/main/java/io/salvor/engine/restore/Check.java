package io.salvor.engine.restore;

/** How what was written is verified. What is read from the repository is verified in any case. */
public enum Check {
  /** Metadata is read back. */
  METADATA,
  /** Metadata and content are read back as they are written, from the system's cache. */
  CONTENT,
  /**
   * Also, when everything is durable, content is read once more, bypassing the cache as far as the
   * system lets us, and its blobs' ids are compared with the backup's.
   */
  DURABLE
}
