package io.salvor.cli.command;

import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.provider.postgresql.rows.RowChange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that other kinds of source have and files have not: said so rather than called unknown.
 */
final class ForeignOptions {
  @Option(
      names = "--map",
      hidden = true,
      paramLabel = "<old=new>",
      description = "what bears another name in the target; may be repeated")
  List<String> map = new ArrayList<>();

  @Option(names = "--map-file", hidden = true)
  @Nullable String mapFile;

  @Option(
      names = "--only",
      hidden = true,
      split = ",",
      paramLabel = "<kinds>",
      description = "with --mode differences: added, changed, deleted; which changes of rows")
  List<String> only = new ArrayList<>();

  @Option(names = "--since", hidden = true)
  @Nullable String since;

  /**
   * Refuses what was given.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  void refuse(String command) {
    if (command.equals("backup") && (!map.isEmpty() || mapFile != null)) {
      refuseMapping();
    }
    if (!only.isEmpty()) {
      throw none(
          "--only",
          "it chooses kinds of entries such as users and groups, and files have no such kinds",
          "choose by patterns with --include and --exclude");
    }
    if (since != null) {
      throw none(
          "--since",
          command.equals("backup")
              ? "it bounds sources that are read by time, and files tell themselves what has"
                  + " changed"
              : "it chooses backups in `salvor list`",
          command.equals("backup")
              ? "leave it out: without --type a backup takes what has changed since the last"
              : "use --at or --hours-ago with latest");
    }
  }

  /**
   * Which changes of rows {@code --only} means; all where it says nothing.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  Set<RowChange.Kind> rows(@Nullable RestoreMode mode) {
    Set<RowChange.Kind> kinds = EnumSet.noneOf(RowChange.Kind.class);
    if (mode == RestoreMode.DIFFERENCES) {
      for (String word : only) {
        kinds.add(
            Words.choose(
                "--only", word, RowChange.Kind.values(), k -> k.name().toLowerCase(Locale.ROOT)));
      }
    }
    return kinds.isEmpty() ? EnumSet.allOf(RowChange.Kind.class) : kinds;
  }

  /** Whether names are to be translated. */
  boolean maps() {
    return !map.isEmpty() || mapFile != null;
  }

  /**
   * Refuses names for a target that has none to be mapped.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  void refuseMapping() {
    throw none(
        mapFile != null ? "--map-file" : "--map",
        "it translates accounts, regions and names of databases and clouds, and files keep theirs",
        "restore to another directory with --to, or a part with --include");
  }

  /**
   * What --map and --map-file say.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  Mapping mapping() {
    Map<String, String> names = new TreeMap<>();
    List<String> pairs = new ArrayList<>();
    if (mapFile != null) {
      try {
        for (String line : Files.readAllLines(Path.of(mapFile), StandardCharsets.UTF_8)) {
          if (!line.isBlank() && !line.startsWith("#")) {
            pairs.add(line.strip());
          }
        }
      } catch (IOException e) {
        throw Words.usage(
            "--map-file cannot be read",
            String.valueOf(e.getMessage()),
            "name a file with a line old=new for each name");
      }
    }
    pairs.addAll(map);
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0 || equals == pair.length() - 1) {
        throw Words.usage(
            "--map cannot be \"" + pair + "\"",
            "it has to be an old name, =, and a new one",
            "write for instance --map public.orders=public.orders_before");
      }
      names.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return new Mapping(names);
  }

  private static RuntimeException none(String option, String why, String remedy) {
    return Words.usage(option + " cannot be used for files", why, remedy);
  }
}
