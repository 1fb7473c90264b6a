package io.salvor.provider.files;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.Extent;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.ContentSink;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file as it was read.
 *
 * @param size bytes, which may be fewer than the file had when it was opened
 */
record Content(long size, ContentRef ref) {
  private static final int UNIT = 512;
  private static final int LARGE = 1 << 20;

  /** Bytes that are no holes, as far as the file system counts them. */
  static long dataBytes(Stat stat) {
    return stat.blocks() < 0 ? stat.size() : Math.min(stat.size(), stat.blocks() * UNIT);
  }

  /**
   * Reads at most as many bytes as {@code stat} has, so that a file which grows all the while comes
   * to an end.
   */
  static Content read(
      FileHandle file,
      Stat stat,
      ContentSink sink,
      byte[] buffer,
      Progress progress,
      BooleanSupplier stopped)
      throws IOException, SourceFailure {
    return new Reading(file, stat, sink, buffer, progress, stopped).all();
  }

  private record Reading(
      FileHandle file,
      Stat stat,
      ContentSink sink,
      byte[] buffer,
      Progress progress,
      BooleanSupplier stopped) {

    Content all() throws IOException, SourceFailure {
      long size = stat.size();
      if (size > io.salvor.engine.content.Extent.MAX_HOLE) {
        // Anybody can make such a file of one hole; it must not end the backup.
        throw new SourceFailure(new PosixException(Errno.EFBIG, "read", null));
      }
      if (size > LARGE) {
        advise();
      }
      long done = dataBytes(stat) < size ? sparse(size) : data(0, size);
      return new Content(done, done == 0 ? ContentRef.EMPTY : sink.finish());
    }

    private long sparse(long size) throws IOException, SourceFailure {
      long done = 0;
      while (done < size) {
        Extent next = nextData(done);
        if (next == null || next.offset() >= size) {
          // A hole up to the end, unless the file has been cut meanwhile.
          long end = Math.min(size, fileSize());
          if (end > done) {
            sink.hole(end - done);
          }
          return Math.max(end, done);
        }
        if (next.offset() > done) {
          sink.hole(next.offset() - done);
          done = next.offset();
        }
        long end = Math.min(size, next.end());
        done = data(done, end);
        if (done < end) {
          return done;
        }
      }
      return done;
    }

    /** Reads from one offset up to another; returns where the file ended. */
    private long data(long from, long to) throws IOException, SourceFailure {
      long at = from;
      while (at < to) {
        if (stopped.getAsBoolean()) {
          throw new CancellationException("the capture has ended");
        }
        progress.checkCancelled();
        int read = pread(at, (int) Math.min(buffer.length, to - at));
        if (read <= 0) {
          break;
        }
        sink.write(buffer, 0, read);
        at += read;
      }
      return at;
    }

    private int pread(long at, int length) throws SourceFailure {
      try {
        return file.pread(at, buffer, 0, length);
      } catch (PosixException e) {
        throw new SourceFailure(e);
      }
    }

    private @Nullable Extent nextData(long from) throws SourceFailure {
      try {
        return file.nextData(from);
      } catch (PosixException e) {
        throw new SourceFailure(e);
      }
    }

    private long fileSize() throws SourceFailure {
      try {
        return file.stat().size();
      } catch (PosixException e) {
        throw new SourceFailure(e);
      }
    }

    private void advise() throws SourceFailure {
      try {
        file.adviseSequential();
      } catch (PosixException e) {
        if (!e.isUnsupported()) {
          throw new SourceFailure(e);
        }
      }
    }
  }
}
