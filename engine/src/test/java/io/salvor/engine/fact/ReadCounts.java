package io.salvor.engine.fact;

import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** A directory that counts how many objects below a prefix are read. */
public class ReadCounts implements Storage {
  private final Storage storage;
  private final String prefix;
  private int gets;

  public ReadCounts(Path directory, String prefix) throws IOException {
    this(DirectoryStorage.open(directory), prefix);
  }

  public ReadCounts(Storage storage, String prefix) {
    this.storage = storage;
    this.prefix = prefix;
  }

  /** How many were read so far. */
  public int gets() {
    return gets;
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    gets += name.value().startsWith(prefix) ? 1 : 0;
    return storage.get(name);
  }

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
    return storage.create(name);
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
