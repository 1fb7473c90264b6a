package io.salvor.provider.mysql.follow;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.source.SourceCheck;
import io.salvor.engine.source.SourceCheck.Verdict;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Rights;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whether a server's binary log can be followed, and what of it could be better. */
final class LogChecks {
  private static final int DAY = 86_400;

  private final Session session;
  private final boolean maria;
  private final List<SourceCheck> checks = new ArrayList<>();

  private LogChecks(Session session) throws IOException {
    this.session = session;
    this.maria = session.isMariaDb();
  }

  /** Looks at rights and settings. */
  static List<SourceCheck> of(Session session) throws IOException {
    LogChecks looking = new LogChecks(session);
    looking.rights();
    looking.settings();
    return looking.checks;
  }

  /**
   * Refuses a server that cannot be followed.
   *
   * @throws SalvorException SOURCE_UNREADABLE, with everything that is missing
   */
  static void require(Session session, Endpoint endpoint) throws IOException {
    List<SourceCheck> failed =
        of(session).stream().filter(check -> check.verdict() == Verdict.FAILED).toList();
    if (!failed.isEmpty()) {
      throw new SalvorException(
          ErrorCode.SOURCE_UNREADABLE,
          "The server " + endpoint + " cannot be followed",
          String.join("; ", failed.stream().map(SourceCheck::detail).toList()),
          String.join("; ", failed.stream().map(SourceCheck::remedy).toList()));
    }
  }

  /** Says what has become of a server that was followed already. */
  static void warn(Session session, FollowEvents events) throws IOException {
    for (SourceCheck check : of(session)) {
      if (check.verdict() == Verdict.FAILED) {
        events.warning(check.name(), check.detail() + "; " + check.remedy());
      }
    }
  }

  private void rights() throws IOException {
    Rights rights = Rights.of(session);
    String monitor = maria ? "BINLOG MONITOR" : "REPLICATION CLIENT";
    boolean reads = rights.hasAnywhere("REPLICATION SLAVE");
    boolean sees = rights.hasAnywhere("BINLOG MONITOR", "REPLICATION CLIENT", "SUPER");
    if (reads && sees) {
      checks.add(SourceCheck.ok("log rights", "the account may read the binary log"));
      return;
    }
    if (!reads) {
      checks.add(
          SourceCheck.failed(
              "log rights",
              "the account lacks REPLICATION SLAVE, to read the binary log",
              "Have an administrator run: " + rights.grant("REPLICATION SLAVE", "*.*")));
    }
    if (!sees) {
      checks.add(
          SourceCheck.failed(
              "log rights",
              "the account lacks " + monitor + ", to see where the binary log stands",
              "Have an administrator run: " + rights.grant(monitor, "*.*")));
    }
  }

  private void settings() throws IOException {
    if (!value("log_bin").equals("1")) {
      checks.add(
          SourceCheck.failed(
              "log_bin",
              "the server writes no binary log",
              "Write log_bin = binlog and binlog_format = ROW into the server's configuration,"
                  + " below ["
                  + (maria ? "mariadb" : "mysqld")
                  + "], and restart it"));
      return;
    }
    String format = value("binlog_format");
    checks.add(
        format.isEmpty() || format.equals("ROW")
            ? SourceCheck.ok("binlog_format", "ROW")
            : SourceCheck.failed(
                "binlog_format",
                "binlog_format is " + format + ": changes logged so cannot be applied exactly",
                "SET GLOBAL binlog_format = ROW, and write it into the server's configuration;"
                    + " sessions that are open keep theirs"));
    checks.add(
        value("server_id").equals("0")
            ? SourceCheck.failed(
                "server_id", "server_id is 0: it serves no replicas", "SET GLOBAL server_id = 1")
            : SourceCheck.ok("server_id", value("server_id")));
    if (maria && value("encrypt_binlog").equals("1")) {
      checks.add(
          SourceCheck.failed(
              "encrypt_binlog",
              "encrypt_binlog is on, and encrypted logs cannot be followed",
              "Turn it off in the server's configuration and restart it: the repository encrypts"));
    }
    if (maria && value("binlog_alter_two_phase").equals("1")) {
      checks.add(
          SourceCheck.warning(
              "binlog_alter_two_phase",
              "binlog_alter_two_phase is on: what is logged so is captured, but cannot be applied",
              "SET GLOBAL binlog_alter_two_phase = OFF"));
    }
    checks.add(
        value("binlog_checksum").equals("NONE")
            ? SourceCheck.warning(
                "binlog_checksum",
                "the log has no checksums: what is spoiled on its way is not noticed",
                "SET GLOBAL binlog_checksum = CRC32")
            : SourceCheck.ok("binlog_checksum", value("binlog_checksum")));
    if (!value("sync_binlog").equals("1")) {
      checks.add(
          SourceCheck.warning(
              "sync_binlog",
              "it is "
                  + value("sync_binlog")
                  + ": a crash of the machine may lose the end of the log, and with it what was"
                  + " committed",
              "SET GLOBAL sync_binlog = 1"));
    }
    expiry();
    partial();
  }

  private void expiry() throws IOException {
    String seconds = value("binlog_expire_logs_seconds");
    String kept = seconds.isEmpty() ? value("expire_logs_days") : seconds;
    double time = kept.isEmpty() ? 0 : Double.parseDouble(kept) * (seconds.isEmpty() ? DAY : 1);
    if (time == 0) {
      checks.add(
          SourceCheck.warning(
              "binlog_expire",
              "the server keeps its log forever, until its disk is full",
              "SET GLOBAL binlog_expire_logs_seconds = 259200"));
    } else if (time < DAY) {
      checks.add(
          SourceCheck.warning(
              "binlog_expire",
              "the server deletes its log after "
                  + (long) time
                  + " s: a follower that is out of reach for longer leaves a gap",
              "SET GLOBAL binlog_expire_logs_seconds = 259200"));
    } else {
      checks.add(SourceCheck.ok("binlog_expire", "the log is kept for " + (long) time + " s"));
    }
  }

  /** Databases, or changes of another server, that are not logged at all. */
  private void partial() throws IOException {
    try {
      for (Row row : session.query("SHOW MASTER STATUS")) {
        String left = row.text("binlog_do_db") + row.text("binlog_ignore_db");
        if (!left.isEmpty()) {
          checks.add(
              SourceCheck.warning(
                  "binlog_do_db",
                  "not all databases are logged: binlog_do_db or binlog_ignore_db names " + left,
                  "Remove it from the server's configuration and restart it"));
        }
      }
      if (!session.query("SHOW SLAVE STATUS").isEmpty() && value("log_slave_updates").equals("0")) {
        checks.add(
            SourceCheck.failed(
                "log_slave_updates",
                "the server is a replica, and does not log what it replicates",
                "Write log_slave_updates = ON into its configuration and restart it, or follow"
                    + " its primary"));
      }
    } catch (ServerError e) {
      // Not to be told: another check says which right is missing, and MySQL has other words.
      if (e.fatal()) {
        throw e;
      }
    }
  }

  /** A setting; empty if the server does not know it. */
  private String value(String name) throws IOException {
    try {
      return session.query("SELECT @@global." + name + " AS v").getFirst().text("v");
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      return "";
    }
  }
}
