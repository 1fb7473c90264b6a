package io.salvor.cli;

import io.salvor.cli.command.Interruption;
import io.salvor.engine.error.Exit;
import sun.misc.Signal;

/**
 * Turns signals into an {@link Interruption}. A shutdown hook would not do: while the virtual
 * machine shuts down, a second Ctrl-C is not delivered any more.
 */
final class Signals {
  private Signals() {}

  static void connect(Interruption interruption) {
    for (String name : new String[] {"INT", "TERM", "HUP"}) {
      Signal.handle(
          new Signal(name),
          signal -> {
            if (!interruption.raise("SIG" + signal.getName())) {
              Runtime.getRuntime().halt(Exit.INTERRUPTED.code());
            }
          });
    }
  }
}
