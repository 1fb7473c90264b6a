package io.salvor.engine.index;

import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Lists objects but lets none be read. */
record NoSegments(Storage storage) implements Storage {
  @Override
  public String address() {
    return storage.address();
  }

  @Override
  public StorageTraits traits() {
    return storage.traits();
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
  public Optional<ObjectInfo> find(ObjectName name) throws IOException {
    return storage.find(name);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
    storage.list(prefix, each);
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
