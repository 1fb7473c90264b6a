package io.salvor.cli.command;

import io.salvor.cli.console.ProgressMode;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. */
final class GlobalOptions {
  /** Those that take a value, for whoever looks for the command among the words. */
  static final Set<String> WITH_VALUE =
      Set.of("--repo", "-r", "--password-file", "--progress", "--timezone");

  @Option(
      names = {"-r", "--repo"},
      paramLabel = "<address>",
      description = "the repository: /path or file:/path; also SALVOR_REPO")
  @Nullable String repo;

  @Option(
      names = "--password-file",
      paramLabel = "<file>",
      description =
          "a file with the passphrase; also SALVOR_PASSWORD or SALVOR_PASSWORD_FILE; on a"
              + " terminal it is asked for")
  @Nullable Path passwordFile;

  @Option(names = "--json", description = "print one JSON document")
  boolean json;

  @Option(
      names = "--progress",
      paramLabel = "<how>",
      description = "auto (a line on a terminal), json (events on standard error) or none")
  String progress = "auto";

  @Option(
      names = "--timezone",
      paramLabel = "<zone>",
      description = "the time zone of times without an offset, and of those that are printed")
  @Nullable String timezone;

  @Option(names = "--debug", description = "print the stack trace of a failure")
  boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "explain this command")
  boolean help;

  ProgressMode progressMode() {
    return Words.choose(
        "--progress", progress, ProgressMode.values(), m -> m.name().toLowerCase(Locale.ROOT));
  }

  Optional<Path> passwordFile() {
    return Optional.ofNullable(passwordFile);
  }
}
