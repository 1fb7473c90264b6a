package io.salvor.engine.posix;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor, counted: closed only when the last call that uses it has ended, so that
 * no call ever meets a number that the kernel has given to another file meanwhile.
 */
final class Descriptor {

  private static final int CLOSED = 1 << 31;

  private final int number;

  /** Calls under way; the top bit says that it was closed. */
  private final AtomicInteger state = new AtomicInteger();

  Descriptor(int number) {
    this.number = number;
  }

  /** Its number; valid between enter and exit. */
  int number() {
    return number;
  }

  void enter() throws PosixException {
    while (true) {
      int before = state.get();
      if ((before & CLOSED) != 0) {
        throw new PosixException(Errno.EBADF, "use of a closed handle", null);
      }
      if (state.compareAndSet(before, before + 1)) {
        return;
      }
    }
  }

  void exit(Scratch scratch) {
    if (state.decrementAndGet() == CLOSED) {
      closeNow(scratch);
    }
  }

  void close() {
    while (true) {
      int before = state.get();
      if ((before & CLOSED) != 0) {
        return;
      }
      if (state.compareAndSet(before, before | CLOSED)) {
        if (before == 0) {
          try (Scratch scratch = Scratch.borrow()) {
            closeNow(scratch);
          }
        }
        return;
      }
    }
  }

  private void closeNow(Scratch scratch) {
    // What close could report, sync has reported before to whoever cares.
    scratch.call(Sys.CLOSE, number);
  }
}
