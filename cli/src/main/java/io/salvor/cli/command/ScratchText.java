package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.TextOutput;
import io.salvor.provider.postgresql.recovery.Recovery;

/** What is told of a server that was recovered for the while, to take tables out. */
record ScratchText(Recovery.Outcome outcome) implements RestoreSteps.Outcome {

  @Override
  public void print(TextOutput out) {
    out.line("  taken from a server that was recovered " + RecoveryText.goal(outcome));
  }

  @Override
  public void write(JsonDocument json) {
    RecoveryText.write(outcome, json);
  }
}
