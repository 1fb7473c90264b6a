package io.salvor.engine.storage;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A storage before another one, to which it passes everything on; whoever extends it overrides what
 * it is about. Whole objects are put by {@link #create}, so that what is said of writers holds for
 * them too.
 */
public abstract class ForwardingStorage implements Storage {
  protected final Storage storage;

  /** A storage before {@code storage}, which it closes in the end. */
  protected ForwardingStorage(Storage storage) {
    this.storage = storage;
  }

  @Override
  public String address() {
    return storage.address();
  }

  @Override
  public String place() {
    return storage.place();
  }

  @Override
  public StorageTraits traits() {
    return storage.traits();
  }

  @Override
  public ObjectWriter create(ObjectName name) throws IOException {
    return storage.create(name);
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    return storage.get(name);
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) throws IOException {
    return storage.get(name, offset, length);
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
    storage.delete(name);
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }
}
