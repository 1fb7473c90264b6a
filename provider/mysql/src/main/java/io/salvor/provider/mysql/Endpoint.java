package io.salvor.provider.mysql;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is, as whom to log in, and which database is meant: {@code
 * mysql://user@host:3306/db}, or {@code mariadb://…}, which means the same.
 *
 * @param database empty for all databases of the server
 * @param options of the address: {@code sslmode} and {@code sslrootcert} as PostgreSQL's addresses
 *     have them, {@code connect_timeout} in seconds, {@code jobs} (sessions side by side), {@code
 *     users} ({@code yes}: accounts are captured as well)
 */
public record Endpoint(
    String host, int port, String user, String database, Map<String, String> options) {
  private static final String SCHEME = "mysql";
  private static final int PORT = 3306;
  private static final int MOST_CONNECTIONS = 64;
  private static final List<String> KNOWN =
      List.of("connect_timeout", "jobs", "sslmode", "sslrootcert", "users");
  private static final Set<String> TLS_MODES =
      Set.of("disable", "prefer", "require", "verify-ca", "verify-full");

  public Endpoint {
    options = Map.copyOf(options);
  }

  /** Whether an address is one of this kind. */
  public static boolean handles(String address) {
    return address.startsWith("mysql:") || address.startsWith("mariadb:");
  }

  /**
   * Reads an address; what stands behind a # is left.
   *
   * @param defaultUser who logs in where the address does not say
   * @throws SalvorException USAGE, with what is wrong in it
   */
  public static Endpoint parse(String whole, String defaultUser) {
    int hash = whole.indexOf('#');
    String address = hash < 0 ? whole : whole.substring(0, hash);
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException e) {
      throw bad(address, e.getReason() + " at character " + (e.getIndex() + 1));
    }
    if (!handles(address) || uri.getRawAuthority() == null) {
      throw bad(address, "it does not begin with mysql:// or mariadb:// and a host");
    }
    String authority = uri.getRawAuthority();
    int at = authority.lastIndexOf('@');
    String user = at < 0 ? defaultUser : decoded(authority.substring(0, at));
    if (at >= 0 && authority.substring(0, at).indexOf(':') >= 0) {
      throw bad(
          address.replace(authority.substring(0, at), "…"),
          "it has a password, which everybody could read in the list of processes");
    }
    String place = authority.substring(at + 1);
    int colon = place.lastIndexOf(':');
    boolean hasPort = colon >= 0 && place.indexOf(']', colon) < 0;
    String host = decoded(hasPort ? place.substring(0, colon) : place);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (user.isEmpty() || host.isEmpty()) {
      throw bad(address, "it names no " + (user.isEmpty() ? "user" : "host"));
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String database = decoded(path.replaceFirst("^/", ""));
    if (database.indexOf('/') >= 0) {
      throw bad(address, "\"" + database + "\" is no name of a database");
    }
    Endpoint endpoint =
        new Endpoint(
            host,
            hasPort ? port(address, place.substring(colon + 1)) : PORT,
            user,
            database,
            options(address, uri.getRawQuery()));
    int _ = endpoint.connections();
    return endpoint;
  }

  private static Map<String, String> options(String address, @Nullable String query) {
    Map<String, String> options = new TreeMap<>();
    if (query == null) {
      return options;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (equals < 0 || !KNOWN.contains(name)) {
        throw bad(address, "the option \"" + name + "\" is none of " + KNOWN);
      }
      options.put(name, decoded(pair.substring(equals + 1)));
    }
    String mode = options.getOrDefault("sslmode", "prefer");
    if (!TLS_MODES.contains(mode)) {
      throw bad(address, "there is no sslmode \"" + mode + "\"");
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
        "Write it like mysql://user@host:3306/database?jobs=4; passwords come from MYSQL_PWD or"
            + " [client] in ~/.my.cnf");
  }

  /** How many sessions read or write at a time. */
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

  /** Whether accounts are wanted. */
  public boolean wantsUsers() {
    return options.getOrDefault("users", "no").equals("yes");
  }

  /** How the connection is to be protected. */
  public String tls() {
    return options.getOrDefault("sslmode", "prefer");
  }

  /** The same server and user, and one database, or all if it is empty. */
  public Endpoint in(String other) {
    return new Endpoint(host, port, user, other, options);
  }

  /** The normal form: server, user and database. */
  public String normal() {
    return SCHEME
        + "://"
        + encoded(user)
        + "@"
        + place()
        + (database.isEmpty() ? "" : "/" + encoded(database));
  }

  /** All that is needed to come back: how the connection is protected, and what was mapped. */
  public String whole(Mapping mapping) {
    StringBuilder address = new StringBuilder(normal());
    char mark = '?';
    for (String option : KNOWN) {
      String value = options.get(option);
      if (value != null) {
        address.append(mark).append(option).append('=').append(encoded(value));
        mark = '&';
      }
    }
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
        throw bad(address, "behind the # is no old=new");
      }
      names.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
    }
    return new Mapping(names);
  }

  /** Host and port, as messages name them. */
  public String place() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return user + "@" + place() + (database.isEmpty() ? "" : "/" + database);
  }
}
