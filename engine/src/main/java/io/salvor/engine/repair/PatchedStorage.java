package io.salvor.engine.repair;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;

/** A storage as it would be with some small objects put back; for dry runs, which write nothing. */
final class PatchedStorage extends ForwardingStorage {
  private final SortedMap<ObjectName, byte[]> patches;

  PatchedStorage(Storage storage, SortedMap<ObjectName, byte[]> patches) {
    super(storage);
    this.patches = patches;
  }

  @Override
  public ObjectWriter create(ObjectName name) {
    throw new IllegalStateException("a dry run wants to write " + name);
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    byte[] patch = patches.get(name);
    return patch == null ? storage.get(name) : patch.clone();
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) throws IOException {
    byte[] patch = patches.get(name);
    if (patch == null) {
      return storage.get(name, offset, length);
    }
    if (offset > patch.length - (long) length) {
      throw new EOFException(name + " ends at " + patch.length);
    }
    return Arrays.copyOfRange(patch, (int) offset, (int) offset + length);
  }

  @Override
  public Optional<ObjectInfo> find(ObjectName name) throws IOException {
    byte[] patch = patches.get(name);
    return patch == null ? storage.find(name) : Optional.of(new ObjectInfo(name, patch.length));
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
    Set<ObjectName> shown = new HashSet<>();
    storage.list(
        prefix,
        info -> {
          byte[] patch = patches.get(info.name());
          shown.add(info.name());
          each.accept(patch == null ? info : new ObjectInfo(info.name(), patch.length));
        });
    patches.forEach(
        (name, patch) -> {
          if (name.value().startsWith(prefix) && !shown.contains(name)) {
            each.accept(new ObjectInfo(name, patch.length));
          }
        });
  }

  @Override
  public void delete(ObjectName name) {
    throw new IllegalStateException("a dry run wants to delete " + name);
  }
}
