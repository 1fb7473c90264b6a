package io.salvor.cli.command;

import io.salvor.engine.pattern.Selection;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which entries are taken, by patterns. */
final class PatternOptions {
  @Option(
      names = "--include",
      paramLabel = "<pattern>",
      description = "only what matches; may be repeated")
  List<String> include = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "<pattern>",
      description = "not what matches; may be repeated")
  List<String> exclude = new ArrayList<>();

  /** Whether everything is taken. */
  boolean isEmpty() {
    return include.isEmpty() && exclude.isEmpty();
  }

  /**
   * What the patterns say.
   *
   * @throws io.salvor.engine.error.SalvorException for a pattern that is none
   */
  Selection selection() {
    return Selection.of(include, exclude);
  }
}
