package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A regular file by its descriptor. Heap arrays go through the call's data buffer. */
final class NativeFile extends NativeHandle implements FileHandle {

  /** Where the next {@link #read} begins; the kernel's own position moves when holes are sought. */
  private long position;

  NativeFile(int number) {
    super(number);
  }

  @Override
  public synchronized int read(byte[] into, int offset, int length) throws PosixException {
    int read = pread(position, into, offset, length);
    if (read > 0) {
      position += read;
    }
    return read;
  }

  @Override
  public int pread(long position, byte[] into, int offset, int length) throws PosixException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    try (Scratch scratch = enter()) {
      int done = 0;
      while (done < length) {
        int wanted = Math.min(length - done, Scratch.DATA_SIZE);
        int read = pread(scratch, position + done, scratch.at(Scratch.DATA), wanted);
        int to = offset + done;
        MemorySegment.copy(scratch.memory(), JAVA_BYTE, Scratch.DATA, into, to, read);
        done += read;
        if (read < wanted) {
          break;
        }
      }
      return done == 0 ? -1 : done;
    }
  }

  @Override
  public int pread(long position, ByteBuffer into) throws PosixException {
    int length = into.remaining();
    if (length == 0) {
      return 0;
    }
    int read;
    if (into.isDirect()) {
      try (Scratch scratch = enter()) {
        MemorySegment target = writable(into);
        read = pread(scratch, position, target.address(), length);
      } finally {
        Reference.reachabilityFence(into);
      }
      into.position(into.position() + read);
      return read == 0 ? -1 : read;
    }
    read = pread(position, into.array(), into.arrayOffset() + into.position(), length);
    if (read > 0) {
      into.position(into.position() + read);
    }
    return read;
  }

  private static MemorySegment writable(ByteBuffer buffer) {
    MemorySegment segment = MemorySegment.ofBuffer(buffer);
    if (segment.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    return segment;
  }

  private int pread(Scratch scratch, long position, long address, int length)
      throws PosixException {
    return (int)
        Scratch.check(scratch.call(Sys.PREAD, fd(), address, length, position), "read", null);
  }

  @Override
  public void pwrite(long position, byte[] from, int offset, int length) throws PosixException {
    Objects.checkFromIndexSize(offset, length, from.length);
    try (Scratch scratch = enter()) {
      int done = 0;
      while (done < length) {
        int piece = Math.min(length - done, Scratch.DATA_SIZE);
        MemorySegment memory = scratch.memory();
        MemorySegment.copy(from, offset + done, memory, JAVA_BYTE, Scratch.DATA, piece);
        pwrite(scratch, position + done, scratch.at(Scratch.DATA), piece);
        done += piece;
      }
    }
  }

  @Override
  public void pwrite(long position, ByteBuffer from) throws PosixException {
    int length = from.remaining();
    if (from.isDirect()) {
      try (Scratch scratch = enter()) {
        pwrite(scratch, position, MemorySegment.ofBuffer(from).address(), length);
      } finally {
        Reference.reachabilityFence(from);
      }
    } else if (from.hasArray()) {
      pwrite(position, from.array(), from.arrayOffset() + from.position(), length);
    } else {
      byte[] copy = new byte[length];
      from.get(from.position(), copy);
      pwrite(position, copy, 0, length);
    }
    from.position(from.limit());
  }

  private void pwrite(Scratch scratch, long position, long address, int length)
      throws PosixException {
    int done = 0;
    while (done < length) {
      long written = scratch.call(Sys.PWRITE, fd(), address + done, length - done, position + done);
      if (Scratch.check(written, "write", null) == 0) {
        throw new PosixException(Errno.EIO, "write", null);
      }
      done += (int) written;
    }
  }

  @Override
  public void truncate(long size) throws PosixException {
    try (Scratch scratch = enter()) {
      Scratch.check(scratch.call(Sys.FTRUNCATE, fd(), size), "truncate", null);
    }
  }

  @Override
  public boolean allocate(long offset, long length) throws PosixException {
    return fallocate(0, offset, length);
  }

  @Override
  public boolean punchHole(long offset, long length) throws PosixException {
    return fallocate(Sys.FALLOC_FL_PUNCH_HOLE | Sys.FALLOC_FL_KEEP_SIZE, offset, length);
  }

  private boolean fallocate(int mode, long offset, long length) throws PosixException {
    if (length == 0) {
      return true;
    }
    try (Scratch scratch = enter()) {
      long result = scratch.call(Sys.FALLOCATE, fd(), mode, offset, length);
      if (isUnsupported(result)) {
        return false;
      }
      Scratch.check(result, "fallocate", null);
      return true;
    }
  }

  private static boolean isUnsupported(long result) {
    return result == -Errno.EOPNOTSUPP.number() || result == -Errno.ENOSYS.number();
  }

  @Override
  public @Nullable Extent nextData(long from) throws PosixException {
    try (Scratch scratch = enter()) {
      long data = scratch.call(Sys.LSEEK, fd(), from, Sys.SEEK_DATA);
      if (data == -Errno.ENXIO.number()) {
        return null;
      }
      if (data == -Errno.EINVAL.number() || isUnsupported(data)) {
        long size = Statx.of(scratch, fd()).size();
        return from < size ? new Extent(from, size - from) : null;
      }
      Scratch.check(data, "seek", null);
      long hole = scratch.call(Sys.LSEEK, fd(), data, Sys.SEEK_HOLE);
      if (hole == -Errno.ENXIO.number()) {
        return null; // cut meanwhile
      }
      Scratch.check(hole, "seek", null);
      return new Extent(data, hole - data);
    }
  }

  @Override
  public long copyRange(long from, FileHandle target, long to, long length) throws PosixException {
    long done = 0;
    if (target instanceof NativeFile other) {
      try (Scratch scratch = enter();
          Scratch second = other.enter()) {
        while (done < length) {
          scratch.putLong(Scratch.STRUCT, from + done);
          second.putLong(Scratch.STRUCT, to + done);
          long source = scratch.at(Scratch.STRUCT);
          long place = second.at(Scratch.STRUCT);
          long copied =
              scratch.call(Sys.COPY_FILE_RANGE, fd(), source, other.fd(), place, length - done, 0);
          if (isUnsupported(copied)
              || copied == -Errno.EXDEV.number()
              || copied == -Errno.EINVAL.number()
              || copied == 0) {
            break; // by hand: there are file systems that say 0 and mean "cannot"
          }
          done += Scratch.check(copied, "copy", null);
        }
      }
    }
    return done + copyByHand(from + done, target, to + done, length - done);
  }

  private long copyByHand(long from, FileHandle target, long to, long length)
      throws PosixException {
    if (length == 0) {
      return 0;
    }
    byte[] buffer = new byte[(int) Math.min(length, Scratch.DATA_SIZE)];
    long done = 0;
    while (done < length) {
      int read = pread(from + done, buffer, 0, (int) Math.min(length - done, buffer.length));
      if (read < 0) {
        break;
      }
      target.pwrite(to + done, buffer, 0, read);
      done += read;
    }
    return done;
  }

  @Override
  public void adviseSequential() throws PosixException {
    advise(0, 0, Sys.POSIX_FADV_SEQUENTIAL);
  }

  @Override
  public void dontNeed(long offset, long length) throws PosixException {
    advise(offset, length, Sys.POSIX_FADV_DONTNEED);
  }

  private void advise(long offset, long length, int advice) throws PosixException {
    try (Scratch scratch = enter()) {
      Scratch.check(scratch.call(Sys.FADVISE, fd(), offset, length, advice), "advise", null);
    }
  }
}
