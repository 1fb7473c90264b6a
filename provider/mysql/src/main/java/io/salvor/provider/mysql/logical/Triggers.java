package io.salvor.provider.mysql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes the triggers of a table away while its rows are written, and makes them again: the server
 * cannot silence them. What cannot be made again is not taken away.
 */
final class Triggers {
  private static final int THERE = 1359;
  private static final int NOT_ALLOWED = 1227;

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Outcomes outcomes;

  Triggers(Endpoint endpoint, Passwords passwords, Outcomes outcomes) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.outcomes = outcomes;
  }

  /** Those of a table, in the order in which they are made. */
  List<Definition> of(Session session, Names.Name name) throws ServerError {
    List<Definition> triggers = new ArrayList<>();
    List<Row> some =
        session.query(
            """
            SELECT 1 AS one FROM information_schema.TRIGGERS
            WHERE TRIGGER_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? LIMIT 1
            """,
            name.database(),
            name.table());
    if (some.isEmpty()) {
      return triggers;
    }
    Key rows = Keys.table(name.database(), name.table());
    for (Definition one : Definitions.of(session, name.database(), (key, why) -> {})) {
      if (one.type() == Type.TRIGGER && Objects.equals(rows, Keys.rows(one.key()))) {
        triggers.add(one);
      }
    }
    return triggers;
  }

  /**
   * Why one of them could not be made again as it is; null if all can. It is tried while they are
   * there: the server looks at rights and texts before it says that the name is taken.
   */
  @Nullable String obstacle(Session session, Names.Name name, List<Definition> triggers)
      throws ServerError {
    for (Definition one : triggers) {
      try {
        Statements.run(session, name.database(), one.sql(), one.attributes());
      } catch (ServerError e) {
        if (e.fatal()) {
          throw e;
        }
        if (e.number() != THERE) {
          return "its trigger "
              + Session.quoted(one.name())
              + " could not be made again after its rows: "
              + e.said()
              + (e.number() == NOT_ALLOWED
                  ? "; only an administrator can, for it runs with the rights of another"
                  : "")
              + ": it was left as it is";
        }
      }
    }
    return null;
  }

  /** Takes them away. */
  void drop(Session session, Names.Name name, List<Definition> triggers) throws ServerError {
    for (Definition one : triggers) {
      Statements.drop(session, name.database(), Type.TRIGGER, one.name());
    }
  }

  /** Makes them again, by a session of its own if need be: the restore may have been broken off. */
  void again(Session session, Names.Name name, List<Definition> triggers) throws IOException {
    try {
      again(session, name.database(), triggers);
    } catch (ServerError e) {
      if (!e.fatal()) {
        throw e;
      }
      try (Session other = Statements.session(endpoint, passwords)) {
        again(other, name.database(), triggers);
      }
    }
  }

  private void again(Session session, String database, List<Definition> triggers)
      throws ServerError {
    for (Definition one : triggers) {
      try {
        if (!Statements.make(session, database, one.sql(), one.attributes())) {
          outcomes.note(
              new Notice(
                  "definer-not-kept",
                  one.key().toString(),
                  "it was made again while rows were restored, and runs with the rights of whoever"
                      + " restored them: only an administrator can make it run with those of"
                      + " another"));
        }
      } catch (ServerError e) {
        if (e.fatal()) {
          throw e;
        }
        if (e.number() != THERE) {
          outcomes.incomplete(
              one.key().toString(),
              ErrorCode.ENTRY_NOT_RESTORED,
              "it was taken away while rows were restored, and could not be made again; the undo"
                  + " of this restore keeps it: "
                  + e.said());
        }
      }
    }
  }
}
