package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks whether a server that has just recovered is sound: whether each database lets itself be
 * opened, and its B-trees are in order where amcheck is there to tell. It leaves nothing behind.
 *
 * @see <a href="https://www.postgresql.org/docs/current/amcheck.html">amcheck</a>
 */
final class Soundness {
  /** Indexes of a database are all looked at up to this size; else those of its catalogs. */
  private static final long MOST_BYTES = 1L << 30;

  private static final String INDEXES =
      " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
          + " WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p'"
          + " AND i.indisready AND i.indisvalid";

  /** The extension is not installed on this machine. */
  private static final List<String> NOT_THERE = List.of("0A000", "58P01");

  private final ServerProcess server;
  private final String superuser;
  private final Path data;
  private final Progress progress;

  private int databases;
  private long indexes;
  private boolean amcheck = true;
  private final List<String> catalogsOnly = new ArrayList<>();

  /**
   * What was looked at.
   *
   * @param databases that were opened
   * @param indexes that were checked
   * @param amcheck whether it was there
   * @param catalogsOnly databases of which only the catalogs' indexes were checked
   */
  public record Report(int databases, long indexes, boolean amcheck, List<String> catalogsOnly) {
    static final Report NONE = new Report(0, 0, false, List.of());

    public Report {
      catalogsOnly = List.copyOf(catalogsOnly);
    }
  }

  Soundness(ServerProcess server, String superuser, Path data, Progress progress) {
    this.server = server;
    this.superuser = superuser;
    this.data = data;
    this.progress = progress;
  }

  /**
   * Looks.
   *
   * @throws SalvorException RESTORE_MISMATCH with what the server says is wrong
   */
  Report check() throws IOException {
    List<String> names = new ArrayList<>();
    try (ServerConnection connection = open("template1")) {
      for (Row row :
          connection.query("SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname")) {
        names.add(row.get("datname"));
      }
    }
    for (String name : names) {
      progress.checkCancelled();
      progress.current(name);
      try (ServerConnection connection = open(name)) {
        check(connection, name);
        databases++;
      } catch (ServerError e) {
        throw new SalvorException(
            ErrorCode.RESTORE_MISMATCH,
            "The cluster in " + data + " was recovered, and its database " + name + " is not sound",
            e.getMessage() + " (SQLSTATE " + e.state() + ")",
            "Restore an earlier backup, and look whether the source has the same damage with"
                + " pg_amcheck",
            e);
      }
    }
    return new Report(databases, indexes, amcheck, catalogsOnly);
  }

  private ServerConnection open(String database) throws IOException {
    return ServerConnection.open(
        server.endpoint(superuser, database), Purpose.SQL, Passwords.NONE, notice -> {});
  }

  private void check(ServerConnection connection, String name) throws IOException {
    Row size =
        connection
            .query("SELECT coalesce(sum(pg_relation_size(c.oid)), 0) AS bytes" + INDEXES)
            .getFirst();
    boolean all = Long.parseLong(size.get("bytes")) <= MOST_BYTES;
    if (!amcheck) {
      return;
    }
    // Rolled back: the database is not given an extension that it had not.
    var _ = connection.query("BEGIN");
    try {
      var _ = connection.query("CREATE EXTENSION IF NOT EXISTS amcheck");
    } catch (ServerError e) {
      if (!NOT_THERE.contains(e.state())) {
        throw e;
      }
      amcheck = false;
      var _ = connection.query("ROLLBACK");
      return;
    }
    String schema =
        connection
            .query(
                "SELECT quote_ident(n.nspname) AS name FROM pg_extension e"
                    + " JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'")
            .getFirst()
            .get("name");
    String which = all ? "" : " AND c.relnamespace = 'pg_catalog'::regnamespace";
    List<Row> counted =
        connection.query(
            "SELECT count(*) AS n FROM (SELECT "
                + schema
                + ".bt_index_check(c.oid)"
                + INDEXES
                + which
                + " OFFSET 0) AS checked");
    indexes += Long.parseLong(counted.getFirst().get("n"));
    if (!all) {
      catalogsOnly.add(name);
    }
    var _ = connection.query("ROLLBACK");
  }
}
