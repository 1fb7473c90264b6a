package io.salvor.provider.postgresql.follow;

import io.salvor.provider.postgresql.protocol.Copy;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Exchange;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.wal.Lsn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server's replication commands. For one thread, but for what is sent in a stream. */
final class WalServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern SIZE = Pattern.compile("(\\d+)(B|kB|MB|GB)?");

  private final ServerConnection connection;
  private @Nullable Exchange streaming;

  /** Who the server is, and where it stands. */
  record Identity(String system, long timeline, Lsn position) {}

  /**
   * A slot.
   *
   * @param restart from where on the server keeps WAL; NONE if it keeps none, or has lost it
   */
  record Slot(Lsn restart) {}

  /** The timeline that comes after one that has ended. */
  record Next(long timeline, Lsn start) {}

  private WalServer(ServerConnection connection) {
    this.connection = connection;
  }

  static WalServer open(Endpoint endpoint, Passwords passwords, Consumer<String> notices)
      throws IOException {
    // As the password file's lines for replication have it.
    Passwords replication = login -> passwords.of(login.in("replication"));
    ServerConnection connection =
        ServerConnection.open(endpoint, Purpose.REPLICATION, replication, notices);
    // It is asked for a word every few seconds: a host that has gone is not waited for.
    connection.patience(PATIENCE);
    return new WalServer(connection);
  }

  Identity identify() throws IOException {
    Row row = connection.query("IDENTIFY_SYSTEM").getFirst();
    return new Identity(
        row.get("systemid"), Long.parseLong(row.get("timeline")), Lsn.parse(row.get("xlogpos")));
  }

  /** A size in bytes that the server shows with a unit. */
  long size(String setting) throws IOException {
    String text = setting(setting);
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new ProtocolException(setting + " of \"" + text + "\"");
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    int shift =
        switch (unit) {
          case "kB" -> 10;
          case "MB" -> 20;
          case "GB" -> 30;
          default -> 0;
        };
    return Long.parseLong(matcher.group(1)) << shift;
  }

  String setting(String name) throws IOException {
    return connection.query("SHOW " + name).getFirst().get(name);
  }

  int major() throws IOException {
    return connection.major();
  }

  Optional<Slot> slot(String name) throws IOException {
    Row row = connection.query("READ_REPLICATION_SLOT " + name).getFirst();
    String type = row.find("slot_type");
    if (type == null) {
      return Optional.empty();
    }
    String restart = row.find("restart_lsn");
    return Optional.of(new Slot(restart == null ? Lsn.NONE : Lsn.parse(restart)));
  }

  void createSlot(String name) throws IOException {
    List<Row> _ = connection.query("CREATE_REPLICATION_SLOT " + name + " PHYSICAL RESERVE_WAL");
  }

  void dropSlot(String name) throws IOException {
    List<Row> _ = connection.query("DROP_REPLICATION_SLOT " + name + " WAIT");
  }

  /** The file with a timeline's history. */
  byte[] history(long timeline) throws IOException {
    Row row = connection.query("TIMELINE_HISTORY " + timeline).getFirst();
    return row.get("content").getBytes(StandardCharsets.UTF_8);
  }

  /** Begins to receive, on a timeline that goes on there. */
  Copy stream(String slot, long timeline, Lsn from) throws IOException {
    Exchange exchange =
        connection.send(
            "START_REPLICATION SLOT " + slot + " PHYSICAL " + from + " TIMELINE " + timeline);
    streaming = exchange;
    return exchange.copy();
  }

  /** What the server says at the end of a timeline; empty if it has ended for another reason. */
  Optional<Next> next(Copy copy) throws IOException {
    Exchange exchange = streaming;
    if (exchange == null) {
      throw new IllegalStateException("nothing is streamed");
    }
    copy.done();
    List<Row> rows = exchange.rows();
    exchange.end();
    streaming = null;
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    Row row = rows.getFirst();
    return Optional.of(
        new Next(Long.parseLong(row.get("next_tli")), Lsn.parse(row.get("next_tli_startpos"))));
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
