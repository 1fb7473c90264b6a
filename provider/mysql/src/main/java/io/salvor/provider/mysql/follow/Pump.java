package io.salvor.provider.mysql.follow;

import io.salvor.engine.journal.JournalWriter;
import io.salvor.engine.journal.Tail;
import io.salvor.provider.mysql.binlog.BinlogFormat;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.CapturedLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** From the inbox into the repository. For one thread. */
final class Pump {
  private static final Duration LULL = Duration.ofMillis(200);
  private static final Duration SETTLED = Duration.ofSeconds(1);
  private static final Duration BEAT = Duration.ofSeconds(5);

  private final FollowSession session;
  private final LogServer server;
  private final Inbox box;
  private final Writers writers;
  private final boolean goesOn;
  private @Nullable JournalWriter writer;
  private BinlogPlace durable;
  private Instant lastTail = Instant.EPOCH;
  private Instant lastProof = Instant.EPOCH;
  private Instant until = Instant.EPOCH;
  private Duration skew = Duration.ZERO;
  private boolean unproven;
  private LogServer.@Nullable Proof proof;

  /** Makes the writer when it is known which log it is. */
  interface Writers {
    /**
     * The writer.
     *
     * @param begun when the first file was begun that is captured
     */
    JournalWriter writer(long begun);
  }

  Pump(
      FollowSession session,
      LogServer server,
      Inbox box,
      Writers writers,
      StartingPoint.Start start)
      throws IOException, InterruptedException {
    this.session = session;
    this.server = server;
    this.box = box;
    this.writers = writers;
    this.durable = start.from();
    this.goesOn = start.system() != null;
    if (start.truncated().isPresent()) {
      end(durable.file() - 1, start.truncated().getAsLong());
    }
  }

  /** Returns when the stream has ended, or the follower is stopped, and all is durable. */
  void run() throws IOException, InterruptedException {
    Inbox.State now = box.await(Duration.ZERO, true);
    while (true) {
      Instant time = session.repository().now();
      boolean due =
          now.full()
              || session.options().synchronous()
              || now.ended()
              || session.isStopped()
              || since(lastTail, time).compareTo(LULL) >= 0;
      if (now.any() && due) {
        take(time);
      }
      if (!now.any() && (now.ended() || session.isStopped())) {
        return;
      }
      prove(time);
      session.consolidator().poll(time);
      boolean waits = now.any() && !due;
      Duration rest = waits ? LULL.minus(since(lastTail, session.repository().now())) : LULL;
      now = box.await(rest.isNegative() ? Duration.ZERO : rest, !waits);
    }
  }

  private static Duration since(Instant then, Instant now) {
    Duration since = Duration.between(then, now);
    // A clock that was set back must not put things off.
    return since.isNegative() ? Duration.ofDays(1) : since;
  }

  private void take(Instant time) throws IOException, InterruptedException {
    Inbox.Batch batch = box.take();
    lastTail = time;
    long file = batch.from().file();
    session.state().file = file;
    BinlogFormat format = batch.format();
    JournalWriter to = writer(format);
    if (format != null) {
      byte[] name = batch.name().at(file).getBytes(StandardCharsets.UTF_8);
      session.store(to, to.file(file, CapturedLog.NAME, name));
    }
    byte[] bytes = batch.bytes();
    Instant came = batch.since().plus(skew);
    long from = batch.from().offset();
    if (bytes.length <= Tail.MAX_BYTES) {
      tail(to, file, from, bytes, came);
    } else {
      // Only the last event can be so large; who begins anew must begin with it.
      int last = batch.lastEvent();
      tail(to, file, from, Arrays.copyOf(bytes, last), came);
      String mark = CapturedLog.LARGE + String.format(Locale.ROOT, "%016x", from + last);
      session.store(to, to.file(file, mark, decimal(from + bytes.length)));
      for (int at = last; at < bytes.length; at += Tail.MAX_BYTES) {
        int end = Math.min(bytes.length, at + Tail.MAX_BYTES);
        tail(to, file, from + at, Arrays.copyOfRange(bytes, at, end), came);
      }
    }
    if (batch.complete()) {
      end(file, from + bytes.length);
    }
    session.events().durable(durable.text(batch.name()));
  }

  private JournalWriter writer(@Nullable BinlogFormat format) {
    JournalWriter now = writer;
    if (now == null) {
      now = writers.writer(format == null ? 0 : format.created());
      writer = now;
    }
    return now;
  }

  private void tail(JournalWriter to, long file, long from, byte[] bytes, Instant came)
      throws IOException, InterruptedException {
    if (bytes.length == 0) {
      return;
    }
    BinlogPlace end = new BinlogPlace(file, from + bytes.length);
    proven(end);
    JournalWriter.Sealed sealed = to.log(file, from, bytes, came, until);
    session.store(to, sealed);
    durable = end;
    session.state().received += bytes.length;
    unproven = true;
    to.tidy(sealed);
  }

  private void end(long file, long length) throws IOException, InterruptedException {
    JournalWriter to = writer(null);
    session.store(to, to.file(file, CapturedLog.END, decimal(length)));
    durable = new BinlogPlace(file + 1, 0);
  }

  private static byte[] decimal(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  /** Takes over what was proven, when all up to this place is durable. */
  private boolean proven(BinlogPlace up) {
    LogServer.Proof now = proof;
    if (now == null || up.isBefore(now.place())) {
      return false;
    }
    until = now.time();
    proof = null;
    return true;
  }

  /** Asks the server for its time and place now and then, and notes that it was reached. */
  private void prove(Instant time) throws IOException, InterruptedException {
    Duration pause = unproven ? SETTLED : BEAT;
    if (proof == null && since(lastProof, time).compareTo(pause) >= 0) {
      LogServer.Proof now = server.proof();
      skew = Duration.between(session.repository().now(), now.time());
      proof = now;
      lastProof = time;
    }
    boolean known = writer != null || goesOn;
    if (known && proof != null && proven(durable)) {
      unproven = false;
      JournalWriter to = writer(null);
      JournalWriter.Sealed sealed = to.beat(durable.file(), durable.offset(), until);
      session.store(to, sealed);
      to.tidy(sealed);
    }
  }
}
