package io.salvor.cli.command;

import io.salvor.engine.error.Exit;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** {@code salvor completion}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  source <(salvor completion bash)                          in this shell; zsh likewise",
      "  salvor completion bash > /etc/bash_completion.d/salvor    for everybody",
      "  salvor completion fish > ~/.config/fish/completions/salvor.fish"
    })
final class CompletionCommand implements Command {
  @Parameters(arity = "0..1", paramLabel = "<shell>", description = "bash, zsh or fish")
  String shell = "bash";

  private enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Override
  public Exit run(Session session) {
    Shell wanted =
        Words.choose("the shell", shell, Shell.values(), s -> s.name().toLowerCase(Locale.ROOT));
    String script =
        switch (wanted) {
          // The same script: it asks zsh for its emulation of bash's completion.
          case BASH, ZSH -> CompletionScript.bash();
          case FISH -> fish(CompletionScript.everything());
        };
    if (session.isJson()) {
      session.json().field("shell", wanted.name().toLowerCase(Locale.ROOT));
      session.json().field("script", script);
    } else {
      session.text().print(script);
    }
    return Exit.DONE;
  }

  private static String fish(CommandLine all) {
    StringBuilder script = new StringBuilder("# completion of salvor for fish\n");
    for (Map.Entry<String, CommandLine> one : all.getSubcommands().entrySet()) {
      CommandSpec spec = one.getValue().getCommandSpec();
      script
          .append("complete -c salvor -n __fish_use_subcommand -f -a ")
          .append(one.getKey())
          .append(" -d ")
          .append(quoted(spec.usageMessage().description()))
          .append('\n');
      for (OptionSpec option : spec.options()) {
        if (!option.hidden()) {
          script
              .append("complete -c salvor -n '__fish_seen_subcommand_from ")
              .append(one.getKey())
              .append("' -l ")
              .append(option.longestName().replaceFirst("^-+", ""))
              .append(CompletionScript.isPath(option) ? " -r -F" : rest(option))
              .append(" -d ")
              .append(quoted(option.description()))
              .append('\n');
        }
      }
    }
    return script.toString();
  }

  private static String rest(OptionSpec option) {
    return option.arity().max() > 0 ? " -r" : "";
  }

  private static String quoted(String[] text) {
    String line = String.join(" ", text).replace("%n", " ").replace("%%", "%");
    return "'" + line.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
