package io.salvor.cli.command;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** How the words of one command are read, and how it is explained. */
record Syntax(CommandLine parser) {
  static Syntax of(Commands.Listed listed, Command command, GlobalOptions options) {
    CommandLine parser = new CommandLine(command);
    CommandSpec spec = parser.getCommandSpec();
    spec.name("salvor " + listed.name());
    spec.addMixin("global", CommandSpec.forAnnotatedObject(options));
    spec.usageMessage()
        .description(listed.summary())
        .abbreviateSynopsis(true)
        .sortOptions(false)
        .autoWidth(false)
        .width(100);
    parser
        .setExpandAtFiles(false)
        .setInterpolateVariables(false)
        .setOverwrittenOptionsAllowed(true)
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    return new Syntax(parser);
  }

  /** Fills in the command and the options. */
  void parse(List<String> words) {
    parser.parseArgs(words.toArray(String[]::new));
  }

  /** The explanation. */
  String usage() {
    return parser.getUsageMessage(Ansi.OFF);
  }
}
