package io.salvor.engine.blob;

import java.io.IOException;

/** Takes blobs in; safe for several threads. */
public interface BlobSink {
  /**
   * Stores a blob unless the repository has it already, and gives its id. The bytes are copied or
   * compressed before this returns, so that the caller may use the array again; they are durable
   * only after the sink's owner has flushed. Blocks while too much is waiting to be written.
   *
   * @param length 1 byte to 8 MiB
   */
  BlobId put(BlobKind kind, byte[] bytes, int offset, int length) throws IOException;
}
