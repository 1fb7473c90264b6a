package io.salvor.provider.mysql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Driver;
import org.mariadb.jdbc.client.Completion;
import org.mariadb.jdbc.client.Context;
import org.mariadb.jdbc.client.socket.Reader;
import org.mariadb.jdbc.client.socket.Writer;
import org.mariadb.jdbc.client.util.ClosableLock;
import org.mariadb.jdbc.export.ExceptionFactory;
import org.mariadb.jdbc.message.ClientMessage;
import org.mariadb.jdbc.message.server.ErrorPacket;

/**
 * One connection to a server, for one thread; {@link #close} may be called by another, and breaks
 * off what is under way.
 */
public final class Session implements AutoCloseable {
  private static final Duration NO_TIMEOUT = Duration.ZERO;
  private static final String NO_TLS = "ssl not enabled";

  // Texts that are the same wherever and whenever they are read.
  private static final List<String> SETTINGS =
      List.of(
          "SET time_zone = '+00:00'",
          "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'",
          "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
          "SET SESSION wait_timeout = 86400",
          "SET SESSION net_write_timeout = 3600",
          "SET SESSION net_read_timeout = 3600");

  private final Connection connection;

  static {
    // It would write to standard error what is told in three lines anyway.
    System.setProperty("mariadb.logging.disable", "true");
  }

  private Session(Connection connection) {
    this.connection = connection;
  }

  /**
   * Logs in.
   *
   * @param endpoint whose database is not entered
   * @throws ServerError if it is refused, or nobody answers
   */
  public static Session open(Endpoint endpoint, Passwords passwords) throws IOException {
    return open(endpoint, passwords, NO_TIMEOUT);
  }

  /**
   * Logs in.
   *
   * @param silence how long the server may say nothing while something is waited for
   * @throws ServerError if it is refused, or nobody answers
   */
  public static Session open(Endpoint endpoint, Passwords passwords, Duration silence)
      throws IOException {
    Properties properties = new Properties();
    properties.setProperty("user", endpoint.user());
    String password = passwords.of(endpoint);
    if (password != null) {
      properties.setProperty("password", password);
    }
    properties.setProperty("allowLocalInfile", "false");
    properties.setProperty("tinyInt1isBit", "false");
    properties.setProperty("useBulkStmts", "true");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectionAttributes", "program_name:salvor");
    properties.setProperty(
        "connectTimeout", endpoint.options().getOrDefault("connect_timeout", "10") + "000");
    properties.setProperty("socketTimeout", String.valueOf(silence.toMillis()));
    String certificates = endpoint.options().get("sslrootcert");
    if (certificates != null && !certificates.equals("system")) {
      properties.setProperty("serverSslCert", certificates);
    }
    Session session = new Session(connect(endpoint, properties));
    try {
      for (String setting : SETTINGS) {
        session.run(setting);
      }
      return session;
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static Connection connect(Endpoint endpoint, Properties properties) throws ServerError {
    String url = "jdbc:mariadb://" + endpoint.place() + "/";
    String mode = endpoint.tls();
    try {
      properties.setProperty(
          "sslMode",
          switch (mode) {
            case "prefer", "require" -> "trust";
            default -> mode;
          });
      return new Driver().connect(url, properties);
    } catch (SQLException e) {
      if (!mode.equals("prefer") || !String.valueOf(e.getMessage()).contains(NO_TLS)) {
        throw new ServerError(e);
      }
    }
    try {
      properties.setProperty("sslMode", "disable");
      return new Driver().connect(url, properties);
    } catch (SQLException e) {
      throw new ServerError(e);
    }
  }

  /** A row by the lower-case names of its columns; a text is null where SQL has NULL. */
  public record Row(Map<String, @Nullable String> values) {
    /**
     * A text that is there.
     *
     * @throws IllegalStateException if it is NULL
     */
    public String get(String name) {
      String value = values.get(name);
      if (value == null) {
        throw new IllegalStateException("no " + name + " in " + values.keySet());
      }
      return value;
    }

    /** A text; null for NULL, and where there is no such column. */
    public @Nullable String find(String name) {
      return values.get(name);
    }

    /** A text; empty for NULL, and where there is no such column. */
    public String text(String name) {
      String value = values.get(name);
      return value == null ? "" : value;
    }
  }

  /** What a query gives, of which there is little. */
  public List<Row> query(String sql, String... arguments) throws ServerError {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.length; i++) {
        statement.setString(i + 1, arguments[i]);
      }
      List<Row> rows = new ArrayList<>();
      try (ResultSet results = statement.executeQuery()) {
        ResultSetMetaData columns = results.getMetaData();
        while (results.next()) {
          Map<String, @Nullable String> values = new HashMap<>();
          for (int i = 1; i <= columns.getColumnCount(); i++) {
            values.put(columns.getColumnLabel(i).toLowerCase(Locale.ROOT), results.getString(i));
          }
          rows.add(new Row(values));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new ServerError(e);
    }
  }

  /** Runs one statement whose answer nobody wants. */
  public void run(String sql) throws ServerError {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      boolean _ = statement.execute(sql);
    } catch (SQLException e) {
      throw new ServerError(e);
    }
  }

  /** Takes rows, each as the bytes that the server has sent for its columns. */
  public interface RowTaker {
    /** The next row; a column is null for NULL. */
    void row(byte[] @Nullable [] columns) throws IOException;
  }

  /**
   * Reads rows one after the other, never many at a time, in the character sets that they are kept
   * in.
   *
   * @param ahead how many rows may be held in memory
   */
  public void read(String sql, int ahead, RowTaker taker) throws IOException {
    run("SET character_set_results = NULL");
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(ahead);
      statement.setEscapeProcessing(false);
      try (ResultSet results = statement.executeQuery(sql)) {
        int count = results.getMetaData().getColumnCount();
        byte[] @Nullable [] columns = new byte[count][];
        while (results.next()) {
          for (int i = 0; i < count; i++) {
            columns[i] = results.getBytes(i + 1);
          }
          taker.row(columns);
        }
      }
    } catch (SQLException e) {
      ServerError error = new ServerError(e);
      if (!error.fatal()) {
        run("SET character_set_results = utf8mb4");
      }
      throw error;
    }
    run("SET character_set_results = utf8mb4");
  }

