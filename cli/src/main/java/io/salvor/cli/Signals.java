package io.salvor.cli;

import io.salvor.cli.command.Interruption;
import io.salvor.engine.error.Exit;
import io.salvor.engine.posix.Dispositions;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Turns signals into an {@link Interruption}. A shutdown hook would not do: while the virtual
 * machine shuts down, a second Ctrl-C is not delivered any more.
 */
final class Signals {
  private Signals() {}

  static void connect(Interruption interruption) {
    SignalHandler handler =
        signal -> {
          if (!interruption.raise("SIG" + signal.getName())) {
            Runtime.getRuntime().halt(Exit.INTERRUPTED.code());
          }
        };
    for (String name : new String[] {"INT", "TERM", "HUP"}) {
      Signal signal = new Signal(name);
      boolean ignored = SignalHandler.SIG_IGN.equals(Signal.handle(signal, handler));
      // Shells start what runs in the background so. A hang-up that is ignored was meant: nohup.
      if (ignored && name.equals("INT") && Dispositions.reset(signal.getNumber())) {
        Signal.handle(signal, handler);
      }
    }
  }
}
