package io.salvor.provider.mysql.replay;

import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.restore.Scope;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.logical.Keys;
import io.salvor.provider.mysql.logical.Names;
import io.salvor.provider.mysql.replay.LoggedStatement.Act;
import io.salvor.provider.mysql.replay.LoggedStatement.Named;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What of a log a restore is about, and what it is called in the target.
 *
 * @param whole whether it is about whole databases, and not about some of their tables
 */
record Chosen(Names names, Scope scope, boolean whole) {
  private static final Set<String> OWN =
      Set.of("mysql", "information_schema", "performance_schema", "sys", "");

  /** What becomes of a statement. */
  sealed interface Decision {
    /** It is about something else. */
    record Skip() implements Decision {}

    /**
     * It is run.
     *
     * @param database that is in use then; empty for none
     */
    record Run(String sql, String database) implements Decision {}

    /** It cannot be applied, and nothing behind it. */
    record Refuse(String why) implements Decision {}
  }

  private static final Decision SKIP = new Decision.Skip();

  boolean database(String name) {
    return !OWN.contains(name) && names.isAbout(name);
  }

  boolean table(String database, String name) {
    return database(database) && scope.of(Keys.table(database, name), false) == Verdict.TAKEN;
  }

  /** What a table is called in the target. */
  Names.Name now(String database, String name) {
    return names.table(Keys.table(database, name));
  }

  Decision decide(LoggedStatement statement, QueryEvent event) {
    String using = event.database();
    return switch (statement.act()) {
      case BEGIN, COMMIT, ROLLBACK, ELSEWHERE -> SKIP;
      case SAVEPOINT -> new Decision.Run(statement.sql(), "");
      case DATABASE -> {
        Named named = statement.names().getFirst();
        String database = named.database().isEmpty() ? using : named.database();
        yield whole && database(database) ? run(statement, event) : SKIP;
      }
      case ROUTINE -> {
        Named named = statement.names().isEmpty() ? null : statement.names().getFirst();
        String database = named == null || named.database().isEmpty() ? using : named.database();
        yield whole && database(database) ? run(statement, event) : SKIP;
      }
      case TABLE -> tables(statement, event);
      case ROWS, UNKNOWN, DISTRIBUTED -> foreign(statement, using);
    };
  }

  private Decision foreign(LoggedStatement statement, String using) {
    boolean concerns =
        statement.act() == Act.DISTRIBUTED
            || database(using)
            || statement.qualifiers().stream().anyMatch(token -> database(token.text()));
    if (!concerns) {
      return SKIP;
    }
    return new Decision.Refuse(
        switch (statement.act()) {
          case ROWS ->
              "rows were changed by a statement that was logged as such, which cannot be applied"
                  + " exactly: "
                  + begin(statement);
          case DISTRIBUTED -> "a distributed transaction (XA) was logged: " + begin(statement);
          default -> "a statement was logged that is not known: " + begin(statement);
        });
  }

  private Decision tables(LoggedStatement statement, QueryEvent event) {
    if (!whole && isOfNoTable(statement)) {
      return SKIP;
    }
    int wanted = 0;
    for (Named named : statement.names()) {
      String database = named.database().isEmpty() ? event.database() : named.database();
      boolean is = whole ? database(database) : table(database, named.name());
      wanted += is ? 1 : 0;
    }
    if (wanted == 0) {
      return SKIP;
    }
    return wanted == statement.names().size()
        ? run(statement, event)
        : new Decision.Refuse(
            "a statement is about what is restored and about what is not: " + begin(statement));
  }

  private static boolean isOfNoTable(LoggedStatement statement) {
    int first = statement.names().isEmpty() ? 0 : statement.names().getFirst().from();
    return statement.tokens().stream()
        .takeWhile(token -> token.from() < first)
        .anyMatch(token -> token.is("TRIGGER") || token.is("VIEW") || token.is("SEQUENCE"));
  }

  private static String begin(LoggedStatement statement) {
    String sql = statement.sql();
    return sql.length() > 100 ? sql.substring(0, 100) + "…" : sql;
  }

  /** A part of a statement that is exchanged. */
  private record Edit(int from, int to, String text) {}

  private Decision run(LoggedStatement statement, QueryEvent event) {
    List<Edit> edits = new ArrayList<>();
    for (Named named : statement.names()) {
      if (statement.act() == Act.DATABASE) {
        if (named.to() > 0) {
          edits.add(
              new Edit(named.from(), named.to(), Session.quoted(names.database(named.database()))));
        }
        continue;
      }
      String old = named.database().isEmpty() ? event.database() : named.database();
      Names.Name now = now(old, named.name());
      boolean moved = !now.database().equals(names.database(old));
      boolean renamed = !now.table().equals(named.name());
      if (moved || renamed || !named.database().isEmpty()) {
        String text =
            named.database().isEmpty() && !moved
                ? Session.quoted(now.table())
                : Session.quoted(now.database()) + "." + Session.quoted(now.table());
        edits.add(new Edit(named.from(), named.to(), text));
      }
    }
    for (SqlToken token : statement.qualifiers()) {
      String now = names.database(token.text());
      boolean within =
          edits.stream().anyMatch(edit -> edit.from <= token.from() && token.to() <= edit.to);
      if (!within && !now.equals(token.text())) {
        edits.add(new Edit(token.from(), token.to(), Session.quoted(now)));
      }
    }
    edits.sort(Comparator.comparingInt(Edit::from));
    StringBuilder sql = new StringBuilder();
    int at = 0;
    for (Edit edit : edits) {
      sql.append(statement.sql(), at, edit.from).append(edit.text);
      at = edit.to;
    }
    sql.append(statement.sql(), at, statement.sql().length());
    boolean uses = statement.act() != Act.DATABASE && database(event.database());
    return new Decision.Run(sql.toString(), uses ? names.database(event.database()) : "");
  }
}
