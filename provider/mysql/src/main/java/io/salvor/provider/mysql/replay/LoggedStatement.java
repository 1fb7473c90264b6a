package io.salvor.provider.mysql.replay;

import io.salvor.provider.mysql.replay.SqlToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A statement of a log, as far as it matters what it is about.
 *
 * @param names of what it makes, changes or drops, in their order
 */
record LoggedStatement(String sql, List<SqlToken> tokens, Act act, List<Named> names) {
  private static final Set<String> TYPES =
      Set.of(
          "TABLE",
          "TABLES",
          "VIEW",
          "TRIGGER",
          "PROCEDURE",
          "FUNCTION",
          "EVENT",
          "INDEX",
          "SEQUENCE",
          "PACKAGE",
          "DATABASE",
          "SCHEMA",
          "USER",
          "ROLE",
          "SERVER",
          "TABLESPACE",
          "LOGFILE",
          "CATALOG",
          "INSTANCE",
          "RESOURCE",
          "SPATIAL_REFERENCE");

  /** What a statement does. */
  enum Act {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    /** Defines a table, an index, a view, a sequence, a trigger. */
    TABLE,
    /** Defines something that has code, or is run by the server. */
    ROUTINE,
    /** Defines a database. */
    DATABASE,
    /** Is of accounts, of temporary tables, of the server's own care: of no database. */
    ELSEWHERE,
    /** Changes rows, which cannot be had exactly from a statement. */
    ROWS,
    /** A transaction that spans several servers. */
    DISTRIBUTED,
    UNKNOWN
  }

  /**
   * A name as it stands in a statement.
   *
   * @param database empty if the statement does not say
   * @param from where it begins in the statement
   * @param to behind its end
   */
  record Named(String database, String name, int from, int to) {}

  LoggedStatement {
    tokens = List.copyOf(tokens);
    names = List.copyOf(names);
  }

  /**
   * Takes one apart.
   *
   * @param ansi whether double quotes are those of names
   */
  static LoggedStatement parse(String sql, boolean ansi) {
    List<SqlToken> tokens = SqlToken.all(sql, ansi);
    Parsing parsing = new Parsing(tokens);
    Act act = parsing.statement();
    return new LoggedStatement(sql, tokens, act, parsing.names);
  }

  /** Goes through the tokens once. */
  private static final class Parsing {
    private final List<SqlToken> tokens;
    private final List<Named> names = new ArrayList<>();
    private int at;

    Parsing(List<SqlToken> tokens) {
      this.tokens = tokens;
    }

    private @Nullable SqlToken peek() {
      return at < tokens.size() ? tokens.get(at) : null;
    }

    private String word() {
      SqlToken token = peek();
      return token == null ? "" : token.word();
    }

    private boolean take(String word) {
      boolean is = word().equals(word);
      at += is ? 1 : 0;
      return is;
    }

    private boolean take(char sign) {
      SqlToken token = peek();
      boolean is = token != null && token.is(sign);
      at += is ? 1 : 0;
      return is;
    }

    Act statement() {
      String first = word();
      at++;
      return switch (first) {
        case "BEGIN" -> Act.BEGIN;
        case "COMMIT" -> Act.COMMIT;
        case "ROLLBACK" ->
            word().equals("TO") || take("WORK") && word().equals("TO")
                ? Act.SAVEPOINT
                : Act.ROLLBACK;
        case "SAVEPOINT", "RELEASE" -> Act.SAVEPOINT;
        case "START" -> Act.BEGIN;
        case "XA" -> Act.DISTRIBUTED;
        case "CREATE", "ALTER", "DROP" -> definition(first);
        case "RENAME" -> renamed();
        case "TRUNCATE" -> {
          boolean _ = take("TABLE");
          name();
          yield Act.TABLE;
        }
        case "GRANT",
            "REVOKE",
            "SET",
            "FLUSH",
            "ANALYZE",
            "OPTIMIZE",
            "REPAIR",
            "CHECK",
            "INSTALL",
            "UNINSTALL",
            "RESET",
            "COMMENT",
            "" ->
            Act.ELSEWHERE;
        case "INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "CALL", "SELECT", "WITH", "DO" ->
            Act.ROWS;
        default -> Act.UNKNOWN;
      };
    }

