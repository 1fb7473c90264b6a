package io.salvor.provider.mongodb.logical;

import io.salvor.engine.tree.Key;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.ServerError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** What there is in a database, and the commands that make it. */
final class Definitions {
  /** Collections of half done restores begin so; they are nobody's. */
  static final String TEMPORARY = "salvor.restore.";

  // Databases of the server itself.
  private static final Set<String> OWN = Set.of("admin", "config", "local");
  // What older servers told of themselves among the options.
  private static final Set<String> NO_OPTIONS = Set.of("flags", "temp", "uuid", "autoIndexId");
  private static final int NO_STATISTICS = 1024;

  private Definitions() {}

  /** Takes what could not be read. */
  interface Failures {
    void failed(Key key, ServerError why);
  }

  /**
   * What a database has.
   *
   * @param left names of collections whose documents nobody takes
   */
  record Contents(List<Definition> definitions, List<Collection> collections, List<String> left) {}

  /** The databases that hold what is a user's, ascending. */
  static List<String> databases(Server server) throws ServerError {
    return server.databases().stream().filter(name -> !OWN.contains(name)).sorted().toList();
  }

  /** What a database has. */
  static Contents of(Server server, String database, Failures failures) throws ServerError {
    return of(server, database, null, failures);
  }

  /** What a database has under one name. */
  static Contents of(Server server, String database, @Nullable String only, Failures failures)
      throws ServerError {
    Contents found = new Contents(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (BsonDocument one : server.collections(database, only)) {
      String name = one.getString("name").getValue();
      BsonDocument options = one.getDocument("options", new BsonDocument());
      String type = one.getString("type", new BsonString("collection")).getValue();
      if (name.startsWith(TEMPORARY)) {
        continue;
      }
      if (name.startsWith("system.")) {
        if (name.equals("system.js")) {
          found.left().add(name);
        }
        continue;
      }
      boolean view = type.equals("view");
      found
          .definitions()
          .add(
              new Definition(
                  view ? Keys.view(database, name) : Keys.collection(database, name),
                  view ? Type.VIEW : Type.COLLECTION,
                  name,
                  Json.of(create(name, options))));
      if (view) {
        continue;
      }
      found.collections().add(collection(server, database, name, type, options));
      try {
        indexes(server, database, name, found.definitions());
      } catch (ServerError e) {
        if (e.fatal()) {
          throw e;
        }
        failures.failed(Key.of(database, name, Keys.INDEXES), e);
      }
    }
    return found;
  }

  private static BsonDocument create(String name, BsonDocument options) {
    BsonDocument command = new BsonDocument("create", new BsonString(name));
    options.forEach(
        (option, value) -> {
          if (!NO_OPTIONS.contains(option)) {
            command.put(option, value);
          }
        });
    return command;
  }

  private static Collection collection(
      Server server, String database, String name, String type, BsonDocument options)
      throws ServerError {
    boolean capped = isTrue(options.get("capped"));
    Collection.Kind kind =
        type.equals("timeseries")
            ? Collection.Kind.TIME_SERIES
            : capped ? Collection.Kind.CAPPED : Collection.Kind.PLAIN;
    long size = 0;
    long average = NO_STATISTICS;
    try {
      BsonDocument told =
          server.command(database, new BsonDocument("collStats", new BsonString(name)));
      size = number(told, "size", 0);
      average = number(told, "avgObjSize", NO_STATISTICS);
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      // It only helps to begin with what is large.
    }
    return new Collection(
        Keys.documents(database, name),
        database,
        name,
        kind,
        options.containsKey("validator"),
        size,
        average);
  }

  // Some have it as a number.
  private static boolean isTrue(@Nullable BsonValue value) {
    return value != null
        && (value.isBoolean()
            ? value.asBoolean().getValue()
            : value.isNumber() && value.asNumber().intValue() != 0);
  }

  private static long number(BsonDocument document, String name, long otherwise) {
    BsonValue value = document.get(name);
    return value != null && value.isNumber() ? value.asNumber().longValue() : otherwise;
  }

  private static void indexes(
      Server server, String database, String collection, List<Definition> to) throws ServerError {
    for (BsonDocument one : server.indexes(database, collection)) {
      String name = one.getString("name").getValue();
      boolean made = name.equals("_id_") || one.containsKey("clustered");
      if (made || one.containsKey("buildUUID")) {
        continue;
      }
      BsonDocument index = one.clone();
      index.remove("ns");
      BsonDocument command =
          new BsonDocument("createIndexes", new BsonString(collection))
              .append("indexes", new BsonArray(List.of(index)));
      to.add(
          new Definition(
              Keys.index(database, collection, name), Type.INDEX, name, Json.of(command)));
    }
  }

  /** Users and roles of a database; of all if it is empty. */
  static List<Definition> accounts(Server server, String database, Failures failures)
      throws ServerError {
    List<Definition> all = new ArrayList<>();
    String on = database.isEmpty() ? "admin" : database;
    List<String> roles = database.isEmpty() ? server.databases() : List.of(database);
    try {
      BsonValue whom =
          database.isEmpty() ? new BsonDocument("forAllDBs", BsonBoolean.TRUE) : new BsonInt32(1);
      BsonDocument told = server.command(on, new BsonDocument("usersInfo", whom));
      for (BsonValue one : told.getArray("users")) {
        all.add(user(one.asDocument()));
      }
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      failures.failed(Key.of(on, Keys.USERS), e);
    }
    for (String of : roles) {
      try {
        BsonDocument told =
            server.command(
                of,
                new BsonDocument("rolesInfo", new BsonInt32(1))
                    .append("showPrivileges", BsonBoolean.TRUE));
        for (BsonValue one : told.getArray("roles")) {
          all.add(role(one.asDocument()));
        }
      } catch (ServerError e) {
        if (e.fatal()) {
          throw e;
        }
        failures.failed(Key.of(of, Keys.ROLES), e);
      }
    }
    return all;
  }

  private static Definition user(BsonDocument told) {
    String name = told.getString("user").getValue();
    BsonDocument command = new BsonDocument("createUser", new BsonString(name));
    for (String field :
        List.of("customData", "roles", "mechanisms", "authenticationRestrictions")) {
      if (told.containsKey(field)) {
        command.put(field, told.get(field));
      }
    }
    return new Definition(
        Keys.user(told.getString("db").getValue(), name), Type.USER, name, Json.of(command));
  }

  private static Definition role(BsonDocument told) {
    String name = told.getString("role").getValue();
    BsonDocument command =
        new BsonDocument("createRole", new BsonString(name))
            .append("privileges", told.getArray("privileges", new BsonArray()))
            .append("roles", told.getArray("roles", new BsonArray()));
    if (told.containsKey("authenticationRestrictions")) {
      command.put("authenticationRestrictions", told.get("authenticationRestrictions"));
    }
    return new Definition(
        Keys.role(told.getString("db").getValue(), name), Type.ROLE, name, Json.of(command));
  }
}
