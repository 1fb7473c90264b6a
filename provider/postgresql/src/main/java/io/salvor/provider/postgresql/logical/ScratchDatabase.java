package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.EntryStream;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.LargeObjects.LargeObject;
import io.salvor.provider.postgresql.logical.Names.Name;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.logical.Tables.Taker;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.server.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A database of a scratch server, out of which tables are taken as if they lay in a backup: the
 * same keys, the same entries; the contents go straight from there to where they are restored.
 */
public final class ScratchDatabase implements AutoCloseable {
  private static final String DATABASES =
      "SELECT datname AS name FROM pg_catalog.pg_database WHERE datallowconn ORDER BY 1";

  private final LiveDatabase live;
  private final TablePatterns patterns;
  private final Set<Name> relations = new HashSet<>();
  private final List<String> unmatched = new ArrayList<>();

  private ScratchDatabase(LiveDatabase live, TablePatterns patterns) {
    this.live = live;
    this.patterns = patterns;
  }

  /**
   * Opens the database that the patterns are about.
   *
   * @param server a superuser's way to it
   * @param mapping what is to bear another name: it is given that name there
   * @throws SalvorException NOTHING_MATCHED for a pattern of which there is nothing, with what is
   *     nearest; PROGRAMS_MISSING
   */
  public static ScratchDatabase open(Endpoint server, TablePatterns patterns, Mapping mapping)
      throws IOException {
    Endpoint endpoint = server.in(patterns.database());
    Sessions sessions = new Sessions(endpoint, Passwords.NONE, notice -> {});
    try {
      TablePatterns renamed = renamed(sessions, patterns, mapping);
      LiveDatabase live =
          LiveDatabase.open(sessions, () -> Installation.having("pg_dump"), Names.of(Mapping.NONE));
      if (live == null) {
        throw noDatabase(sessions, patterns.database());
      }
      ScratchDatabase database = new ScratchDatabase(live, renamed);
      database.choose();
      return database;
    } catch (ServerError e) {
      throw e.state().equals(Troubles.NO_DATABASE)
          ? noDatabase(sessions, patterns.database())
          : troubles(endpoint).told(e);
    } catch (DumpTool.Refused e) {
      throw troubles(endpoint).told(e);
    }
  }

  private static Troubles troubles(Endpoint endpoint) {
    return new Troubles(
        endpoint,
        ErrorCode.SOURCE_UNREADABLE,
        "What is asked for cannot be taken out of the backup's database " + endpoint.database());
  }

  private static SalvorException noDatabase(Sessions sessions, String name) throws IOException {
    String there;
    try (ServerConnection connection =
        sessions.open(sessions.endpoint().in(Databases.MAINTENANCE))) {
      List<String> names = new ArrayList<>();
      for (Row row : connection.query(DATABASES)) {
        names.add(row.get("name"));
      }
      there =
          names.stream()
              .sorted(Comparator.comparingInt(each -> Relations.distance(each, name)))
              .limit(10)
              .collect(Collectors.joining(", "));
    }
    return new SalvorException(
        ErrorCode.NOTHING_MATCHED,
        "There is no database " + name + " in the backup",
        "at that time the cluster had " + there,
        "write --include <database>/<schema>.<table> with one of them");
  }

  /** Gives new names, and tells what the patterns are about then. */
  private static TablePatterns renamed(Sessions sessions, TablePatterns asked, Mapping mapping)
      throws IOException {
    if (mapping.isEmpty()) {
      return asked;
    }
    try (ServerConnection connection = sessions.open()) {
      Relations before = Relations.of(connection);
      TablePatterns resolved = resolved(asked, before, mapping);
      new ScratchNames(connection).apply(mapping, before);
      return resolved;
    }
  }

  /** What is mapped is looked for under its new name, and no more under its old one. */
  private static TablePatterns resolved(TablePatterns asked, Relations before, Mapping mapping) {
    List<TablePatterns.Named> patterns = new ArrayList<>();
    for (TablePatterns.Named each : asked.patterns()) {
      List<Name> left = new ArrayList<>(before.matching(each));
      if (left.isEmpty()) {
        throw before.none("Nothing matches --include " + each.text(), name(each));
      }
      List<String> now = new ArrayList<>();
      mapping
          .names()
          .forEach(
              (old, other) -> {
                int dot = old.indexOf('.');
                boolean any =
                    left.removeIf(
                        name ->
                            dot < 0
                                ? name.schema().equals(old)
                                : (name.schema() + "." + name.table()).equals(old));
                if (any) {
                  String rest = dot < 0 ? name(each).substring(name(each).indexOf('.')) : "";
                  now.add(asked.database() + "/" + other + rest);
                }
              });
      if (!left.isEmpty()) {
        patterns.add(each);
      }
      patterns.addAll(TablePatterns.of(now).patterns());
    }
    return new TablePatterns(asked.database(), asked.all(), patterns);
  }

