package io.salvor.testkit.keys;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A storage before one of whose operations somebody else does something, once. */
final class Meanwhile extends ForwardingStorage {
  private final int at;
  private final Predicate<ObjectName> stored;
  private final Runnable step;
  private int operations;
  private boolean done;

  private Meanwhile(Storage storage, int at, Predicate<ObjectName> stored, Runnable step) {
    super(storage);
    this.at = at;
    this.stored = stored;
    this.step = step;
  }

  /** Before the operation of this number, from 1 on. */
  static Meanwhile at(Storage storage, int operation, Runnable step) {
    return new Meanwhile(storage, operation, name -> false, step);
  }

  /** Before the first object is stored whose name ends so. */
  static Meanwhile before(Storage storage, String ending, Runnable step) {
    return new Meanwhile(storage, 0, name -> name.value().endsWith(ending), step);
  }

  boolean isDone() {
    return done;
  }

  private void operation() {
    if (++operations == at) {
      run();
    }
  }

  private void run() {
    if (!done) {
      done = true;
      step.run();
    }
  }

  @Override
  public ObjectWriter create(ObjectName name) throws IOException {
    operation();
    if (stored.test(name)) {
      run();
    }
    return super.create(name);
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    operation();
    return super.get(name);
  }

  @Override
  public Optional<ObjectInfo> find(ObjectName name) throws IOException {
    operation();
    return super.find(name);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
    operation();
    super.list(prefix, each);
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    operation();
    super.delete(name);
  }
}
