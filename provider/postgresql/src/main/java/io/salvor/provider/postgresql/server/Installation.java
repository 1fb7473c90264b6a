package io.salvor.provider.postgresql.server;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs of one version of PostgreSQL.
 *
 * @param bin the directory that has {@code postgres}
 * @param major such as 17
 * @param version as the program says it, such as {@code 17.2 (Debian 17.2-1)}
 */
public record Installation(Path bin, int major, String version) {
  private static final Pattern SAYS = Pattern.compile("\\(PostgreSQL\\) ((\\d+)\\S*.*)");

  // Debian, Red Hat, and what people build themselves.
  private static final List<String> USUAL =
      List.of("/usr/lib/postgresql", "/usr/pgsql-*", "/usr/local/pgsql", "/opt/postgresql");

  /** Those that are found in the usual places and on the path, the newest first. */
  public static List<Installation> all() throws IOException {
    return found(Installation::at);
  }

  /** Those of the clients' programs that have this one, by its version; the newest first. */
  public static List<Installation> having(String program) throws IOException {
    // Not where a link leads: it may be to a script that chooses by the name it is called by.
    return found(
        place -> {
          Path tool = place.resolve(program);
          return Files.isExecutable(tool) ? asked(tool, place) : Optional.empty();
        });
  }

  private interface Look {
    Optional<Installation> at(Path place) throws IOException;
  }

  private static List<Installation> found(Look look) throws IOException {
    List<Path> places = new ArrayList<>();
    for (String directory :
        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (!directory.isEmpty()) {
        places.add(Path.of(directory));
      }
    }
    for (String usual : USUAL) {
      for (Path root : matching(Path.of(usual))) {
        places.add(root.resolve("bin"));
        for (Path version : matching(root.resolve("*"))) {
          places.add(version.resolve("bin"));
        }
      }
    }
    List<Installation> found = new ArrayList<>();
    for (Path place : places) {
      look.at(place).filter(one -> found.stream().noneMatch(one::equals)).ifPresent(found::add);
    }
    found.sort(Comparator.comparingInt(Installation::major).reversed());
    return found;
  }

  private static List<Path> matching(Path pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    Path parent = pattern.getParent();
    String name = String.valueOf(pattern.getFileName());
    if (parent != null && Files.isDirectory(parent)) {
      try (DirectoryStream<Path> children = Files.newDirectoryStream(parent, name)) {
        children.forEach(found::add);
      }
    }
    return found;
  }

  /**
   * The one in this directory, or where its server is a link to; empty if there is none, or only
   * the server.
   */
  public static Optional<Installation> at(Path place) throws IOException {
    Path linked = place.resolve("postgres");
    if (!Files.isExecutable(linked)) {
      return Optional.empty();
    }
    Path program = linked.toRealPath();
    Path bin = program.resolve("..").normalize();
    if (!Files.isExecutable(program.resolveSibling("pg_ctl"))) {
      return Optional.empty();
    }
    return asked(program, bin);
  }

  private static Optional<Installation> asked(Path program, Path bin) throws IOException {
    Process process =
        new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
    String says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher matcher = SAYS.matcher(says.strip());
    return matcher.find()
        ? Optional.of(new Installation(bin, Integer.parseInt(matcher.group(2)), matcher.group(1)))
        : Optional.empty();
  }

  /** The newest of a major version. */
  public static Optional<Installation> of(int major) throws IOException {
    return all().stream().filter(one -> one.major == major).findFirst();
  }

  /** One of its programs. */
  public Path program(String name) {
    return bin.resolve(name);
  }
}
