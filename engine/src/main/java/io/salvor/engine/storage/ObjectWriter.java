package io.salvor.engine.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An object being written, by one thread at a time. Closing it without a commit abandons it. */
public interface ObjectWriter extends AutoCloseable {

  /** Appends the buffer's remaining bytes. */
  void write(ByteBuffer bytes) throws IOException;

  /**
   * Publishes the object under its name, whole and durable. After a failure here the object may or
   * may not be there; writing the same bytes again under the same name is always allowed.
   */
  void commit() throws IOException;

  @Override
  void close() throws IOException;
}
