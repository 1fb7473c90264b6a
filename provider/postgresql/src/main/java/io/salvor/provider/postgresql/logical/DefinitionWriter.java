package io.salvor.provider.postgresql.logical;

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
import io.salvor.provider.postgresql.logical.DatabaseApplier.Numbered;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes, replaces and drops objects of a database, each in a transaction of its own. */
final class DefinitionWriter {
  // What has an owner that a statement of its own can change.
  private static final Set<String> OWNED =
      Set.of(
          "AGGREGATE",
          "COLLATION",
          "CONVERSION",
          "DOMAIN",
          "EVENT TRIGGER",
          "FOREIGN DATA WRAPPER",
          "FOREIGN TABLE",
          "FUNCTION",
          "MATERIALIZED VIEW",
          "OPERATOR",
          "OPERATOR CLASS",
          "OPERATOR FAMILY",
          "PROCEDURAL LANGUAGE",
          "PROCEDURE",
          "PUBLICATION",
          "SCHEMA",
          "SEQUENCE",
          "SERVER",
          "STATISTICS",
          "SUBSCRIPTION",
          "TABLE",
          "TEXT SEARCH CONFIGURATION",
          "TEXT SEARCH DICTIONARY",
          "TYPE",
          "VIEW");

  // There is none of that name, of one kind or another.
  private static final Set<String> GONE =
      Set.of("42P01", "42704", "42883", "3F000", "42703", "42P06");
  private static final Set<String> NEEDED = Set.of("2BP01", "0A000", "55000", "42809");
  private static final Set<String> THERE = Set.of("42P07", "42710", "42723", "42P06", "42P16");
  // Where the one that is there cannot become the other.
  private static final Set<String> UNLIKE = Set.of("42P16", "42P13", "42809", "0A000");
  private static final Pattern REPLACEABLE =
      Pattern.compile("\\ACREATE (?=(?:VIEW|FUNCTION|PROCEDURE) )");
  private static final Pattern ATTACH =
      Pattern.compile("\\AALTER TABLE ONLY (" + Names.QUALIFIED + ") ATTACH PARTITION ");
  // Up to the text itself; names may have anything in them.
  private static final Pattern COMMENT =
      Pattern.compile("\\ACOMMENT ON (?:[^\"']|\"(?:[^\"]|\"\")*\")*? IS (?=E?')");
  private static final String DEADLOCK = "40P01";

  private final ServerConnection connection;
  private final Names names;
  private final Supply supply;
  private final Outcomes outcomes;
  private final List<Numbered> about = new ArrayList<>();
  private final @Nullable Map<Key, String> now;

  /**
   * A writer.
   *
   * @param now statements of what is there of what is changed; null if that is not looked at
   */
  DefinitionWriter(
      ServerConnection connection,
      Names names,
      Supply supply,
      Outcomes outcomes,
      @Nullable Map<Key, String> now) {
    this.connection = connection;
    this.names = names;
    this.supply = supply;
    this.outcomes = outcomes;
    this.now = now;
  }

  private boolean isAsPlanned(Step step) {
    LiveItem planned = step.live();
    if (planned == null || now == null) {
      return true;
    }
    String live = now.get(step.key());
    return live != null
        && planned.fingerprint().equals(LiveDatabase.fingerprint(step.key(), live, names));
  }

  /** Makes an object, or puts it in the place of one that differs. */
  void make(long number, Step step) throws IOException {
    Entry wanted = step.wanted();
    if (wanted == null) {
      throw new IllegalArgumentException("nothing to make: " + step.key());
    }
    String type = wanted.attributes().text("type");
    boolean update = step.change() instanceof Change.Update;
    if (!isAsPlanned(step)) {
      outcomes.moved(number, step, "its definition has been changed since the plan was made");
      return;
    }
    if (update && DatabaseFeasibility.KEPT.contains(type)) {
      outcomes.failed(
          number,
          step,
          ErrorCode.ENTRY_NOT_RESTORED,
          "it is there with another definition, and was left as it is");
      return;
    }
    try {
      String plain = supply.text(step.key(), wanted);
      String sql = LiveDatabase.renamed(step.key(), plain, names);
      if (update && step.live() != null) {
        String refused = replace(step, wanted.attributes(), sql);
        if (refused != null) {
          outcomes.failed(number, step, ErrorCode.ENTRY_NOT_RESTORED, refused);
          return;
        }
      } else {
        execute(step, wanted.attributes(), sql);
      }
      outcomes.done(number, step, LiveDatabase.fingerprint(step.key(), plain, names));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      if (THERE.contains(e.state()) && step.live() == null) {
        outcomes.moved(number, step, "there is one by now: " + Troubles.said(e));
      } else {
        outcomes.failed(number, step, ErrorCode.ENTRY_NOT_RESTORED, Troubles.said(e));
      }
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      outcomes.failed(number, step, e.code(), String.valueOf(e.getMessage()));
    }
  }

