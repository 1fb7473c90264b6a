package io.salvor.cli.console;

/** How progress is shown. */
public enum ProgressMode {
  /** A line on a terminal, else nothing. */
  AUTO,
  /** One JSON object a line on standard error. */
  JSON,
  /** Not at all. */
  NONE
}
