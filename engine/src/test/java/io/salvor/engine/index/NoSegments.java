package io.salvor.engine.index;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;

/** Lists objects but lets none be read. */
final class NoSegments extends ForwardingStorage {
  NoSegments(Storage storage) {
    super(storage);
  }

  @Override
  public ObjectWriter create(ObjectName name) throws IOException {
    throw new IOException("read only");
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    throw new IOException(name + " was read");
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) throws IOException {
    throw new IOException(name + " was read");
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    throw new IOException("read only");
  }

  @Override
  public void close() {
    // The storage belongs to the test.
  }
}