  /** Whether the table that one becomes a partition of has indexes of its own by now. */
  boolean isIndexed(Step step) throws IOException {
    String sql;
    try {
      sql = supply.text(step.key(), step.entry());
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      // Who makes it will tell.
      return false;
    }
    Matcher attach = ATTACH.matcher(sql);
    return attach.find()
        && !connection
            .query(
                "SELECT 1 AS one FROM pg_catalog.pg_index WHERE indrelid = pg_catalog.to_regclass("
                    + ServerConnection.quoted(attach.group(1))
                    + ")")
            .isEmpty();
  }

  /**
   * Has what is there become what it is to be; where it can, without what depends on it going.
   *
   * @return why it has not become that; null if it has
   */
  private @Nullable String replace(Step step, Attributes attributes, String sql)
      throws IOException {
    String live = now == null ? null : now.get(step.key());
    if (attributes.text("type").equals("ACL")) {
      String taken = live == null ? null : Grants.inverse(live);
      if (taken == null) {
        return "those that are there stay: not all of them were granted by the owner";
      }
      execute(step, attributes, taken + sql);
      return null;
    }
    Matcher create = REPLACEABLE.matcher(sql);
    if (create.find()) {
      try {
        execute(step, attributes, create.replaceFirst("CREATE OR REPLACE "));
        return null;
      } catch (ServerError e) {
        if (!UNLIKE.contains(e.state())) {
          throw e;
        }
      }
    }
    LiveItem planned = step.live();
    String drop = planned == null ? "" : drop(step.key(), planned.entry());
    execute(step, attributes, drop + sql);
    if (OWNED.contains(attributes.text("type"))) {
      outcomes.note(
          new Notice(
              "made-anew",
              step.key().toString(),
              "it was dropped and made anew: grants, comments and triggers that it had went with"
                  + " it; run the same restore again for those of the backup"));
    }
    return null;
  }

  private void execute(Step step, Attributes attributes, String sql) throws IOException {
    place(step, "default_tablespace", attributes.text("tablespace"));
    if (!attributes.text("access-method").isEmpty()) {
      place(step, "default_table_access_method", attributes.text("access-method"));
    }
    String owner = owner(step, attributes);
    try {
      attempt(sql + owner);
    } catch (ServerError e) {
      boolean ofOwner = e.state().equals("42704") || e.state().equals(Troubles.NO_RIGHT);
      if (owner.isEmpty() || !ofOwner) {
        throw e;
      }
      attempt(sql);
      outcomes.note(
          new Notice(
              "owners-not-kept",
              step.key().toString(),
              "its owner is whoever restores it: " + e.getMessage()));
    }
  }

  private void attempt(String sql) throws IOException {
    try {
      Sessions.run(connection, sql);
    } catch (ServerError e) {
      if (!e.state().equals(DEADLOCK)) {
        throw e;
      }
      Sessions.run(connection, sql);
    }
  }

  private void place(Step step, String setting, String value) throws IOException {
    try {
      Sessions.run(connection, "SET " + setting + " = " + ServerConnection.quoted(value));
    } catch (ServerError e) {
      if (value.isEmpty() || e.fatal()) {
        throw e;
      }
      Sessions.run(connection, "RESET " + setting);
      outcomes.note(
          new Notice("place-not-kept", step.key().toString(), String.valueOf(e.getMessage())));
    }
  }

  private String owner(Step step, Attributes attributes) {
    String object = object(step.key(), attributes);
    return attributes.text("owner").isEmpty()
            || object.isEmpty()
            || !OWNED.contains(attributes.text("type"))
        ? ""
        : "ALTER " + object + " OWNER TO " + Sessions.quoted(attributes.text("owner")) + ";\n";
  }

