package io.salvor.provider.mongodb;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is, as whom to log in, and which database is meant: {@code
 * mongodb://user@host:27017/db}, with several hosts between commas, or {@code
 * mongodb+srv://user@name/db}.
 *
 * @param srv whether the host is a name whose SRV records tell the hosts
 * @param hosts with their ports, ascending
 * @param user empty for nobody: the server asks for no password
 * @param database empty for all databases of the server
 * @param options of the address, as connection strings have them; of our own {@code jobs}
 *     (collections side by side) and {@code users} ({@code yes}: users and roles as well)
 */
public record Endpoint(
    boolean srv, List<String> hosts, String user, String database, Map<String, String> options) {
  private static final String SCHEME = "mongodb://";
  private static final String SRV = "mongodb+srv://";
  private static final int PORT = 27017;
  private static final int MOST_CONNECTIONS = 64;

  /** Where users are looked up unless the address says something else. */
  public static final String AUTH_SOURCE = "admin";

  private static final List<String> KNOWN =
      List.of(
          "authMechanism",
          "authSource",
          "connectTimeoutMS",
          "directConnection",
          "jobs",
          "readPreference",
          "replicaSet",
          "serverSelectionTimeoutMS",
          "tls",
          "tlsCAFile",
          "users");
  // Without these nobody finds back to the same server.
  private static final List<String> NEEDED = List.of("authSource", "replicaSet", "tls");
  private static final List<String> OURS = List.of("jobs", "tlsCAFile", "users");

  public Endpoint {
    hosts = List.copyOf(hosts);
    options = Collections.unmodifiableMap(new TreeMap<>(options));
  }

  /** Whether an address is one of this kind. */
  public static boolean handles(String address) {
    return address.startsWith("mongodb:") || address.startsWith("mongodb+srv:");
  }

  /**
   * Reads an address; what stands behind a # is left.
   *
   * @throws SalvorException USAGE, with what is wrong in it
   */
  public static Endpoint parse(String whole) {
    int hash = whole.indexOf('#');
    String address = hash < 0 ? whole : whole.substring(0, hash);
    boolean srv = address.startsWith(SRV);
    if (!srv && !address.startsWith(SCHEME)) {
      throw bad(hidden(address), "it does not begin with mongodb:// or mongodb+srv://");
    }
    String rest = address.substring((srv ? SRV : SCHEME).length());
    int question = rest.indexOf('?');
    String query = question < 0 ? null : rest.substring(question + 1);
    rest = question < 0 ? rest : rest.substring(0, question);
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    int at = authority.lastIndexOf('@');
    String login = at < 0 ? "" : authority.substring(0, at);
    if (login.indexOf(':') >= 0 || rest.indexOf('@', Math.max(slash, at + 1)) >= 0) {
      throw bad(
          hidden(address),
          "it has a password, which everybody could read in the list of processes, or an @ that is"
              + " not written %40");
    }
    String database = decoded(address, slash < 0 ? "" : rest.substring(slash + 1));
    if (database.matches(".*[/\\\\. \"$].*")) {
      throw bad(address, "\"" + database + "\" is no name of a database");
    }
    Endpoint endpoint =
        new Endpoint(
            srv,
            hosts(address, authority.substring(at + 1), srv),
            decoded(address, login),
            database,
            options(address, query));
    int _ = endpoint.connections();
    return endpoint;
  }

  // Whatever lies before the last @ may be a password.
  private static String hidden(String address) {
    return address.replaceFirst("(?s)^([^:/]*:)(//)?.*@", "$1$2…@");
  }

  private static List<String> hosts(String address, String text, boolean srv) {
    List<String> hosts = new ArrayList<>();
    for (String host : text.split(",", -1)) {
      int colon = host.lastIndexOf(':');
      boolean hasPort = colon >= 0 && host.indexOf(']', colon) < 0;
      String name = hasPort ? host.substring(0, colon) : host;
      if (name.isEmpty() || (srv && (hasPort || !hosts.isEmpty()))) {
        throw bad(address, srv ? "it is to name one host, without a port" : "it names no host");
      }
      int port = hasPort ? port(address, host.substring(colon + 1)) : PORT;
      hosts.add(srv ? name : name + ":" + port);
    }
    Collections.sort(hosts);
    return hosts;
  }

  private static Map<String, String> options(String address, @Nullable String query) {
    Map<String, String> options = new TreeMap<>();
    if (query == null || query.isEmpty()) {
      return options;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (equals < 0 || !KNOWN.contains(name)) {
        throw bad(address, "the option \"" + name + "\" is none of " + KNOWN);
      }
      options.put(name, decoded(address, pair.substring(equals + 1)));
    }
    return options;
  }

  private static int port(String address, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port > 0 && port < 1 << 16) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw bad(address, "\"" + digits + "\" is no port");
  }

  private static SalvorException bad(String address, String why) {
    return new SalvorException(
        ErrorCode.USAGE,
        "The address " + address + " cannot be used",
        why,
        "Write it like mongodb://user@host:27017/database?jobs=4; the password comes from"
            + " MONGODB_PASSWORD or MONGODB_PASSWORD_FILE");
  }

  /** What the driver would not take of an address. */
  SalvorException refused(String why) {
    return bad(normal(), why);
  }

  /** How many collections are read or written at a time. */
  public int connections() {
    String jobs = options.getOrDefault("jobs", "2");
    try {
      int number = Integer.parseInt(jobs);
      if (number >= 1 && number <= MOST_CONNECTIONS) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw bad(normal() + "?jobs=" + jobs, "jobs is a number from 1 to " + MOST_CONNECTIONS);
  }

  /** Whether users and roles are wanted. */
  public boolean wantsUsers() {
    return options.getOrDefault("users", "no").equals("yes");
  }

  /** The database that the user is looked up in. */
  public String authSource() {
    return options.getOrDefault("authSource", AUTH_SOURCE);
  }

  /** For the driver: hosts and its options, nobody who logs in. */
  String uri() {
    String given =
        options.entrySet().stream()
            .filter(one -> !OURS.contains(one.getKey()) && !one.getKey().startsWith("auth"))
            .map(one -> one.getKey() + "=" + encoded(one.getValue()))
            .collect(Collectors.joining("&"));
    return (srv ? SRV : SCHEME) + place() + "/" + (given.isEmpty() ? "" : "?" + given);
  }

  /** The normal form: server, user, database, and what is needed to find and to enter it. */
  public String normal() {
    StringBuilder address = new StringBuilder(plain());
    append(address, NEEDED);
    return address.toString();
  }

  private String plain() {
    return (srv ? SRV : SCHEME)
        + (user.isEmpty() ? "" : encoded(user) + "@")
        + place()
        + (database.isEmpty() ? "" : "/" + encoded(database));
  }

  private void append(StringBuilder address, List<String> names) {
    char mark = '?';
    for (String name : names) {
      String value = options.get(name);
      if (value != null && !(name.equals("authSource") && value.equals(AUTH_SOURCE))) {
        // A connection string without a database still has its slash.
        address.append(mark == '?' && database.isEmpty() ? "/" : "");
        address.append(mark).append(name).append('=').append(encoded(value));
        mark = '&';
      }
    }
  }

  /** All that is needed to come back: every option, and what was mapped. */
  public String whole(Mapping mapping) {
    StringBuilder address = new StringBuilder(plain());
    append(address, KNOWN);
    if (!mapping.isEmpty()) {
      List<String> pairs = new ArrayList<>();
      mapping.names().forEach((old, now) -> pairs.add(encoded(old) + "=" + encoded(now)));
      address.append('#').append(String.join("&", pairs));
    }
    return address.toString();
  }

  /**
   * What an address says was mapped.
   *
   * @throws SalvorException USAGE
   */
  public static Mapping mapping(String address) {
    int hash = address.indexOf('#');
    if (hash < 0) {
      return Mapping.NONE;
    }
    Map<String, String> names = new TreeMap<>();
    for (String pair : address.substring(hash + 1).split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw bad(hidden(address), "behind the # is no old=new");
      }
      names.put(
          decoded(address, pair.substring(0, equals)),
          decoded(address, pair.substring(equals + 1)));
    }
    return new Mapping(names);
  }

  /** Hosts and ports, as messages name them. */
  public String place() {
    return String.join(",", hosts);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String decoded(String address, String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw bad(hidden(address), "\"" + text + "\" has a % that is not followed by two digits");
    }
  }

  @Override
  public String toString() {
    return (user.isEmpty() ? "" : user + "@")
        + place()
        + (database.isEmpty() ? "" : "/" + database);
  }
}
