package io.salvor.provider.postgresql.protocol;

import io.salvor.provider.postgresql.protocol.Outgoing.Body;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A connection that is logged in. One command at a time, by one thread; messages of a copy may be
 * sent by another, and {@link #cancel} called by any.
 */
public final class ServerConnection implements AutoCloseable {
  private static final int CANCEL_REQUEST = 80877102;

  private final Endpoint endpoint;
  private final Transport transport;
  private final Incoming in;
  private final Outgoing out;
  private final Map<String, String> parameters = new ConcurrentHashMap<>();
  private final Consumer<String> notices;
  private int process;
  private int secret;

  /** What a connection is for. */
  public enum Purpose {
    /** Statements in a database. */
    SQL(Map.of()),
    /** Replication commands of the whole cluster. */
    REPLICATION(Map.of("replication", "true"));

    private final Map<String, String> settings;

    Purpose(Map<String, String> settings) {
      this.settings = settings;
    }
  }

  private ServerConnection(Endpoint endpoint, Transport transport, Consumer<String> notices) {
    this.endpoint = endpoint;
    this.transport = transport;
    this.notices = notices;
    this.in = new Incoming(transport.in());
    this.out = new Outgoing(transport.out());
  }

  /**
   * Connects and logs in.
   *
   * @param notices gets what the server has to say besides
   * @throws ServerError if the server refuses
   * @throws PasswordMissing if it wants a password and none is known
   * @throws EncryptionRefused if the connection would not be protected as the endpoint wants it
   */
  public static ServerConnection open(
      Endpoint endpoint, Purpose purpose, Passwords passwords, Consumer<String> notices)
      throws IOException {
    if (endpoint.tls() != TlsMode.ALLOW) {
      return open(endpoint, endpoint.tls(), purpose, passwords, notices);
    }
    try {
      return open(endpoint, TlsMode.DISABLE, purpose, passwords, notices);
    } catch (ServerError e) {
      try {
        return open(endpoint, TlsMode.REQUIRE, purpose, passwords, notices);
      } catch (IOException second) {
        e.addSuppressed(second);
        throw e;
      }
    }
  }

  private static ServerConnection open(
      Endpoint endpoint,
      TlsMode mode,
      Purpose purpose,
      Passwords passwords,
      Consumer<String> notices)
      throws IOException {
    Transport transport = Transport.open(endpoint, mode);
    try {
      ServerConnection connection = new ServerConnection(endpoint, transport, notices);
      Map<String, String> settings = new TreeMap<>(purpose.settings);
      settings.put("application_name", "salvor");
      settings.put("client_encoding", "UTF8");
      new Login(transport, connection.in, connection.out, endpoint, passwords).run(settings);
      connection.awaitReady();
      transport.patience(Duration.ZERO);
      return connection;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  private void awaitReady() throws IOException {
    while (true) {
      byte type = in.next();
      switch (type) {
        case 'S' -> parameters.put(in.string(), in.string());
        case 'K' -> {
          process = in.int32();
          secret = in.int32();
        }
        case 'N' -> notices.accept(in.fields().getOrDefault('M', ""));
        case 'E' -> throw ServerError.of(in.fields());
        case 'Z' -> {
          return;
        }
        default -> throw Exchange.unexpected(type);
      }
    }
  }

  /** What the server has said of itself, such as {@code server_version}. */
  public Map<String, String> parameters() {
    return Map.copyOf(parameters);
  }

  /**
   * The server's major version, such as 17.
   *
   * @throws ProtocolException if it does not tell
   */
  public int major() throws ProtocolException {
    String version = parameters.getOrDefault("server_version", "");
    try {
      return Integer.parseInt(version.replaceFirst("\\D.*", ""));
    } catch (NumberFormatException e) {
      throw new ProtocolException("a server of version \"" + version + "\"");
    }
  }

  /** The number of the process that serves it, on the machine where that runs. */
  public int process() {
    return process;
  }

  /** Where it leads to. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** Sends a command; its answers are taken from what is returned. */
  public Exchange send(String command) throws IOException {
    out.send('Q', new Body().string(command));
    return new Exchange(
        in,
        out,
        new Exchange.Status() {
          @Override
          public void parameter(String name, String value) {
            parameters.put(name, value);
          }

          @Override
          public void notice(String message) {
            notices.accept(message);
          }
        });
  }

  /** Runs a command that has one result set, or none. */
  public List<Row> query(String command) throws IOException {
    Exchange exchange = send(command);
    List<Row> rows = exchange.rows();
    exchange.end();
    return rows;
  }

  /** How long to wait for the server's next word; zero for ever. Unix sockets wait for ever. */
  public void patience(Duration most) throws IOException {
    transport.patience(most);
  }

  /** Asks the server, by another connection, to break off what it is doing for this one. */
  public void cancel() throws IOException {
    TlsMode mode = transport.certificate() == null ? TlsMode.DISABLE : endpoint.tls();
    try (Transport other = Transport.open(endpoint, mode)) {
      new Outgoing(other.out())
          .send(Outgoing.UNTYPED, new Body().int32(CANCEL_REQUEST).int32(process).int32(secret));
      int _ = other.in().read();
    }
  }

  /** A string as a literal of SQL and of the replication commands. */
  public static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  @Override
  public void close() throws IOException {
    try {
      out.send('X', new Body());
    } catch (IOException e) {
      // It is gone already.
    } finally {
      transport.close();
    }
  }
}
