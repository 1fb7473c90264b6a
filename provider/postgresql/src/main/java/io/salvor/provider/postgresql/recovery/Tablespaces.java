package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Notice;
import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where the tablespaces of a restored cluster come to lie: in places that were named, or as
 * directories inside the data directory, never where they were on the source's machine unless that
 * is asked for.
 *
 * @see <a href="https://www.postgresql.org/docs/current/storage-file-layout.html">pg_tblspc</a>
 */
public final class Tablespaces {
  /** Those of a cluster without any. */
  public static final Tablespaces NONE = new Tablespaces(Map.of(), Map.of());

  private final Map<String, String> sources;
  private final Map<String, Path> places;

  private Tablespaces(Map<String, String> sources, Map<String, Path> places) {
    this.sources = sources;
    this.places = places;
  }

  /**
   * Reads what the backup says of them.
   *
   * @param map the backup's {@code tablespace_map}: lines of a number and a path, line ends in
   *     which are escaped by backslashes
   * @param names new paths by old ones
   * @throws SalvorException USAGE if one is named that the cluster has not, or a place cannot be
   *     one; TARGET_UNUSABLE if something lies there
   */
  public static Tablespaces read(byte[] map, Map<String, String> names) throws IOException {
    Map<String, String> sources = new TreeMap<>();
    for (String line : new String(map, StandardCharsets.UTF_8).split("(?<!\\\\)\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0) {
        sources.put(
            line.substring(0, space), line.substring(space + 1).replaceAll("\\\\(.)", "$1"));
      }
    }
    Map<String, Path> places = new TreeMap<>();
    for (Map.Entry<String, String> name : names.entrySet()) {
      String number =
          sources.entrySet().stream()
              .filter(source -> source.getValue().equals(name.getKey()))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow(() -> unknown(name.getKey(), sources));
      places.put(number, place(name.getValue()));
    }
    return new Tablespaces(sources, places);
  }

  private static SalvorException unknown(String name, Map<String, String> sources) {
    return new SalvorException(
        ErrorCode.USAGE,
        "--map cannot translate " + name,
        sources.isEmpty()
            ? "the cluster has no tablespaces beside its data directory"
            : "the cluster's tablespaces are " + String.join(", ", sources.values()),
        "name one of them as --map <old path>=<new path>");
  }

  private static Path place(String name) throws IOException {
    Path place = Path.of(name);
    if (!place.isAbsolute()) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "A tablespace cannot be put into " + name,
          "that is no absolute path",
          "write it from / on");
    }
    if (Files.isDirectory(place)) {
      try (DirectoryStream<Path> there = Files.newDirectoryStream(place)) {
        if (!there.iterator().hasNext()) {
          return place;
        }
      }
    } else if (Files.notExists(place)) {
      return place;
    }
    throw new SalvorException(
        ErrorCode.TARGET_UNUSABLE,
        "A tablespace cannot be put into " + place,
        "there is something already",
        "name an empty directory, or one that does not exist");
  }

  /**
   * The links by which a data directory that is there leads to those of its tablespaces that the
   * backup has as well, by their paths in it.
   */
  public Map<Path, Path> linked(Path data) throws IOException {
    return linked(data, sources.keySet());
  }

  /** The same of all tablespaces of a data directory; none if it is not one. */
  public static Map<Path, Path> allLinked(Path data) throws IOException {
    Path inside = data.resolve("pg_tblspc");
    Set<String> numbers = new TreeSet<>();
    if (Files.isDirectory(inside)) {
      try (DirectoryStream<Path> there = Files.newDirectoryStream(inside, "[0-9]*")) {
        there.forEach(each -> numbers.add(String.valueOf(each.getFileName())));
      }
    }
    return linked(data, numbers);
  }

  private static Map<Path, Path> linked(Path data, Set<String> numbers) throws IOException {
    Map<Path, Path> linked = new TreeMap<>();
    for (String number : numbers) {
      Path inside = Path.of("pg_tblspc", number);
      Path link = data.resolve(inside);
      if (Files.isSymbolicLink(link) && Files.isDirectory(link)) {
        linked.put(inside, link.toRealPath());
      }
    }
    return linked;
  }

  /** What a person should know ahead of a restore to a data directory. */
  List<Notice> notices(Path data) {
    List<Notice> notices = new ArrayList<>();
    sources.forEach(
        (number, source) -> {
          if (!places.containsKey(number)
              && !Files.isSymbolicLink(data.resolve("pg_tblspc").resolve(number))) {
            notices.add(
                new Notice(
                    "tablespace-inside",
                    "pg_tblspc/" + number,
                    "the tablespace that was in "
                        + source
                        + " comes to lie inside the data directory; --map "
                        + source
                        + "=<directory> puts it elsewhere"));
          }
        });
    return notices;
  }

  /** Takes those that were restored into the data directory to their places, durably. */
  void settle(Path data, OsUser user) throws IOException, InterruptedException {
    for (Map.Entry<String, Path> each : places.entrySet()) {
      Path inside = data.resolve("pg_tblspc").resolve(each.getKey());
      Path place = each.getValue();
      if (Files.isSymbolicLink(inside)) {
        continue;
      }
      Path parent = place.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      move(inside, place);
      Files.createSymbolicLink(inside, place);
      user.own(inside);
    }
  }

  private static void move(Path from, Path to) throws IOException, InterruptedException {
    try {
      // Takes the place of an empty directory, too.
      var _ = Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      // Another file system.
      run("cp", "-a", "--", from + "/.", Files.createDirectories(to).toString());
      run("chown", "--reference=" + from, "--", to.toString());
      run("chmod", "--reference=" + from, "--", to.toString());
      run("sync", "-f", "--", to.toString());
      run("rm", "-rf", "--", from.toString());
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new FileSystemException(command[command.length - 1], null, says.strip());
    }
  }
}
