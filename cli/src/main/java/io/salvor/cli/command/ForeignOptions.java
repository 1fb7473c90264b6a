package io.salvor.cli.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that other kinds of source have and files have not: said so rather than called unknown.
 */
final class ForeignOptions {
  @Option(names = "--map", hidden = true)
  List<String> map = new ArrayList<>();

  @Option(names = "--map-file", hidden = true)
  @Nullable String mapFile;

  @Option(names = "--only", hidden = true)
  List<String> only = new ArrayList<>();

  @Option(names = "--pause", hidden = true)
  boolean pause;

  @Option(names = "--since", hidden = true)
  @Nullable String since;

  /**
   * Refuses what was given.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  void refuse(String command) {
    if (!map.isEmpty()) {
      throw none(
          "--map",
          "it translates accounts, regions and names of databases and clouds, and files keep theirs",
          "restore to another directory with --to, or a part with --include");
    }
    if (mapFile != null) {
      throw none(
          "--map-file",
          "it translates accounts, regions and names of databases and clouds, and files keep theirs",
          "restore to another directory with --to, or a part with --include");
    }
    if (!only.isEmpty()) {
      throw none(
          "--only",
          "it chooses kinds of entries such as users and groups, and files have no such kinds",
          "choose by patterns with --include and --exclude");
    }
    if (pause) {
      throw none(
          "--pause",
          "it leaves a restored database server paused at its target, and files have no server",
          "leave it out");
    }
    if (since != null) {
      throw none(
          "--since",
          command.equals("backup")
              ? "it bounds sources that are read by time, and files tell themselves what has changed"
              : "it chooses backups in `salvor list`",
          command.equals("backup")
              ? "leave it out: without --type a backup takes what has changed since the last"
              : "use --at or --hours-ago with latest");
    }
  }

  private static RuntimeException none(String option, String why, String remedy) {
    return Words.usage(option + " cannot be used for files", why, remedy);
  }
}
