package io.salvor.provider.files;

import io.salvor.engine.posix.Dir;
import java.util.concurrent.atomic.AtomicInteger;

/** An open directory that is closed when the walk and every batch have let go of it. */
final class SharedDir {
  private final Dir dir;
  private final AtomicInteger holders = new AtomicInteger(1);

  /** Held once, by whoever makes it. */
  SharedDir(Dir dir) {
    this.dir = dir;
  }

  Dir dir() {
    return dir;
  }

  void hold() {
    holders.incrementAndGet();
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      dir.close();
    }
  }
}
