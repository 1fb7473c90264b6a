package io.salvor.cli.command;

import io.salvor.engine.error.Exit;
import java.io.IOException;

/** One command with what was asked of it. */
interface Command {
  /**
   * Does it.
   *
   * @return what the process tells its caller
   * @throws io.salvor.engine.error.SalvorException what a person must hear
   */
  Exit run(Session session) throws IOException, InterruptedException;
}
