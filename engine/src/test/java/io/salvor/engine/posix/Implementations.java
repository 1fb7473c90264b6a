package io.salvor.engine.posix;

import java.util.List;
import java.util.stream.Stream;

/** What the contract is held against: the system's own, the same with old ways, and NIO. */
final class Implementations {

  record Implementation(String name, Posix posix) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Implementation> ALL = make();

  private Implementations() {}

  static Stream<Implementation> all() {
    return ALL.stream();
  }

  private static List<Implementation> make() {
    Implementation nio = new Implementation("NIO", new NioPosix("the test says so"));
    if (!(Posix.system() instanceof NativePosix system)) {
      return List.of(nio);
    }
    KernelFeatures here = system.features();
    KernelFeatures old = new KernelFeatures(false, false, false, false, here.proc());
    KernelFeatures bare =
        new KernelFeatures(here.openat2(), here.fchmodat2(), here.xattrAt(), here.mountId(), false);
    return List.of(
        new Implementation("this kernel", system),
        new Implementation("an old kernel", new NativePosix(old)),
        new Implementation("this kernel without /proc", new NativePosix(bare)),
        nio);
  }
}
