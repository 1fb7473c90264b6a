package io.salvor.engine.posix;

/** The choice between the native implementation and NIO's, made once, when first asked for. */
final class SystemPosix {

  static final Posix INSTANCE = choose();

  private SystemPosix() {}

  private static Posix choose() {
    if (!Sys.KNOWN) {
      return new NioPosix("this is not Linux on x86-64 or aarch64");
    }
    try {
      return new NativePosix(KernelFeatures.probe());
    } catch (PosixException e) {
      return new NioPosix("the kernel refuses: " + e.getMessage());
    } catch (ExceptionInInitializerError e) {
      // The binding's own failure: native access denied, no such symbol, no linker.
      Throwable cause = e.getCause();
      return new NioPosix("native access is not to be had: " + cause);
    }
  }
}
