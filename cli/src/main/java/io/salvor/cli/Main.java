package io.salvor.cli;

import io.salvor.cli.command.Invocation;

/** The command line's entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs one command and returns its exit code; never ends the process. */
  static int run(String... arguments) {
    // Answered before the parser's classes are loaded, which takes most of the start.
    if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
      System.out.println("salvor " + Version.current());
      return 0;
    }
    return new Invocation(Wiring.machine()).run(arguments);
  }
}
