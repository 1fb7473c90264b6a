package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import io.salvor.provider.postgresql.protocol.Endpoint;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Addresses of databases: {@code postgresql://user@host:5432/database}. */
final class DatabaseAddress {
  private static final String SCHEME = "postgresql";
  private static final int MOST_CONNECTIONS = 64;

  private DatabaseAddress() {}

  static boolean handles(String address) {
    return address.startsWith(SCHEME + ":");
  }

  /**
   * Reads one; what stands behind a # is left.
   *
   * @throws SalvorException USAGE
   */
  static Endpoint parse(String address, String user) {
    int hash = address.indexOf('#');
    Endpoint endpoint =
        Endpoint.parse(hash < 0 ? address : address.substring(0, hash), SCHEME, user);
    if (endpoint.database().isEmpty()) {
      throw bad(address, "it names no database");
    }
    int _ = connections(endpoint);
    return endpoint;
  }

  /** How many connections read or write at a time. */
  static int connections(Endpoint endpoint) {
    String jobs = endpoint.options().getOrDefault("jobs", "2");
    try {
      int number = Integer.parseInt(jobs);
      if (number >= 1 && number <= MOST_CONNECTIONS) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw bad("…?jobs=" + jobs, "jobs is a number from 1 to " + MOST_CONNECTIONS);
  }

  /** The normal form: server, user and database. */
  static String normal(Endpoint endpoint) {
    String place = endpoint.isLocal() ? encoded(endpoint.host()) : endpoint.host();
    String host = place.contains(":") ? "[" + place + "]" : place;
    return SCHEME
        + "://"
        + encoded(endpoint.user())
        + "@"
        + host
        + ":"
        + endpoint.port()
        + "/"
        + encoded(endpoint.database());
  }

  /** All that is needed to come back: how the connection is protected, and what was mapped. */
  static String whole(Endpoint endpoint, Mapping mapping) {
    StringBuilder address = new StringBuilder(normal(endpoint));
    char mark = '?';
    for (String option : List.of("jobs", "sslmode", "sslrootcert")) {
      String value = endpoint.options().get(option);
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

  /** What an address says was mapped. */
  static Mapping mapping(String address) {
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

  static SalvorException bad(String address, String why) {
    return new SalvorException(
        ErrorCode.USAGE,
        "The address " + address + " cannot be used",
        why,
        "Write it like postgresql://user@host:5432/database?jobs=4; passwords come from PGPASSWORD"
            + " or ~/.pgpass");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
