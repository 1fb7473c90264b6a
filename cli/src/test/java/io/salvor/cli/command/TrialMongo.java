package io.salvor.cli.command;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server in this process that speaks MongoDB's protocol to the real driver. Documents are kept by
 * mongo-java-server; what that does not know, the options of collections, views, indexes that are
 * not unique, users, roles, and that it is a member of a replica set, is played here as the manual
 * has it. It proves what is asked and what is made of the answers, not what a real server does.
 */
final class TrialMongo implements AutoCloseable {
  private final Backend backend = new Backend();
  private final MongoServer server = new MongoServer(backend);
  private final InetSocketAddress address = server.bind();

  /** Looks at commands before they are run, and may refuse them. */
  interface Guard {
    void before(String database, String command, Document query) throws MongoServerException;
  }

  /** What was asked, in order. */
  final List<Document> asked = new CopyOnWriteArrayList<>();

  volatile Guard guard = (database, command, query) -> {};
  volatile boolean replicated;

  String address(String database) {
    return "mongodb://127.0.0.1:" + address.getPort() + (database.isEmpty() ? "" : "/" + database);
  }

  static MongoServerError refused(int code, String name, String message) {
    return new MongoServerError(code, name, message);
  }

  /** Forgets everything. */
  void clear() {
    guard = (database, command, query) -> {};
    replicated = false;
    backend.clear();
    asked.clear();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Backend extends MemoryBackend {
    private final Map<String, Document> options = new TreeMap<>();
    private final Map<String, Map<String, Document>> indexes = new TreeMap<>();
    private final Map<String, Document> accounts = new TreeMap<>();

    Backend() {
      version(ServerVersion.MONGO_5_0);
    }

    void clear() {
      synchronized (options) {
        options.clear();
        indexes.clear();
        accounts.clear();
        listDatabaseNames().forEach(this::dropDatabase);
      }
    }

    @Override
    public Document handleCommand(
        Channel channel, String database, String command, Document query) {
      synchronized (options) {
        asked.add(query);
        guard.before(database, command, query);
        return switch (command) {
          case "hello", "isMaster", "ismaster" -> hello(channel, database, query);
          case "create" -> create(channel, database, query);
          case "drop" -> drop(channel, database, query);
          case "renameCollection" -> rename(channel, database, query);
          case "listCollections" ->
              collections(super.handleCommand(channel, database, command, query), database, query);
          case "createIndexes" -> createIndexes(database, query);
          case "listIndexes" -> listIndexes(database, query);
          case "dropIndexes" -> dropIndexes(database, query);
          case "createUser", "createRole" -> account(database, command, query);
          case "usersInfo" -> accounts(database, "createUser", query);
          case "rolesInfo" -> accounts(database, "createRole", query);
          case "find" -> find(super.handleCommand(channel, database, command, query));
          default -> super.handleCommand(channel, database, command, query);
        };
      }
    }

    private static Document ok() {
      return new Document("ok", 1.0);
    }

    private Document hello(Channel channel, String database, Document query) {
      Document answer = super.handleCommand(channel, database, "ismaster", query);
      answer.put("isWritablePrimary", true);
      answer.put("helloOk", true);
      // Of 5.0.
      answer.put("maxWireVersion", 13);
      if (replicated) {
        String me = "127.0.0.1:" + address.getPort();
        answer.put("setName", "rs0");
        answer.put("setVersion", 1);
        answer.put("hosts", List.of(me));
        answer.put("primary", me);
        answer.put("me", me);
        answer.put("secondary", false);
        answer.put("logicalSessionTimeoutMinutes", 30);
      }
      return answer;
    }

    private Document find(Document answer) {
      if (replicated && answer.get("cursor") instanceof Document cursor) {
        cursor.put("atClusterTime", new BsonTimestamp(7L << 32 | 9));
      }
      return answer;
    }

    private String namespace(String database, Object name) {
      return database + "." + name;
    }

    private Document create(Channel channel, String database, Document query) {
      String name = namespace(database, query.get("create"));
      if (options.containsKey(name)) {
        throw new MongoServerError(48, "NamespaceExists", "Collection " + name + " already exists");
      }
      Document kept = query.clone();
      List.of(
              "create",
              "$db",
              "lsid",
              "writeConcern",
              "$readPreference",
              "$clusterTime",
              "txnNumber")
          .forEach(kept::remove);
      options.put(name, kept);
      if (kept.containsKey("viewOn")) {
        return ok();
      }
      Document plain = query.clone();
      kept.keySet().forEach(plain::remove);
      return super.handleCommand(channel, database, "create", plain);
    }

    private Document drop(Channel channel, String database, Document query) {
      String name = namespace(database, query.get("drop"));
      Document was = options.remove(name);
      indexes.remove(name);
      if (was != null && was.containsKey("viewOn")) {
        return ok();
      }
      try {
        return super.handleCommand(channel, database, "drop", query);
      } catch (MongoServerException e) {
        throw new MongoServerError(26, "NamespaceNotFound", "ns not found");
      }
    }

    private Document rename(Channel channel, String database, Document query) {
      Document answer = super.handleCommand(channel, database, "renameCollection", query);
      String to = String.valueOf(query.get("to"));
      String from = String.valueOf(query.get("renameCollection"));
      options.remove(to);
      indexes.remove(to);
      move(options, from, to);
      move(indexes, from, to);
      return answer;
    }

    private static <T> void move(Map<String, T> map, String from, String to) {
      T value = map.remove(from);
      if (value != null) {
        map.put(to, value);
      }
    }

    @SuppressWarnings("unchecked")
    private Document collections(Document answer, String database, Document query) {
      Document cursor = (Document) answer.get("cursor");
      List<Document> all = new ArrayList<>((List<Document>) cursor.get("firstBatch"));
      for (Document one : all) {
        Document given = options.get(namespace(database, one.get("name")));
        one.put("options", given == null ? new Document() : given.clone());
        if (given != null && given.containsKey("timeseries")) {
          one.put("type", "timeseries");
        }
      }
      options.forEach(
          (name, given) -> {
            if (name.startsWith(database + ".") && given.containsKey("viewOn")) {
              all.add(
                  new Document("name", name.substring(database.length() + 1))
                      .append("type", "view")
                      .append("options", given.clone()));
            }
          });
      if (query.get("filter") instanceof Document filter && filter.containsKey("name")) {
        all.removeIf(one -> !one.get("name").equals(filter.get("name")));
      }
      cursor.put("firstBatch", all);
      return answer;
    }

    @SuppressWarnings("unchecked")
    private Document createIndexes(String database, Document query) {
      Map<String, Document> kept =
          indexes.computeIfAbsent(
              namespace(database, query.get("createIndexes")), _ -> new LinkedHashMap<>());
      for (Document one : (Iterable<Document>) query.get("indexes")) {
        kept.put(String.valueOf(one.get("name")), one.clone());
      }
      return ok();
    }

    private Document listIndexes(String database, Document query) {
      String name = namespace(database, query.get("listIndexes"));
      List<Document> all = new ArrayList<>();
      all.add(new Document("v", 2).append("key", new Document("_id", 1)).append("name", "_id_"));
      indexes.getOrDefault(name, Map.of()).values().forEach(one -> all.add(one.clone()));
      return ok().append(
              "cursor", new Document("id", 0L).append("ns", name).append("firstBatch", all));
    }

    private Document dropIndexes(String database, Document query) {
      String name = namespace(database, query.get("dropIndexes"));
      Document was =
          indexes.getOrDefault(name, new TreeMap<>()).remove(String.valueOf(query.get("index")));
      if (was == null) {
        throw new MongoServerError(27, "IndexNotFound", "index not found");
      }
      return ok();
    }

    private Document account(String database, String command, Document query) {
      boolean user = command.equals("createUser");
      if (user && !query.containsKey("pwd")) {
        throw new MongoServerError(
            2, "BadValue", "Must provide a 'pwd' field for all user documents");
      }
      String name = String.valueOf(query.get(command));
      Document kept = new Document(user ? "user" : "role", name).append("db", database);
      for (String field : List.of("roles", "privileges", "customData", "mechanisms")) {
        if (query.containsKey(field)) {
          kept.put(field, query.get(field));
        }
      }
      if (accounts.putIfAbsent(command + " " + database + "." + name, kept) != null) {
        throw new MongoServerError(user ? 51003 : 51002, "Location", "it already exists");
      }
      return ok();
    }

    private Document accounts(String database, String kind, Document query) {
      boolean all = query.get("usersInfo") instanceof Document;
      List<Document> found = new ArrayList<>();
      accounts.forEach(
          (name, one) -> {
            if (name.startsWith(kind) && (all || one.get("db").equals(database))) {
              found.add(one.clone());
            }
          });
      return ok().append(kind.equals("createUser") ? "users" : "roles", found);
    }
  }
}