    private Act renamed() {
      boolean tables = take("TABLE") || take("TABLES");
      if (!tables) {
        return word().equals("USER") ? Act.ELSEWHERE : Act.UNKNOWN;
      }
      ifExists();
      do {
        name();
        while (at < tokens.size() && !take("TO")) {
          at++;
        }
        name();
      } while (take(','));
      return Act.TABLE;
    }

    private Act definition(String verb) {
      boolean temporary = false;
      while (at < tokens.size() && !TYPES.contains(word())) {
        temporary |= word().equals("TEMPORARY");
        at++;
      }
      String type = word();
      at++;
      if (temporary) {
        return Act.ELSEWHERE;
      }
      return switch (type) {
        case "TABLE", "TABLES", "VIEW", "SEQUENCE" -> {
          list(verb);
          if (verb.equals("ALTER")) {
            others();
          }
          yield Act.TABLE;
        }
        case "INDEX" -> {
          on();
          yield Act.TABLE;
        }
        case "TRIGGER" -> {
          ifExists();
          name();
          if (verb.equals("CREATE")) {
            on();
          }
          yield Act.TABLE;
        }
        case "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE" -> {
          boolean _ = take("BODY");
          ifExists();
          name();
          if (type.equals("EVENT") && verb.equals("ALTER")) {
            others();
          }
          yield Act.ROUTINE;
        }
        case "DATABASE", "SCHEMA" -> {
          ifExists();
          SqlToken token = peek();
          names.add(
              token != null && token.isName() && !isOption(token)
                  ? new Named(token.text(), "", token.from(), token.to())
                  : new Named("", "", 0, 0));
          yield Act.DATABASE;
        }
        case "USER", "ROLE", "SERVER", "TABLESPACE", "LOGFILE", "INSTANCE", "RESOURCE" ->
            Act.ELSEWHERE;
        default -> Act.UNKNOWN;
      };
    }

    /** ALTER DATABASE may leave the name out. */
    private static boolean isOption(SqlToken token) {
      return Set.of("CHARACTER", "CHARSET", "COLLATE", "DEFAULT", "COMMENT", "UPGRADE", "READ")
          .contains(token.word());
    }

    private void ifExists() {
      if (take("IF")) {
        boolean _ = take("NOT");
        boolean _ = take("EXISTS");
      }
    }

    private void list(String verb) {
      ifExists();
      name();
      while (verb.equals("DROP") && take(',')) {
        name();
      }
    }

    /** The table behind ON. */
    private void on() {
      while (at < tokens.size() && !take("ON")) {
        at++;
      }
      name();
    }

    /** Names that an ALTER gives, or exchanges with. */
    private void others() {
      int depth = 0;
      while (at < tokens.size()) {
        SqlToken token = tokens.get(at++);
        depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
        if (depth == 0 && token.is("RENAME")) {
          boolean column = Set.of("COLUMN", "INDEX", "KEY", "CONSTRAINT").contains(word());
          if (!column) {
            boolean _ = take("TO") || take("AS") || take('=');
            name();
          }
        } else if (depth == 0 && token.is("WITH") && take("TABLE")) {
          name();
        }
      }
    }

    private void name() {
      SqlToken first = peek();
      if (first == null || !first.isName()) {
        return;
      }
      at++;
      if (take('.')) {
        SqlToken second = peek();
        if (second != null && second.isName()) {
          at++;
          names.add(new Named(first.text(), second.text(), first.from(), second.to()));
        }
        return;
      }
      names.add(new Named("", first.text(), first.from(), first.to()));
    }
  }

  /** Names of databases that stand before a dot anywhere in it. */
  List<SqlToken> qualifiers() {
    List<SqlToken> found = new ArrayList<>();
    for (int i = 0; i + 2 < tokens.size(); i++) {
      boolean whole = i == 0 || !tokens.get(i - 1).is('.') && !tokens.get(i - 1).is('@');
      if (whole
          && tokens.get(i).isName()
          && tokens.get(i + 1).is('.')
          && tokens.get(i + 2).isName()
          && tokens.get(i).kind() != Kind.VALUE) {
        found.add(tokens.get(i));
      }
    }
    return found;
  }
}
