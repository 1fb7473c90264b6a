package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.SourceCheck;
import io.salvor.provider.postgresql.ServerFailures;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.server.Installation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Looks whether a cluster can be backed up, followed, and restored on this machine. */
final class ClusterCheck {
  private static final int OLDEST = 15;
  private static final int NEWEST = 18;
  private static final int SUMMARIES = 17;
  private static final Duration MOST_SKEW = Duration.ofSeconds(5);

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final InstantSource clock;
  private final List<SourceCheck> checks = new ArrayList<>();

  ClusterCheck(Endpoint endpoint, Passwords passwords, InstantSource clock) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.clock = clock;
  }

  List<SourceCheck> run() {
    try (ServerConnection connection =
        ServerConnection.open(
            endpoint,
            Purpose.REPLICATION,
            login -> passwords.of(login.in("replication")),
            notice -> {})) {
      checks.add(
          SourceCheck.ok(
              "rights", endpoint.user() + " may replicate, which is all that a backup needs"));
      int major = version(connection);
      programs(major);
      settings(connection, major);
    } catch (IOException e) {
      SalvorException told = ServerFailures.told(e, endpoint);
      checks.add(SourceCheck.failed("server", told.why(), told.remedy()));
      return checks;
    }
    statements();
    return checks;
  }

  private int version(ServerConnection connection) throws IOException {
    int major = connection.major();
    String version = connection.parameters().getOrDefault("server_version", "");
    if (major < OLDEST) {
      checks.add(
          SourceCheck.failed(
              "server",
              "it is PostgreSQL " + version + ", whose base backups come in another form",
              "upgrade to PostgreSQL " + OLDEST + " or newer, or back it up with postgresql://"));
    } else if (major > NEWEST) {
      checks.add(
          SourceCheck.warning(
              "server",
              "it is PostgreSQL " + version + ", newer than what this version was tried with",
              "make a backup and restore it, before you rely on it"));
    } else {
      checks.add(SourceCheck.ok("server", "PostgreSQL " + version));
    }
    return major;
  }

  private void programs(int major) throws IOException {
    checks.add(
        Installation.of(major)
            .map(
                found -> SourceCheck.ok("programs", found.bin() + " can run what is restored here"))
            .orElseGet(
                () ->
                    SourceCheck.warning(
                        "programs",
                        "no server of PostgreSQL "
                            + major
                            + " is installed on this machine, so no"
                            + " backup can be restored here",
                        "install the package postgresql-" + major)));
  }

  private void settings(ServerConnection connection, int major) throws IOException {
    String level = show(connection, "wal_level");
    checks.add(
        level.equals("minimal")
            ? SourceCheck.failed(
                "wal_level",
                "it is minimal: what is written is not logged in full",
                "ALTER SYSTEM SET wal_level = replica; then restart the server")
            : SourceCheck.ok("wal_level", level));
    int senders = Integer.parseInt(show(connection, "max_wal_senders"));
    checks.add(
        senders < 2
            ? SourceCheck.warning(
                "wal senders",
                "there is room for "
                    + senders
                    + ": a backup and a follower do not fit beside each"
                    + " other",
                "ALTER SYSTEM SET max_wal_senders = 10; then restart the server")
            : SourceCheck.ok("wal senders", "room for " + senders));
    int slots = Integer.parseInt(show(connection, "max_replication_slots"));
    checks.add(
        slots == 0
            ? SourceCheck.warning(
                "slots",
                "there is no room for a replication slot, which `salvor follow` needs",
                "ALTER SYSTEM SET max_replication_slots = 10; then restart the server")
            : SourceCheck.ok("slots", "room for " + slots));
    checks.add(
        show(connection, "data_checksums").equals("off")
            ? SourceCheck.warning(
                "checksums",
                "the server's pages have none: what its disk spoils is backed up as it is",
                "stop the server, run pg_checksums --enable, and start it")
            : SourceCheck.ok("checksums", "pages have them"));
    if (show(connection, "fsync").equals("off")) {
      checks.add(
          SourceCheck.warning(
              "fsync",
              "it is off: a loss of power loses what was committed",
              "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf()"));
    }
    if (show(connection, "full_page_writes").equals("off")) {
      checks.add(
          SourceCheck.warning(
              "full_page_writes",
              "it is off: a backup of this server may come out torn after a crash",
              "ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf()"));
    }
    if (major >= SUMMARIES && show(connection, "summarize_wal").equals("off")) {
      checks.add(
          SourceCheck.warning(
              "summaries",
              "the server does not note which blocks change, so that each backup reads all of them",
              "ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf()"));
    }
  }

  private static String show(ServerConnection connection, String name) throws IOException {
    return connection.query("SHOW " + name).getFirst().get(name);
  }

  /** What only statements tell; a login that may replicate need not have a database to enter. */
  private void statements() {
    try (ServerConnection connection =
        ServerConnection.open(endpoint.in("postgres"), Purpose.SQL, passwords, notice -> {})) {
      clock(connection);
      slots(connection);
    } catch (IOException e) {
      checks.add(
          SourceCheck.skipped(
              "clock",
              endpoint.user()
                  + " cannot enter the database postgres: "
                  + (e instanceof ServerError ? e.getMessage() : e.toString())));
    }
  }

  private void clock(ServerConnection connection) throws IOException {
    Instant before = clock.instant();
    Row row =
        connection
            .query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms")
            .getFirst();
    Instant there = Instant.ofEpochMilli(Long.parseLong(row.get("ms")));
    Duration skew = Duration.between(before, there).abs();
    checks.add(
        skew.compareTo(MOST_SKEW) > 0
            ? SourceCheck.warning(
                "clock",
                "the server's differs from this machine's by "
                    + skew.toSeconds()
                    + " s, and times"
                    + " to restore to are the server's",
                "let both follow the same time service")
            : SourceCheck.ok("clock", "the server's agrees with this machine's"));
  }

  private void slots(ServerConnection connection) throws IOException {
    for (Row row :
        connection.query(
            "SELECT slot_name, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS kept"
                + " FROM pg_replication_slots WHERE NOT active AND NOT pg_is_in_recovery()"
                + " AND restart_lsn IS NOT NULL ORDER BY slot_name")) {
      long kept = Long.parseLong(row.get("kept"));
      String name = row.get("slot_name");
      checks.add(
          SourceCheck.warning(
              "slot " + name,
              "nobody reads from it, and the server keeps "
                  + (kept >> 20)
                  + " MiB of WAL for whom it belongs to, until its disk is full",
              "start who reads from it, or SELECT pg_drop_replication_slot('" + name + "')"));
    }
  }
}
