package io.salvor.engine.fact;

import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;

/** A directory that counts how many objects below a prefix are read. */
public class ReadCounts extends ForwardingStorage {
  private final String prefix;
  private int gets;

  public ReadCounts(Path directory, String prefix) throws IOException {
    this(DirectoryStorage.open(directory), prefix);
  }

  public ReadCounts(Storage storage, String prefix) {
    super(storage);
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
}
