package io.salvor.provider.mysql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.logical.DatabaseApplier.Numbered;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes, replaces and drops objects; each statement is a transaction of its own. */
final class DefinitionWriter {
  // A view that needs another, or a routine, that is not there yet.
  private static final Set<Integer> NEEDS = Set.of(ServerError.NO_TABLE, 1356, 1305, 1449);
  private static final Set<Integer> THERE = Set.of(1050, 1304, 1359, 1537, 1007);
  private static final Pattern CREATE = Pattern.compile("^CREATE ");
  private static final String UTC = "+00:00";

  private final Session session;
  private final Names names;
  private final BlobSource blobs;
  private final Outcomes outcomes;
  private final Map<Key, Definition> now;
  private final boolean replaces;

  /**
   * A writer.
   *
   * @param now what is there of what is changed or deleted
   */
  DefinitionWriter(
      Session session, Names names, BlobSource blobs, Outcomes outcomes, Map<Key, Definition> now)
      throws ServerError {
    this.session = session;
    this.names = names;
    this.blobs = blobs;
    this.outcomes = outcomes;
    this.now = now;
    this.replaces = session.isMariaDb();
  }

  private boolean isAsPlanned(Step step) {
    LiveItem planned = step.live();
    Definition found = now.get(step.key());
    return planned == null
        || (found != null
            && planned
                .fingerprint()
                .equals(LiveDatabases.fingerprint(found.sql(), found.attributes())));
  }

  /** The database of the target that an object lies in. */
  private String database(Key key) {
    Key rows = Keys.rows(key);
    return rows == null ? names.database(Keys.database(key)) : names.table(rows).database();
  }

  private String name(Step step) {
    Key rows = Keys.rows(step.key());
    Attributes attributes = step.entry().attributes();
    return attributes.text("type").equals(Type.TABLE.word()) && rows != null
        ? names.table(rows).table()
        : attributes.text("name");
  }

  /** Makes objects, again and again as long as that lets others be made. */
  void make(List<Numbered> steps) throws IOException {
    List<Numbered> left = new ArrayList<>(steps);
    for (boolean going = true; going; ) {
      going = false;
      for (Numbered one : List.copyOf(left)) {
        ServerError refused = make(one);
        if (refused == null) {
          left.remove(one);
          going = true;
        }
      }
    }
    for (Numbered one : left) {
      ServerError refused = make(one);
      if (refused != null) {
        fail(one, refused.said());
      }
    }
  }

  private void fail(Numbered one, String why) {
    outcomes.failed(one.number(), one.step(), ErrorCode.ENTRY_NOT_RESTORED, why);
  }

  /** What an object needs that is not there yet; null if it was made, or what became of it told. */
  private @Nullable ServerError make(Numbered one) throws IOException {
    Step step = one.step();
    Entry wanted = step.wanted();
    Type type = one.type();
    if (wanted == null || type == null) {
      throw new IllegalArgumentException("nothing to make: " + step.key());
    }
    if (!isAsPlanned(step)) {
      outcomes.moved(one.number(), step, "its definition has been changed since the plan was made");
      return null;
    }
    boolean update = step.change() instanceof Change.Update;
    if (update && type.isKept()) {
      fail(one, "it is there with another definition, and was left as it is");
      return null;
    }
    try {
      String sql = names.renamed(step.key(), DatabaseTarget.sql(blobs, wanted));
      Attributes attributes = wanted.attributes();
      if (hasNoZone(type, wanted)) {
        attributes = attributes.with("time-zone", UTC);
        outcomes.note(inUtc(step));
      }
      if (update && replaces) {
        // What others were granted on it stays, and what is there stays if this is refused.
        run(step, CREATE.matcher(sql).replaceFirst("CREATE OR REPLACE "), attributes);
      } else {
        if (update) {
          Statements.drop(session, database(step.key()), type, name(step));
        }
        run(step, sql, attributes);
      }
      outcomes.done(one.number(), step, LiveDatabases.fingerprint(sql, attributes));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      if (update && !replaces) {
        putBack(step);
      }
      if (NEEDS.contains(e.number())) {
        return e;
      }
      if (THERE.contains(e.number()) && step.live() == null) {
        outcomes.moved(one.number(), step, "there is one by now: " + e.said());
      } else {
        fail(one, e.said() + hint(e));
      }
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      outcomes.failed(one.number(), step, e.code(), String.valueOf(e.getMessage()));
    }
    return null;
  }

  private static String hint(ServerError e) {
    return e.number() == 1419
        ? "; an administrator can run: SET GLOBAL log_bin_trust_function_creators = 1"
        : "";
  }

  /** Whether it is an event of a backup that does not tell in which time zone its times are. */
  static boolean hasNoZone(Type type, Entry wanted) {
    return type == Type.EVENT && wanted.attributes().text("time-zone").isEmpty();
  }

  /** What is told of such an event. */
  static Notice inUtc(Step step) {
    return new Notice(
        "time-zone-not-known",
        step.key().toString(),
        "the backup does not tell the time zone of its times, which are taken as UTC: look at"
            + " when it runs");
  }

  /** Where nothing can be replaced in one statement, it was dropped. */
  private void putBack(Step step) throws IOException {
    Definition before = now.get(step.key());
    if (before == null) {
      return;
    }
    try {
      run(step, before.sql(), before.attributes());
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      outcomes.incomplete(
          step.key().toString(),
          ErrorCode.ENTRY_NOT_RESTORED,
          "it was dropped, and can be made neither as it is to be nor as it was, which the undo"
              + " keeps: "
              + e.said());
    }
  }

  private void run(Step step, String sql, Attributes attributes) throws IOException {
    if (!Statements.make(session, database(step.key()), sql, attributes)) {
      outcomes.note(
          new Notice(
              "definer-not-kept",
              step.key().toString(),
              "it runs with the rights of whoever restores it: only an administrator can make it"
                  + " run with those of another"));
    }
  }

  /** Drops objects in the order given; databases and accounts stay. */
  void drop(List<Numbered> drops, Set<Key> kept) throws IOException {
    for (Numbered one : drops) {
      boolean _ = drop(one, kept);
    }
  }

  /** Drops an object, and tells whether it has gone. */
  boolean drop(Numbered one, Set<Key> kept) throws IOException {
    Step step = one.step();
    Type type = one.type();
    Key rows = Keys.rows(step.key());
    if (!isAsPlanned(step) && now.containsKey(step.key())) {
      outcomes.moved(one.number(), step, "its definition has been changed since the plan was made");
      return false;
    }
    if (rows != null && kept.contains(rows)) {
      outcomes.moved(one.number(), step, "it belongs to a table whose rows have changed");
      return false;
    }
    if (type == null || type == Type.DATABASE || type == Type.USER) {
      // Others may use it by now; whoever wants it gone drops it.
      outcomes.note(
          new Notice(
              "kept", step.key().toString(), "databases and accounts themselves are not dropped"));
      outcomes.removed(one.number(), step);
      return true;
    }
    try {
      Statements.drop(session, database(step.key()), type, name(step));
      outcomes.removed(one.number(), step);
      return true;
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      fail(one, "it stays: " + e.said());
      return false;
    }
  }
}
