package io.salvor.provider.mysql.follow;

import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import io.salvor.provider.mysql.binlog.BinlogName;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a server tells of its binary log by statements. For one thread. */
final class LogServer implements AutoCloseable {
  private static final int NO_SUCH_STATEMENT = 1064;

  private final Session session;

  /**
   * The files that there are.
   *
   * @param sizes in bytes, by number; the last one grows
   */
  record Files(BinlogName name, SortedMap<Long, Long> sizes) {}

  /** Everything that was acknowledged at a time lies before a place. */
  record Proof(Instant time, BinlogPlace place) {}

  private LogServer(Session session) {
    this.session = session;
  }

  static LogServer open(Endpoint endpoint, Passwords passwords) throws IOException {
    return new LogServer(Session.open(endpoint, passwords, BinlogStream.SILENCE));
  }

  Session session() {
    return session;
  }

  /** What tells the server from others: MySQL's own id, or its number among replicas. */
  String id() throws IOException {
    return session.isMariaDb() ? variable("server_id") : variable("server_uuid");
  }

  /** A setting of the server. */
  String variable(String name) throws IOException {
    return session.query("SELECT @@global." + name + " AS v").getFirst().text("v");
  }

  /** Which files there are, at least one. */
  Files files() throws IOException {
    SortedMap<Long, Long> sizes = new TreeMap<>();
    BinlogName name = new BinlogName("");
    for (Row row : session.query("SHOW BINARY LOGS")) {
      BinlogName.Numbered numbered = BinlogName.parse(row.get("log_name"));
      name = numbered.name();
      sizes.put(numbered.number(), Long.parseLong(row.get("file_size")));
    }
    if (sizes.isEmpty()) {
      throw new IOException("the server has no file of a binary log");
    }
    return new Files(name, sizes);
  }

  /** Its time first, and where it stands then. */
  Proof proof() throws IOException {
    BigDecimal seconds =
        new BigDecimal(session.query("SELECT UNIX_TIMESTAMP(NOW(6)) AS now").getFirst().get("now"));
    Instant time =
        Instant.ofEpochSecond(
            seconds.longValue(), seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue());
    Row row = status().getFirst();
    return new Proof(
        time,
        new BinlogPlace(
            BinlogName.parse(row.get("file")).number(), Long.parseLong(row.get("position"))));
  }

  private List<Row> status() throws IOException {
    try {
      return session.query("SHOW MASTER STATUS");
    } catch (ServerError e) {
      if (e.number() != NO_SUCH_STATEMENT) {
        throw e;
      }
      // MySQL 8.4 and later.
      return session.query("SHOW BINARY LOG STATUS");
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
