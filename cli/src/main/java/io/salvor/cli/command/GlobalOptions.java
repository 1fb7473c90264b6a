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
      Set.of(
          "--repo",
          "-r",
          "--password-file",
          "--progress",
          "--timezone",
          "--config",
          "--server",
          "--kms");

  static final Set<String> WITHOUT_VALUE = Set.of("--json", "--debug", "--help", "-h");

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

  @Option(
      names = "--kms",
      paramLabel = "<key>",
      description = "a key of a key service that opens it instead, such as kms:file:/path")
  @Nullable String kms;

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

  @Option(names = "--config", hidden = true)
  @Nullable String config;

  @Option(names = "--server", hidden = true)
  @Nullable String server;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "explain this command")
  boolean help;

  /**
   * Refuses what this version does not have yet.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  void refuseWhatIsNotHere() {
    if (config != null) {
      throw Words.usage(
          "--config cannot be used yet",
          "it names a salvor.yaml, and this version reads no configuration file",
          "say it by options and environment variables; see `salvor help`");
    }
    if (server != null) {
      throw Words.usage(
          "--server cannot be used yet",
          "it runs the command through a service, and this version has none",
          "name the repository with --repo");
    }
  }

  ProgressMode progressMode() {
    return Words.choose(
        "--progress", progress, ProgressMode.values(), m -> m.name().toLowerCase(Locale.ROOT));
  }

  Optional<Path> passwordFile() {
    return Optional.ofNullable(passwordFile);
  }
}
