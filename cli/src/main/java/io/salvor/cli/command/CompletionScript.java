package io.salvor.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What a shell is told of the commands: their words, and which of them are paths. */
final class CompletionScript {
  private static final Set<String> PATHS = Set.of("<address>", "<file>", "<directory>", "<target>");

  /** Options that take one of a few words. */
  private static final Map<String, List<String>> WORDS =
      Map.of(
          "--depth", List.of("structure", "sample", "full"),
          "--on-conflict", List.of("skip", "overwrite", "merge", "prompt", "fail"),
          "--mode", List.of("inplace", "new", "differences", "swap"),
          "--progress", List.of("auto", "json", "none"),
          "--type", List.of("full", "incremental", "differential"),
          "--preset",
              Stream.of(Preset.values()).map(p -> p.name().toLowerCase(Locale.ROOT)).toList());

  /**
   * A word of the form {@code --to=/path} comes in three pieces, and what completes the last one is
   * asked of the option; only bash does so.
   */
  private static final String JOINED =
      """
        if [ -z "${ZSH_VERSION-}" ]; then
          local salvor_words=() salvor_at=0 salvor_i
          for (( salvor_i = 0; salvor_i < ${#COMP_WORDS[@]}; salvor_i++ )); do
            if [ "${COMP_WORDS[salvor_i]}" != "=" ]; then
              salvor_words+=("${COMP_WORDS[salvor_i]}")
            elif (( salvor_i == COMP_CWORD )); then
              salvor_words+=("")
            fi
            if (( salvor_i == COMP_CWORD )); then salvor_at=$(( ${#salvor_words[@]} - 1 )); fi
          done
          COMP_WORDS=("${salvor_words[@]}")
          COMP_CWORD=$salvor_at
        fi
      """;

  /** Names of files would be expanded once more, and commands in them be run. */
  private static final String EXPANDED =
      "      positionals=$( compgen -f -- \"${curr_word}\" ) # files\n";

  private static final String AS_THEY_ARE =
      """
            COMPREPLY=( $( compgen -f -- "${curr_word}" ) ) # files
            return $?
      """;

  private CompletionScript() {}

  /** For bash and zsh. */
  static String bash() {
    String head = "function _complete_salvor() {\n";
    return AutoComplete.bash("salvor", everything())
        .replace(head, head + JOINED)
        .replace(EXPANDED, AS_THEY_ARE)
        // A word is an option if it is one, not if it is a part of one.
        .replace("=~ ${previousWord} ]]", "== *\"'${previousWord}'\"* ]]")
        // What is typed comes with its backslashes.
        .replace("compgen -f -- \"${curr_word}\"", "compgen -f -- \"${curr_word//\\\\/}\"");
  }

  /** Every command and option as the parser knows them, paths and fixed words marked. */
  static CommandLine everything() {
    CommandSpec all = CommandSpec.create().name("salvor");
    List<String> names = Commands.ALL.stream().map(Commands.Listed::name).toList();
    for (Commands.Listed listed : Commands.ALL) {
      CommandSpec real =
          Syntax.of(listed, listed.maker().get(), new GlobalOptions()).parser().getCommandSpec();
      CommandSpec one = CommandSpec.create().name(listed.name());
      one.usageMessage().description(listed.summary());
      real.options().forEach(option -> one.addOption(marked(option)));
      real.positionalParameters().forEach(word -> one.addPositional(marked(word)));
      all.addSubcommand(listed.name(), one);
    }
    CommandSpec help = CommandSpec.create().name("help");
    help.usageMessage().description("explain a command");
    help.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .paramLabel("<command>")
            .type(String.class)
            .completionCandidates(names)
            .build());
    all.addSubcommand("help", help);
    return new CommandLine(all);
  }

  /** Whether it takes a path, or an address, which may be one. */
  static boolean isPath(ArgSpec arg) {
    // As an option, a source is the name of one that was backed up.
    return PATHS.contains(arg.paramLabel())
        || (arg.isPositional() && arg.paramLabel().equals("<source>"));
  }

  private static OptionSpec marked(OptionSpec option) {
    OptionSpec.Builder copy =
        OptionSpec.builder(option.names())
            .arity(option.arity().toString())
            .paramLabel(option.paramLabel())
            .description(option.description())
            .hidden(option.hidden())
            .type(
                isPath(option)
                    ? Path.class
                    : option.arity().max() > 0 ? String.class : boolean.class);
    List<String> words = WORDS.get(option.longestName());
    return words == null || option.arity().max() == 0
        ? copy.build()
        : copy.completionCandidates(words).build();
  }

  private static PositionalParamSpec marked(PositionalParamSpec word) {
    return PositionalParamSpec.builder()
        .index(word.index().toString())
        .arity(word.arity().toString())
        .paramLabel(word.paramLabel())
        .description(word.description())
        .type(isPath(word) ? Path.class : String.class)
        .build();
  }
}
