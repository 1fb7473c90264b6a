package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What the process does with signals where nothing handles them. */
public final class Dispositions {
  private Dispositions() {}

  /**
   * Gives a signal that the process was started to ignore its default meaning again; the virtual
   * machine installs no handler for one that is ignored.
   *
   * @return whether that was possible
   */
  public static boolean reset(int signal) {
    try {
      Linker linker = Linker.nativeLinker();
      Optional<MemorySegment> function = linker.defaultLookup().find("signal");
      if (function.isEmpty()) {
        return false;
      }
      MethodHandle call =
          linker.downcallHandle(function.get(), FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
      MemorySegment previous = (MemorySegment) call.invokeExact(signal, MemorySegment.NULL);
      return previous.address() != -1;
    } catch (Throwable e) {
      return false;
    }
  }
}
