package io.salvor.engine.codec;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Things that are dear to make and are used by one thread at a time (ciphers, compressors), kept
 * for the next user. There are as many as were ever in use at once; unlike a thread-local this does
 * not make one for each virtual thread.
 */
public final class Pool<T> {
  private final ConcurrentLinkedDeque<T> idle = new ConcurrentLinkedDeque<>();
  private final Supplier<T> maker;

  /** A pool that calls {@code maker} when nothing is idle. */
  public Pool(Supplier<T> maker) {
    this.maker = maker;
  }

  /** Takes one out; give it back with {@link #give}, or drop it if it may be broken. */
  public T take() {
    @Nullable T one = idle.pollFirst();
    return one == null ? maker.get() : one;
  }

  /** Puts one back. */
  public void give(T one) {
    idle.addFirst(one);
  }
}
