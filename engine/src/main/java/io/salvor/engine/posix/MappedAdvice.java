package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Tells the system how a mapped file will be read ({@code madvise}). Where it is read here and
 * there, every page that is not in memory would else bring along as much as the disk reads ahead,
 * which is megabytes on some systems, and push out what is needed. Only advice: nothing fails.
 */
public final class MappedAdvice {
  private static final int RANDOM = 1;
  private static final int SOON = 3;
  // No page is larger anywhere.
  private static final long ALIGNMENT = 64 << 10;

  private MappedAdvice() {}

  private static final class Call {
    private static final Optional<MethodHandle> MADVISE = find();

    private static Optional<MethodHandle> find() {
      try {
        Linker linker = Linker.nativeLinker();
        return linker
            .defaultLookup()
            .find("madvise")
            .map(
                function ->
                    linker.downcallHandle(
                        function, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT)));
      } catch (IllegalArgumentException | UnsupportedOperationException e) {
        return Optional.empty();
      }
    }
  }

  /** All of it will be read in no order. */
  public static void random(MemorySegment mapped) {
    give(mapped, RANDOM);
  }

  /** So many bytes from here on will be read next. */
  public static void soon(MemorySegment mapped, long from, long length) {
    long start = from / ALIGNMENT * ALIGNMENT;
    long end = Math.min(mapped.byteSize(), from + length);
    if (start < end) {
      give(mapped.asSlice(start, end - start), SOON);
    }
  }

  private static void give(MemorySegment mapped, int advice) {
    if (Call.MADVISE.isEmpty()) {
      return;
    }
    try {
      int _ = (int) Call.MADVISE.get().invokeExact(mapped, mapped.byteSize(), advice);
    } catch (Throwable e) {
      throw new IllegalStateException("a call into the system's library failed", e);
    }
  }
}
