package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The C library's {@code syscall(2)}, bound once: every call of the kernel goes through it, so that
 * none depends on what the C library wraps, and starting costs one binding. Not a critical call:
 * any of them may wait for a disk or a network, and must not hold up garbage collection.
 */
final class Syscalls {

  private static final MethodHandle SYSCALL = bind();

  private Syscalls() {}

  private static MethodHandle bind() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    return linker.downcallHandle(
        libc.findOrThrow("syscall"),
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(1));
  }

  /** Calls; −1 on failure, with errno as the first int of the segment. */
  static long invoke(
      MemorySegment errno, long number, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) SYSCALL.invokeExact(errno, number, a, b, c, d, e, f);
    } catch (RuntimeException | Error unexpected) {
      throw unexpected;
    } catch (Throwable unexpected) {
      throw new AssertionError("a system call threw", unexpected);
    }
  }
}
