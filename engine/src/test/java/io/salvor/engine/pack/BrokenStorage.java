package io.salvor.engine.pack;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Passes everything on until so many bytes were written, or so many packs are to be committed. */
final class BrokenStorage extends ForwardingStorage {
  private final AtomicLong bytesLeft;
  private final AtomicInteger commitsLeft;
  final AtomicInteger open = new AtomicInteger();

  BrokenStorage(Storage storage, long bytes, int commits) {
    super(storage);
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
}
