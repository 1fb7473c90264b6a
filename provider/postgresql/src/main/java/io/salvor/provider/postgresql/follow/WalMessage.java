package io.salvor.provider.postgresql.follow;

import io.salvor.provider.postgresql.protocol.ProtocolException;
import io.salvor.provider.postgresql.wal.Lsn;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/** Messages of a stream of WAL. Numbers are big-endian, times microseconds since 2000-01-01 UTC. */
sealed interface WalMessage {
  /** Bytes before the WAL of a {@link Data}. */
  int DATA_HEADER = 25;

  /** When the server has sent it, by its clock. */
  Instant sent();

  /**
   * WAL, which begins at {@link #DATA_HEADER} in the message.
   *
   * @param end where the server's WAL ended when it decided what to send
   */
  record Data(Lsn from, int length, Lsn end, Instant sent) implements WalMessage {}

  /**
   * A sign of life.
   *
   * @param end up to where it has sent
   */
  record Keepalive(Lsn end, Instant sent, boolean wantsReply) implements WalMessage {}

  /** Reads one. */
  static WalMessage read(byte[] bytes, int length) throws ProtocolException {
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    if (length >= DATA_HEADER && bytes[0] == 'w') {
      return new Data(
          new Lsn(in.getLong(1)),
          length - DATA_HEADER,
          new Lsn(in.getLong(9)),
          Epoch.instant(in.getLong(17)));
    }
    if (length >= 18 && bytes[0] == 'k') {
      return new Keepalive(new Lsn(in.getLong(1)), Epoch.instant(in.getLong(9)), bytes[17] != 0);
    }
    throw new ProtocolException("a message of a stream of WAL that is none");
  }

  /**
   * What the server is told.
   *
   * @param durable up to where WAL is safe here
   * @param applied the same for commits that wait for being visible; NONE if nobody shall
   */
  static byte[] status(Lsn durable, Lsn applied, Instant now, boolean wantsReply) {
    return ByteBuffer.allocate(34)
        .put((byte) 'r')
        .putLong(durable.value())
        .putLong(durable.value())
        .putLong(applied.value())
        .putLong(Epoch.micros(now))
        .put((byte) (wantsReply ? 1 : 0))
        .array();
  }

  /** The server's time. */
  final class Epoch {
    private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

    private Epoch() {}

    static Instant instant(long micros) {
      return START
          .plusSeconds(Math.floorDiv(micros, 1_000_000L))
          .plusNanos(Math.floorMod(micros, 1_000_000L) * 1000);
    }

    static long micros(Instant time) {
      Duration since = Duration.between(START, time);
      return since.getSeconds() * 1_000_000 + since.getNano() / 1000;
    }
  }
}