  /** Kind and name as statements have them; empty if it goes with something else. */
  private String object(Key key, Attributes attributes) {
    Key rows = Keys.rows(key);
    Names.Name name = rows == null ? null : names.of(rows);
    if (name != null) {
      return "TABLE " + name.quoted();
    }
    String drop = attributes.text("drop").strip();
    return drop.startsWith("DROP ") && drop.endsWith(";")
        ? drop.substring("DROP ".length(), drop.length() - 1)
        : "";
  }

  private String drop(Key key, Entry entry) {
    Key rows = Keys.rows(key);
    Names.Name name = rows == null ? null : names.of(rows);
    return name == null ? entry.attributes().text("drop") : "DROP TABLE " + name.quoted() + ";\n";
  }

  /**
   * Drops objects, those made last first; what others need comes after them, whoever they are.
   *
   * @param kept tables that stay, by the keys of their rows
   */
  void drop(List<Numbered> drops, Set<Key> kept) throws IOException {
    List<Numbered> left = new ArrayList<>();
    for (Numbered one : drops) {
      Key rows = Keys.rows(one.step().key());
      if (!isAsPlanned(one.step())) {
        outcomes.moved(
            one.number(), one.step(), "its definition has been changed since the plan was made");
      } else if (rows != null && kept.contains(rows)) {
        outcomes.moved(one.number(), one.step(), "it belongs to a table whose rows have changed");
      } else {
        left.add(one);
      }
    }
    for (boolean going = true; going && !left.isEmpty(); ) {
      going = false;
      for (Numbered one : List.copyOf(left)) {
        ServerError refused = drop(one);
        if (refused == null) {
          removed(one);
          left.remove(one);
          going = true;
        } else if (!NEEDED.contains(refused.state())) {
          fail(one, refused);
          left.remove(one);
        }
      }
    }
    for (Numbered one : left) {
      ServerError refused = drop(one);
      if (refused == null) {
        removed(one);
      } else {
        fail(one, refused);
      }
    }
  }

  private void removed(Numbered one) {
    if (!drop(one.step().key(), one.step().entry()).isBlank()) {
      outcomes.removed(one.number(), one.step());
    }
  }

  /** What goes with something else, and may still be there. */
  List<Numbered> about() {
    return List.copyOf(about);
  }

  private static @Nullable String uncommented(String live) {
    Matcher comment = COMMENT.matcher(live);
    return comment.find() ? comment.group() + "NULL;" : null;
  }

  /**
   * Takes back what is still there when everything has gone that had to.
   *
   * @param live its statements; null if it has gone
   */
  void takeBack(Numbered one, @Nullable String live) throws IOException {
    if (live == null) {
      outcomes.removed(one.number(), one.step());
      return;
    }
    String sql =
        switch (one.type()) {
          case "ACL" -> Grants.inverse(live);
          case "ROW SECURITY" ->
              live.replace(" ENABLE ROW LEVEL SECURITY", " DISABLE ROW LEVEL SECURITY")
                  .replace(" FORCE ROW LEVEL SECURITY", " NO FORCE ROW LEVEL SECURITY");
          case "COMMENT" -> uncommented(live);
          default -> null;
        };
    if (sql == null) {
      outcomes.failed(
          one.number(),
          one.step(),
          ErrorCode.ENTRY_NOT_RESTORED,
          "it stays: no statement is known that takes it back");
      return;
    }
    try {
      attempt(sql);
      outcomes.removed(one.number(), one.step());
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      fail(one, e);
    }
  }

  private void fail(Numbered one, ServerError why) {
    outcomes.failed(
        one.number(), one.step(), ErrorCode.ENTRY_NOT_RESTORED, "it stays: " + Troubles.said(why));
  }

  /** Null if it has gone. */
  private @Nullable ServerError drop(Numbered one) throws IOException {
    String sql = drop(one.step().key(), one.step().entry());
    if (sql.isBlank()) {
      // A comment, a grant: they go with what they are about, if that goes.
      about.add(one);
      return null;
    }
    try {
      attempt(sql);
      return null;
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      return GONE.contains(e.state()) ? null : e;
    }
  }
}
