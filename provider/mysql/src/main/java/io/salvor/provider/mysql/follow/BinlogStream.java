package io.salvor.provider.mysql.follow;

import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.binlog.BinlogName;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A connection by which a server sends its binary log, as to a replica. {@link #close} may be
 * called by any thread, and ends it.
 */
final class BinlogStream implements AutoCloseable {
  /** How long a server that has nothing to say may be silent. */
  static final Duration SILENCE = Duration.ofSeconds(60);

  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final int REGISTER = 0x15;
  private static final int DUMP = 0x12;
  private static final int WITH_ANNOTATIONS = 2;
  private static final int MARIADB_CAPABILITIES = 4;

  private final Session session;
  private final int replica;

  private BinlogStream(Session session, int replica) {
    this.session = session;
    this.replica = replica;
  }

  /**
   * Logs in and registers.
   *
   * @param replica a number that neither the server nor another replica of it has
   */
  static BinlogStream open(Endpoint endpoint, Passwords passwords, int replica) throws IOException {
    Session session = Session.open(endpoint, passwords, SILENCE);
    try {
      long nanos = HEARTBEAT.toNanos();
      if (session.isMariaDb()) {
        session.run("SET @mariadb_slave_capability = " + MARIADB_CAPABILITIES);
        session.run("SET @master_binlog_checksum = @@global.binlog_checksum");
        session.run("SET @master_heartbeat_period = " + nanos);
      } else {
        for (String word : new String[] {"master", "source"}) {
          session.run("SET @" + word + "_binlog_checksum = @@global.binlog_checksum");
          session.run("SET @" + word + "_heartbeat_period = " + nanos);
        }
      }
      BinlogStream stream = new BinlogStream(session, replica);
      stream.register();
      return stream;
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** So that it shows in SHOW SLAVE HOSTS. */
  private void register() throws IOException {
    byte[] host = "salvor".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer command = little(1 + 4 + 1 + host.length + 1 + 1 + 2 + 4 + 4);
    command.put((byte) REGISTER).putInt(replica).put((byte) host.length).put(host);
    command.put((byte) 0).put((byte) 0).putShort((short) 0).putInt(0).putInt(0);
    session.command(command.array());
  }

  /**
   * Receives, until the connection ends or the taker fails.
   *
   * @param taker takes events, each behind one byte
   */
  void receive(BinlogName name, BinlogPlace from, Session.PacketTaker taker)
      throws IOException, InterruptedException {
    byte[] file = name.at(from.file()).getBytes(StandardCharsets.UTF_8);
    ByteBuffer command = little(1 + 4 + 2 + 4 + file.length);
    command
        .put((byte) DUMP)
        .putInt((int) Math.max(from.offset(), BinlogFormat.MAGIC.length))
        .putShort((short) WITH_ANNOTATIONS);
    command.putInt(replica).put(file);
    session.stream(command.array(), taker);
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    session.close();
  }
}