  /** Takes packets that the server sends of its own accord. */
  @FunctionalInterface
  public interface PacketTaker {
    /** The next one, without its head. */
    void packet(byte[] bytes) throws IOException, InterruptedException;
  }

  /** Sends a command of the protocol that is answered by OK. */
  public void command(byte[] command) throws IOException {
    exchange(new Command(command));
  }

  /**
   * Sends a command of the protocol and takes packets until the server says that they have ended.
   */
  public void stream(byte[] command, PacketTaker taker) throws IOException, InterruptedException {
    Stream stream = new Stream(command, taker);
    try {
      exchange(stream);
    } catch (IOException e) {
      if (stream.failure instanceof InterruptedException) {
        throw new InterruptedException();
      }
      throw stream.failure instanceof IOException own ? own : e;
    }
  }

  private void exchange(ClientMessage message) throws IOException {
    try {
      var _ =
          connection.unwrap(org.mariadb.jdbc.Connection.class).getClient().execute(message, false);
    } catch (SQLException e) {
      throw new ServerError(e);
    }
  }

  /** Bytes that the driver sends as they are. */
  private static class Command implements ClientMessage {
    private final byte[] bytes;

    Command(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int encode(Writer writer, Context context) throws IOException {
      writer.initPacket();
      writer.writeBytes(bytes);
      writer.flush();
      return 1;
    }
  }

  /** A command whose answer has no end of its own. */
  private static final class Stream extends Command {
    private static final int FAILED = 0xff;
    private static final int ENDED = 0xfe;
    private static final int LONGEST_END = 9;

    private final PacketTaker taker;
    private @Nullable Exception failure;

    Stream(byte[] bytes, PacketTaker taker) {
      super(bytes);
      this.taker = taker;
    }

    @Override
    public @Nullable Completion readPacket(
        org.mariadb.jdbc.@Nullable Statement statement,
        int fetchSize,
        long maxRows,
        int concurrency,
        int type,
        boolean closesOnCompletion,
        Reader reader,
        Writer writer,
        Context context,
        ExceptionFactory exceptions,
        ClosableLock lock,
        boolean traces,
        @Nullable ClientMessage message,
        @Nullable Consumer<String> redirects)
        throws IOException, SQLException {
      while (true) {
        byte[] packet = reader.readPacket(false);
        int first = packet.length == 0 ? ENDED : packet[0] & 0xff;
        if (first == FAILED) {
          ErrorPacket error = new ErrorPacket(reader.readableBufFromArray(packet), context);
          throw exceptions.create(error.getMessage(), error.getSqlState(), error.getErrorCode());
        }
        if (first == ENDED && packet.length < LONGEST_END) {
          return null;
        }
        try {
          taker.packet(packet);
        } catch (IOException | InterruptedException | RuntimeException e) {
          failure = e;
          throw e instanceof IOException own ? own : new IOException(e);
        }
      }
    }
  }

  /** A statement that takes many rows in; whoever prepares it closes it. */
  public PreparedStatement prepare(String sql) throws ServerError {
    try {
      return connection.prepareStatement(sql);
    } catch (SQLException e) {
      throw new ServerError(e);
    }
  }

  /** What went wrong with a prepared statement. */
  public static ServerError error(SQLException e) {
    return new ServerError(e);
  }

  /** Whether it is MariaDB; else it is MySQL. */
  public boolean isMariaDb() throws ServerError {
    return version().contains("MariaDB");
  }

  /** As the server says it. */
  public String version() throws ServerError {
    return query("SELECT VERSION() AS version").getFirst().get("version");
  }

  /** A name as SQL has it. */
  public static String quoted(String name) {
    return '`' + name.replace("`", "``") + '`';
  }

  /** A text as SQL has it. */
  public static String text(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  @Override
  public void close() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It is gone, which was wanted.
    }
  }
}