  private static String name(TablePatterns.Named pattern) {
    return pattern.text().substring(pattern.text().indexOf('/') + 1);
  }

  private void choose() throws IOException {
    Relations all = Relations.of(live.connection());
    boolean found = patterns.all();
    for (TablePatterns.Named each : patterns.patterns()) {
      List<Name> names = all.matching(each);
      relations.addAll(names);
      boolean any = !names.isEmpty() || live.keys().stream().anyMatch(key -> isOther(key, each));
      found |= any;
      if (!any) {
        unmatched.add(each.text());
      }
    }
    if (!found) {
      TablePatterns.Named first = patterns.patterns().getFirst();
      throw all.none("Nothing matches --include " + first.text(), name(first));
    }
  }

  /** Whether a key is of what was asked for. */
  private boolean takes(Key key) {
    if (patterns.all()) {
      return true;
    }
    List<byte[]> parts = key.parts();
    String top = text(parts.getFirst());
    Key rows = top.equals(Keys.TABLES) ? key : Keys.rows(key);
    if (rows != null
        && relations.contains(new Name(text(rows.parts().get(1)), text(rows.parts().get(2))))) {
      return true;
    }
    return patterns.patterns().stream().anyMatch(each -> isOther(key, each));
  }

  /** Views, functions, types by their names; the schema where all of it is asked for. */
  private static boolean isOther(Key key, TablePatterns.Named pattern) {
    List<byte[]> parts = key.parts();
    String top = text(parts.getFirst());
    if (top.equals(Keys.DATABASE) && parts.size() == 3 && text(parts.get(1)).equals("schema")) {
      return pattern.isOfSchema() && pattern.matches(text(parts.get(2)), "");
    }
    if (!top.equals(Keys.DEFINITIONS) || parts.size() < 4) {
      return false;
    }
    String name = text(parts.get(3));
    int arguments = name.indexOf('(');
    return pattern.matches(text(parts.get(1)), arguments < 0 ? name : name.substring(0, arguments));
  }

  private static String text(byte[] part) {
    return new String(part, StandardCharsets.UTF_8);
  }

  /** Patterns of which there is nothing, beside others. */
  public List<String> unmatched() {
    return List.copyOf(unmatched);
  }

  /** What was asked for, ascending; the rows of a table are read when its turn comes. */
  public EntryStream entries(RestoreMode mode, Progress progress) {
    Iterator<Key> keys =
        live.keys().stream()
            .filter(this::takes)
            .filter(
                key ->
                    switch (mode) {
                      case DIFFERENCES -> live.table(key) != null;
                      case SWAP -> DatabaseScope.TABLES.of(key, false) == Verdict.TAKEN;
                      case INPLACE, NEW -> true;
                    })
            .iterator();
    return () -> {
      while (keys.hasNext()) {
        Key key = keys.next();
        progress.current(key.toString());
        LiveItem item = live.item(key, progress);
        if (item != null) {
          return new EntryStream.Keyed(key, item.entry());
        }
      }
      return null;
    };
  }

  /** Where the contents of these entries are. */
  Supply supply() {
    return new Supply() {
      @Override
      public boolean has(Entry entry) {
        return true;
      }

      @Override
      public void read(Key key, Entry entry, Taker taker) throws IOException {
        Definition definition = live.definition(key);
        Table table = live.table(key);
        LargeObject object = live.object(key);
        if (definition != null) {
          byte[] sql = definition.sql();
          taker.take(sql, sql.length);
        } else if (table != null) {
          try (ServerConnection connection = live.share()) {
            var _ = Tables.read(connection, table, Tables.encoding(connection), taker);
          }
        } else if (object != null) {
          try (ServerConnection connection = live.share()) {
            long _ = LargeObjects.read(connection, object.oid(), LargeObjects.sha256(), taker);
          }
        } else {
          throw new IOException("what was taken out of the backup is gone: " + key);
        }
      }
    };
  }

  @Override
  public void close() throws IOException {
    live.close();
  }
}
