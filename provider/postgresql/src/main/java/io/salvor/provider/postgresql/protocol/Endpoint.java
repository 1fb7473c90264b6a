package io.salvor.provider.postgresql.protocol;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is, and as whom to log in.
 *
 * @param host a name, an address, or the directory of a Unix socket if it begins with a slash
 * @param database empty for the user's own
 * @param options of the address, by libpq's names; {@code jobs} is our own
 */
public record Endpoint(
    String host, int port, String user, String database, Map<String, String> options) {
  private static final int PORT = 5432;
  private static final Set<String> KNOWN =
      Set.of("host", "sslmode", "sslrootcert", "connect_timeout", "jobs");

  public Endpoint {
    options = Map.copyOf(options);
  }

  /**
   * Reads an address such as {@code postgresql://user@host:5432/db?sslmode=verify-full}.
   *
   * @param scheme what it has to begin with, without the colon
   * @param defaultUser who logs in where the address does not say
   * @throws SalvorException USAGE, with what is wrong in it
   */
  public static Endpoint parse(String address, String scheme, String defaultUser) {
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException e) {
      throw bad(address, e.getReason() + " at character " + (e.getIndex() + 1));
    }
    if (!scheme.equals(uri.getScheme()) || uri.getRawSchemeSpecificPart() == null) {
      throw bad(address, "it does not begin with " + scheme + "://");
    }
    Map<String, String> options = options(address, uri.getRawQuery());
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    int at = authority.lastIndexOf('@');
    String user = at < 0 ? defaultUser : decoded(authority.substring(0, at));
    if (user.indexOf(':') >= 0) {
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
    host = options.getOrDefault("host", host.isEmpty() ? "localhost" : host);
    if (user.isEmpty()) {
      throw bad(address, "it names no user");
    }
    String database =
        uri.getRawPath() == null ? "" : decoded(uri.getRawPath()).replaceFirst("^/", "");
    return new Endpoint(
        host, hasPort ? port(address, place.substring(colon + 1)) : PORT, user, database, options);
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
        throw bad(
            address, "the option \"" + name + "\" is none of " + KNOWN.stream().sorted().toList());
      }
      options.put(name, decoded(pair.substring(equals + 1)));
    }
    String mode = options.getOrDefault("sslmode", TlsMode.PREFER.word());
    if (TlsMode.of(mode).isEmpty()) {
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

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static SalvorException bad(String address, String why) {
    return new SalvorException(
        ErrorCode.USAGE,
        "The address " + address + " cannot be used",
        why,
        "Write it like postgresql://user@host:5432/database; passwords come from PGPASSWORD or"
            + " ~/.pgpass");
  }

  /** How the connection is to be protected. */
  public TlsMode tls() {
    return TlsMode.of(options.getOrDefault("sslmode", "")).orElse(TlsMode.PREFER);
  }

  /** Certificates of the authorities to trust; null for the runtime's own. */
  public @Nullable Path trusted() {
    String file = options.get("sslrootcert");
    return file == null || file.equals("system") ? null : Path.of(file);
  }

  /** How long to wait for a connection. */
  public Duration patience() {
    try {
      int seconds = Integer.parseInt(options.getOrDefault("connect_timeout", "10"));
      return seconds > 0 ? Duration.ofSeconds(seconds) : Duration.ofDays(1);
    } catch (NumberFormatException e) {
      return Duration.ofSeconds(10);
    }
  }

  /** Whether the server is reached by a Unix socket. */
  public boolean isLocal() {
    return host.startsWith("/");
  }

  /** The same server and user, another database. */
  public Endpoint in(String other) {
    return new Endpoint(host, port, user, other, options);
  }

  /** Host and port, as messages name them. */
  public String place() {
    return isLocal()
        ? host + "/.s.PGSQL." + port
        : (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return user + "@" + place() + (database.isEmpty() ? "" : "/" + database);
  }
}
