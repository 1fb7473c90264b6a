package io.salvor.testkit.erasure;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/** A storage before one of whose operations somebody else does something, once. */
final class InterruptedStorage extends ForwardingStorage {
  private final long at;
  private final Meanwhile meanwhile;
  private boolean counting;
  private long operations;

  /** What somebody else does. */
  interface Meanwhile {
    void run() throws Exception;
  }

  /**
   * @param at the number of the operation, from 1
   */
  InterruptedStorage(Storage inner, long at, Meanwhile meanwhile) {
    super(inner);
    this.at = at;
    this.meanwhile = meanwhile;
  }

  /** From now on operations count. */
  synchronized void count() {
    counting = true;
  }

  /** Whether there were so many operations. */
  synchronized boolean wasInterrupted() {
    return operations >= at;
  }

  private void step() throws IOException {
    synchronized (this) {
      if (!counting) {
        return;
      }
      operations++;
      if (operations != at) {
        return;
      }
    }
    try {
      meanwhile.run();
    } catch (IOException e) {
      throw e;
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public ObjectWriter create(ObjectName name) throws IOException {
    ObjectWriter writer = super.create(name);
    return new ObjectWriter() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        writer.write(bytes);
      }

      @Override
      public void commit() throws IOException {
        step();
        writer.commit();
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    step();
    return super.get(name);
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) throws IOException {
    step();
    return super.get(name, offset, length);
  }

  @Override
  public Optional<ObjectInfo> find(ObjectName name) throws IOException {
    step();
    return super.find(name);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
    step();
    super.list(prefix, each);
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    step();
    super.delete(name);
  }
}
