package io.salvor.provider.mysql.follow;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.SourceCheck;
import io.salvor.engine.source.SourceCheck.Verdict;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Rights;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import io.salvor.provider.mysql.Troubles;
import io.salvor.provider.mysql.logical.Databases;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks whether databases can be backed up and followed. */
final class ServerCheck {
  private static final Duration MOST_SKEW = Duration.ofSeconds(5);
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final int OLDEST = 1005;
  private static final int PROVEN = 1011;

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final InstantSource clock;
  private final List<SourceCheck> checks = new ArrayList<>();

  ServerCheck(Endpoint endpoint, Passwords passwords, InstantSource clock) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.clock = clock;
  }

  List<SourceCheck> run() {
    try (Session session = Session.open(endpoint, passwords)) {
      version(session);
      rights(session);
      // A backup needs nothing of these: who does not follow can do without.
      for (SourceCheck check : LogChecks.of(session)) {
        checks.add(
            check.verdict() == Verdict.FAILED
                ? SourceCheck.warning(
                    check.name(), check.detail() + ", so it cannot be followed", check.remedy())
                : check);
      }
      room(session);
      clock(session);
    } catch (IOException e) {
      SalvorException told = Troubles.ofSource(endpoint).told(e);
      checks.add(SourceCheck.failed("server", told.why(), told.remedy()));
    }
    return checks;
  }

  private void version(Session session) throws IOException {
    String version = session.version();
    Matcher matcher = VERSION.matcher(version);
    int number =
        matcher.matches()
            ? 100 * Integer.parseInt(matcher.group(1)) + Integer.parseInt(matcher.group(2))
            : 0;
    if (!session.isMariaDb()) {
      checks.add(
          SourceCheck.warning(
              "server",
              "it is MySQL " + version + ", which nobody has tried this version with",
              "make a backup and restore it, before you rely on it"));
    } else if (number < OLDEST) {
      checks.add(
          SourceCheck.warning(
              "server",
              "it is " + version + ", older than what this version was tried with",
              "make a backup and restore it, before you rely on it"));
    } else if (number > PROVEN) {
      checks.add(
          SourceCheck.warning(
              "server",
              "it is " + version + ", newer than what this version was tried with",
              "make a backup and restore it, before you rely on it"));
    } else {
      checks.add(SourceCheck.ok("server", version));
    }
  }

  private void rights(Session session) throws IOException {
    Rights rights = Rights.of(session);
    int missing = checks.size();
    List<String> databases = Databases.of(session, endpoint);
    for (String database : databases) {
      String on = Session.quoted(database) + ".*";
      for (String right : List.of("SELECT", "SHOW VIEW", "TRIGGER", "EVENT")) {
        if (!rights.has(right, database)) {
          checks.add(
              SourceCheck.failed(
                  "rights",
                  endpoint.user() + " lacks " + right + " on " + database,
                  "Have an administrator run: " + rights.grant(right, on)));
        }
      }
      if (!rights.seesRoutines(database)) {
        checks.add(
            SourceCheck.failed(
                "rights",
                endpoint.user() + " may not see the routines of " + database,
                "Have an administrator run: " + rights.grant("SELECT", "mysql.proc")));
      }
    }
    if (!rights.hasAnywhere("RELOAD")) {
      checks.add(
          SourceCheck.warning(
              "rights",
              endpoint.user() + " lacks RELOAD: tables are read one after the other",
              "Have an administrator run: " + rights.grant("RELOAD", "*.*")));
    }
    if (checks.size() == missing) {
      checks.add(
          SourceCheck.ok(
              "rights", endpoint.user() + " may read all of " + String.join(", ", databases)));
    }
  }

  private void room(Session session) throws IOException {
    long data = 0;
    List<String> databases = Databases.of(session, endpoint);
    for (Row row :
        session.query(
            "SELECT TABLE_SCHEMA AS db, SUM(DATA_LENGTH) AS bytes FROM information_schema.TABLES"
                + " GROUP BY 1")) {
      if (databases.contains(row.text("db")) && !row.text("bytes").isEmpty()) {
        data += Long.parseLong(row.text("bytes"));
      }
    }
    String log;
    try {
      long bytes = 0;
      for (Row row : session.query("SHOW BINARY LOGS")) {
        bytes += Long.parseLong(row.get("file_size"));
      }
      log = "the binary log has " + (bytes >> 20) + " MiB";
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      log = "how much the binary log takes is not to be seen";
    }
    checks.add(
        SourceCheck.ok(
            "room", "tables have about " + (data >> 20) + " MiB without indexes; " + log));
  }

  private void clock(Session session) throws IOException {
    Instant before = clock.instant();
    String now =
        session
            .query("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED) AS ms")
            .getFirst()
            .get("ms");
    Duration skew = Duration.between(before, Instant.ofEpochMilli(Long.parseLong(now))).abs();
    checks.add(
        skew.compareTo(MOST_SKEW) > 0
            ? SourceCheck.warning(
                "clock",
                "the server's differs from this machine's by "
                    + skew.toSeconds()
                    + " s, and times to restore to are the server's",
                "let both follow the same time service")
            : SourceCheck.ok("clock", "the server's agrees with this machine's"));
  }
}
