package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** Makes, replaces and removes large objects, each in a transaction of its own. */
final class ObjectWriter {
  private static final int PIECE = 256 << 10;

  private final Supply supply;
  private final Outcomes outcomes;

  ObjectWriter(Supply supply, Outcomes outcomes) {
    this.supply = supply;
    this.outcomes = outcomes;
  }

  /** Applies a step, and tells what became of it. */
  void write(ServerConnection connection, long number, Step step) throws IOException {
    long oid = Long.parseLong(new String(step.key().name(), StandardCharsets.UTF_8));
    try {
      Sessions.run(connection, "BEGIN");
      LiveItem planned = step.live();
      if (planned != null) {
        MessageDigest digest = LargeObjects.sha256();
        long size = LargeObjects.read(connection, oid, digest, null);
        String now = HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), 16));
        if (!LiveDatabase.fingerprint(now, size).equals(planned.fingerprint())) {
          Sessions.run(connection, "ROLLBACK");
          outcomes.moved(number, step, "it has been changed since the plan was made");
          return;
        }
        Sessions.run(connection, "SELECT pg_catalog.lo_unlink(" + oid + ")");
      }
      Entry wanted = step.wanted();
      if (wanted == null) {
        Sessions.run(connection, "COMMIT");
        outcomes.removed(number, step);
        return;
      }
      make(connection, oid, step.key(), wanted);
      Sessions.run(connection, "COMMIT");
      about(connection, oid, step, wanted);
      outcomes.done(
          number,
          step,
          LiveDatabase.fingerprint(wanted.attributes().text("digest"), wanted.size()));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      Sessions.run(connection, "ROLLBACK");
      outcomes.failed(number, step, ErrorCode.ENTRY_NOT_RESTORED, Troubles.said(e));
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      Sessions.run(connection, "ROLLBACK");
      outcomes.failed(number, step, e.code(), e.getMessage() + ": it was left as it is");
    }
  }

  private void make(ServerConnection connection, long oid, Key key, Entry wanted)
      throws IOException {
    Sessions.run(connection, "SELECT pg_catalog.lo_create(" + oid + ")");
    long[] at = new long[1];
    supply.read(
        key,
        wanted,
        (bytes, length) -> {
          for (int from = 0; from < length; from += PIECE) {
            int size = Math.min(PIECE, length - from);
            Sessions.run(
                connection,
                "SELECT pg_catalog.lo_put(%d, %d, '\\x%s')"
                    .formatted(oid, at[0], HexFormat.of().formatHex(bytes, from, from + size)));
            at[0] += size;
          }
        });
  }

  /** Owner and grants, as far as they are possible here. */
  private void about(ServerConnection connection, long oid, Step step, Entry wanted)
      throws IOException {
    String owner = wanted.attributes().text("owner");
    String sql =
        (owner.isEmpty()
                ? ""
                : "ALTER LARGE OBJECT " + oid + " OWNER TO " + Sessions.quoted(owner) + ";")
            + wanted.attributes().text("grants");
    try {
      Sessions.run(connection, sql);
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      outcomes.note(
          new Notice("owners-not-kept", step.key().toString(), String.valueOf(e.getMessage())));
    }
  }
}
