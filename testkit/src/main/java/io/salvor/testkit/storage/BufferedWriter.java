package io.salvor.testkit.storage;

import io.salvor.engine.storage.ObjectWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Collects an object and hands it over at the commit. */
final class BufferedWriter implements ObjectWriter {
  private final Publication publication;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
  private boolean ended;

  /** What a commit does with the object. */
  interface Publication {
    void publish(byte[] bytes) throws IOException;

    /** So many bytes more are about to be held. */
    default void reserve(long bytes) throws IOException {}

    /** The writer was closed without a commit that succeeded. */
    default void abandoned(long bytes) {}
  }

  BufferedWriter(Publication publication) {
    this.publication = publication;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    requireOpen();
    publication.reserve(bytes.remaining());
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    buffer.writeBytes(copy);
  }

  @Override
  public void commit() throws IOException {
    requireOpen();
    publication.publish(buffer.toByteArray());
    ended = true;
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("committed or closed");
    }
  }

  @Override
  public void close() {
    if (!ended) {
      ended = true;
      publication.abandoned(buffer.size());
    }
  }
}
