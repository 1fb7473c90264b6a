package io.salvor.provider.stream;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.ContentSink;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream in a thread of its own, so that a cancelled capture does not wait for bytes that
 * may never come. It holds {@link #BUFFERS} buffers at most.
 */
final class Feed {
  private static final int BUFFERS = 4;
  private static final int BUFFER = 256 << 10;
  private static final long LOOK_MILLIS = 100;

  private final InputStream from;
  private final BlockingQueue<Piece> full = new ArrayBlockingQueue<>(BUFFERS);
  private volatile boolean stopped;

  /** Bytes that were read; the end, with or without a reason, when there are none. */
  private record Piece(byte[] bytes, int length, @Nullable IOException failure) {}

  /** What was stored of a stream. */
  record Stored(long size, ContentRef ref) {}

  private Feed(InputStream from) {
    this.from = from;
  }

  /** Stores a stream up to its end. */
  static Stored store(InputStream from, ContentSink sink, Progress progress)
      throws IOException, InterruptedException {
    Feed feed = new Feed(from);
    Thread.ofPlatform().name("stream-read").daemon().start(feed::read);
    try {
      return feed.write(sink, progress);
    } finally {
      feed.stopped = true;
      feed.full.clear();
    }
  }

  private Stored write(ContentSink sink, Progress progress)
      throws IOException, InterruptedException {
    long size = 0;
    while (true) {
      progress.checkCancelled();
      Piece piece = full.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (piece == null) {
        continue;
      }
      if (piece.failure() != null) {
        throw piece.failure();
      }
      if (piece.length() < 0) {
        return new Stored(size, size == 0 ? ContentRef.EMPTY : sink.finish());
      }
      sink.write(piece.bytes(), 0, piece.length());
      size += piece.length();
    }
  }

  private void read() {
    Piece piece = new Piece(new byte[0], 0, null);
    while (!stopped && piece.length() >= 0) {
      byte[] buffer = new byte[BUFFER];
      try {
        // Whole buffers, however small the pieces that a pipe gives.
        int read = from.readNBytes(buffer, 0, BUFFER);
        piece = new Piece(buffer, read == 0 ? -1 : read, null);
      } catch (IOException e) {
        piece = new Piece(buffer, -1, e);
      }
      hand(piece);
    }
  }

  private void hand(Piece piece) {
    try {
      while (!stopped && !full.offer(piece, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        // The other side is busy storing.
      }
    } catch (InterruptedException _) {
      stopped = true;
    }
  }
}
