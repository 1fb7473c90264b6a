package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.server.Installation;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The {@code pg_dump} that fits a server: of its own version or a newer one, for an older one
 * refuses it.
 */
final class DumpTool {
  private static final int LAST_WORDS = 2000;

  /** Finds programs of PostgreSQL's clients on this machine. */
  interface Finder {
    List<Installation> all() throws IOException;
  }

  private final Installation programs;

  private DumpTool(Installation programs) {
    this.programs = programs;
  }

  /**
   * The one for a server.
   *
   * @param purpose what cannot be done without it
   * @throws SalvorException SOURCE_UNREADABLE, with the package that has it
   */
  static DumpTool of(int major, String purpose, Finder finder) throws IOException {
    List<Installation> found = finder.all();
    Optional<Installation> fitting =
        found.stream()
            .filter(one -> one.major() >= major)
            .min(Comparator.comparingInt(Installation::major));
    if (fitting.isPresent()) {
      return new DumpTool(fitting.get());
    }
    throw new SalvorException(
        ErrorCode.SOURCE_UNREADABLE,
        purpose,
        found.isEmpty()
            ? "pg_dump is not installed here, and its definitions are read with it"
            : "The newest pg_dump here is of version "
                + found.getFirst().major()
                + ", and it refuses a server of version "
                + major,
        "Install postgresql-client-"
            + major
            + " (Debian, Ubuntu) or postgresql"
            + major
            + " (Red Hat), or a newer one");
  }

  /**
   * Reads the definitions of a database.
   *
   * <p>What the tool says though it goes on is told line by line.
   *
   * @param snapshot in which they are read
   * @param without tables to be left out, qualified and quoted
   * @param said takes what it says besides
   * @throws Refused if it has failed
   */
  List<Archive.Item> definitions(
      Endpoint endpoint,
      Passwords passwords,
      String snapshot,
      boolean recode,
      List<String> without,
      Consumer<String> said)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                programs.program("pg_dump").toString(),
                "--format=custom",
                "--schema-only",
                "--compress=0",
                "--no-password",
                "--snapshot=" + snapshot,
                "--dbname=" + conninfo(endpoint)));
    if (recode) {
      command.add("--encoding=UTF8");
    }
    without.forEach(table -> command.add("--exclude-table=" + table));
    Path words = Files.createTempFile("salvor-pg-dump", ".log");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(words.toFile());
      environment(builder, endpoint, passwords);
      Process process = builder.start();
      try (InputStream out = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
        process.getOutputStream().close();
        List<Archive.Item> items;
        try {
          items = Archive.read(out);
          long _ = out.skip(Long.MAX_VALUE);
        } catch (IOException e) {
          throw process.waitFor() == 0 ? e : new Refused(lastWords(words));
        }
        out.readAllBytes();
        if (process.waitFor() != 0) {
          throw new Refused(lastWords(words));
        }
        lastWords(words).lines().filter(line -> !line.isBlank()).forEach(said);
        return items;
      } finally {
        process.destroy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SalvorException(
          ErrorCode.INTERRUPTED, "pg_dump was interrupted", "the command was", "run it again", e);
    } finally {
      Files.deleteIfExists(words);
    }
  }

  /** What the tool has said when it gave up. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String words) {
      super(words);
    }

    String words() {
      return String.valueOf(getMessage());
    }
  }

  private static String lastWords(Path file) throws IOException {
    String words = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    return words.length() <= LAST_WORDS ? words : words.substring(words.length() - LAST_WORDS);
  }

  /** Nobody else's settings count but those that the endpoint has. */
  private static void environment(ProcessBuilder builder, Endpoint endpoint, Passwords passwords)
      throws IOException {
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    char[] password = passwords.of(endpoint);
    if (password != null) {
      builder.environment().put("PGPASSWORD", new String(password));
      Arrays.fill(password, '\0');
    }
  }

  private static String conninfo(Endpoint endpoint) {
    StringBuilder info = new StringBuilder();
    add(info, "host", endpoint.host());
    add(info, "port", String.valueOf(endpoint.port()));
    add(info, "user", endpoint.user());
    add(info, "dbname", endpoint.database());
    add(info, "sslmode", endpoint.tls().word());
    if (endpoint.trusted() != null) {
      add(info, "sslrootcert", endpoint.trusted().toString());
    }
    add(info, "application_name", "salvor");
    return info.toString();
  }

  private static void add(StringBuilder info, String name, String value) {
    info.append(info.isEmpty() ? "" : " ")
        .append(name)
        .append("='")
        .append(value.replace("\\", "\\\\").replace("'", "\\'"))
        .append('\'');
  }
}
