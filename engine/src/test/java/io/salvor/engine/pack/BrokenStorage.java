package io.salvor.engine.pack;

import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Passes everything on until so many bytes were written, or so many packs are to be committed. */
final class BrokenStorage implements Storage {
  private final Storage storage;
  private final AtomicLong bytesLeft;
  private final AtomicInteger commitsLeft;
  final AtomicInteger open = new AtomicInteger();

  BrokenStorage(Storage storage, long bytes, int commits) {
    this.storage = storage;
    this.bytesLeft = new AtomicLong(bytes);
    this.commitsLeft = new AtomicInteger(commits);
  }

  @Override
  public ObjectWriter create(ObjectName name) throws IOException {
    ObjectWriter writer = storage.create(name);
    open.incrementAndGet();
    return new ObjectWriter() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        if (bytesLeft.addAndGet(-bytes.remaining()) < 0) {
          throw new IOException("the cable was cut");
        }
        writer.write(bytes);
      }

      @Override
      public void commit() throws IOException {
        if (commitsLeft.decrementAndGet() < 0) {
          throw new IOException("the disk was full");
        }
        writer.commit();
      }

      @Override
      public void close() throws IOException {
        open.decrementAndGet();
        writer.close();
      }
    };
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
