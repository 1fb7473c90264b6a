package io.salvor.provider.postgresql.recovery;

import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a data directory whose own lay elsewhere, as Debian has it: without one no
 * server starts on it.
 */
final class Configuration {
  /** What a server that replays WAL must have at least as large as the one that wrote it. */
  private static final Map<String, String> AT_LEAST = new LinkedHashMap<>();

  static {
    AT_LEAST.put("max_connections setting", "max_connections");
    AT_LEAST.put("max_worker_processes setting", "max_worker_processes");
    AT_LEAST.put("max_wal_senders setting", "max_wal_senders");
    AT_LEAST.put("max_prepared_xacts setting", "max_prepared_transactions");
    AT_LEAST.put("max_locks_per_xact setting", "max_locks_per_transaction");
  }

  private static final List<String> ACCESS =
      List.of(
          "local all all peer",
          "host all all 127.0.0.1/32 scram-sha-256",
          "host all all ::1/128 scram-sha-256");

  private Configuration() {}

  /**
   * Writes what is missing.
   *
   * @return the names of the files that were made
   */
  static List<String> complete(Path data, Installation programs, OsUser user)
      throws IOException, InterruptedException {
    List<String> made = new ArrayList<>();
    Path settings = data.resolve("postgresql.conf");
    if (Files.notExists(settings)) {
      write(settings, settings(data, programs), user);
      made.add("postgresql.conf");
    }
    Path access = data.resolve("pg_hba.conf");
    if (Files.notExists(access)) {
      write(access, ACCESS, user);
      made.add("pg_hba.conf");
    }
    return made;
  }

  private static void write(Path file, List<String> lines, OsUser user) throws IOException {
    Files.write(file, lines);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    user.own(file);
  }

  private static List<String> settings(Path data, Installation programs)
      throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    lines.add("# The source kept its configuration outside its data directory.");
    ProcessBuilder builder =
        new ProcessBuilder(programs.program("pg_controldata").toString(), "-D", data.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    String says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("pg_controldata: " + says.strip());
    }
    for (String line : says.lines().toList()) {
      int colon = line.indexOf(':');
      String setting = colon < 0 ? null : AT_LEAST.get(line.substring(0, colon));
      if (setting != null) {
        lines.add(setting + " = " + line.substring(colon + 1).strip());
      }
    }
    return lines;
  }
}
