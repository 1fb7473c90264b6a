package io.salvor.provider.postgresql.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command and the server's answers to it, which are taken in their order: result sets, and a
 * copy among them. Has to be ended before the connection takes another command. For one thread.
 */
public final class Exchange {
  private final Incoming in;
  private final Outgoing out;
  private final Status status;
  private boolean ended;

  /** Takes what a server may say at any time. */
  interface Status {
    void parameter(String name, String value);

    void notice(String message);
  }

  Exchange(Incoming in, Outgoing out, Status status) {
    this.in = in;
    this.out = out;
    this.status = status;
  }

  /**
   * The rows of the next result set; none of a command that has none.
   *
   * @throws ServerError after which the exchange is over
   */
  public List<Row> rows() throws IOException {
    List<String> columns = List.of();
    List<Row> rows = new ArrayList<>();
    while (true) {
      byte type = next();
      switch (type) {
        case 'T' -> columns = columns();
        case 'D' -> rows.add(row(columns));
        case 'C', 'I' -> {
          return rows;
        }
        default -> throw unexpected(type);
      }
    }
  }

  /**
   * Begins the copy that comes next, whichever its direction.
   *
   * @throws ServerError after which the exchange is over
   */
  public Copy copy() throws IOException {
    byte type = next();
    if (type != 'G' && type != 'H' && type != 'W') {
      throw unexpected(type);
    }
    return new Copy(this, out, type != 'G');
  }

  /**
   * Whatever comes is left out, up to the end.
   *
   * @throws ServerError if the command has failed
   */
  public void end() throws IOException {
    while (!ended) {
      byte type = next();
      ended = type == 'Z';
    }
  }

  /** The next message that is about the command. */
  byte next() throws IOException {
    while (true) {
      byte type = in.next();
      switch (type) {
        case 'S' -> status.parameter(in.string(), in.string());
        case 'N' -> status.notice(in.fields().getOrDefault('M', ""));
        case 'A' -> {}
        case 'E' -> {
          ServerError error = ServerError.of(in.fields());
          if (!error.fatal()) {
            skip(error);
          }
          ended = true;
          throw error;
        }
        default -> {
          return type;
        }
      }
    }
  }

  private void skip(ServerError error) throws IOException {
    try {
      while (in.next() != 'Z') {
        // What was on its way before the failure.
      }
    } catch (IOException e) {
      error.addSuppressed(e);
      throw error;
    }
  }

  Incoming message() {
    return in;
  }

  static ProtocolException unexpected(byte type) {
    return new ProtocolException("a message of type " + (char) type + " where none belongs");
  }

  private List<String> columns() throws IOException {
    int count = in.int16();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      columns.add(in.string());
      // Table, column, type, its size and modifier, format.
      byte[] _ = in.bytes(4 + 2 + 4 + 2 + 4 + 2);
    }
    return List.copyOf(columns);
  }

  private Row row(List<String> columns) throws IOException {
    int count = in.int16();
    if (count != columns.size()) {
      throw new ProtocolException("a row of " + count + " values for " + columns);
    }
    @Nullable String[] values = new String[count];
    for (int i = 0; i < count; i++) {
      int length = in.int32();
      values[i] = length < 0 ? null : new String(in.bytes(length), StandardCharsets.UTF_8);
    }
    return new Row(columns, values);
  }
}
