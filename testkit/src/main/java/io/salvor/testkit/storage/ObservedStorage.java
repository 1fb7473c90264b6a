package io.salvor.testkit.storage;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A storage before another one, which sees each operation as a value. A commit is one operation;
 * what is written before it cannot be seen by anybody.
 */
abstract sealed class ObservedStorage extends ForwardingStorage
    permits FaultyStorage, RecordingStorage, SteppedStorage {
  ObservedStorage(Storage inner) {
    super(inner);
  }

  /** What the inner storage does. */
  interface Action<T> {
    T run() throws IOException;
  }

  /** Does the operation, or something else instead. */
  abstract <T> T perform(Operation operation, Action<T> action) throws IOException;

  /** A writer wants room for so many bytes more, or is about to be created (0). */
  void reserve(ObjectName name, long bytes) throws IOException {}

  /** A writer gives back what it had reserved. */
  void release(long bytes) {}

  final Storage inner() {
    return storage;
  }

  @Override
  public final ObjectWriter create(ObjectName name) throws IOException {
    reserve(name, 0);
    return new BufferedWriter(
        new BufferedWriter.Publication() {
          @Override
          public void publish(byte[] bytes) throws IOException {
            perform(
                new Operation.Put(name, bytes),
                () -> {
                  storage.put(name, bytes);
                  return true;
                });
          }

          @Override
          public void reserve(long bytes) throws IOException {
            ObservedStorage.this.reserve(name, bytes);
          }

          @Override
          public void abandoned(long bytes) {
            release(bytes);
          }
        });
  }

  @Override
  public final byte[] get(ObjectName name) throws IOException {
    return perform(new Operation.Get(name), () -> storage.get(name));
  }

  @Override
  public final byte[] get(ObjectName name, long offset, int length) throws IOException {
    return perform(
        new Operation.GetRange(name, offset, length), () -> storage.get(name, offset, length));
  }

  @Override
  public final Optional<ObjectInfo> find(ObjectName name) throws IOException {
    return perform(new Operation.Find(name), () -> storage.find(name));
  }

  @Override
  public final void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
    perform(
        new Operation.Listing(prefix),
        () -> {
          storage.list(prefix, each);
          return true;
        });
  }

  @Override
  public final void delete(ObjectName name) throws IOException {
    perform(
        new Operation.Delete(name),
        () -> {
          storage.delete(name);
          return true;
        });
  }
}
