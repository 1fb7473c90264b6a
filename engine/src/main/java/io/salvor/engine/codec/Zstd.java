package io.salvor.engine.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Zstandard (RFC 8878) in single frames that say how long their content is. Safe for several
 * threads; contexts are used again.
 */
public final class Zstd {
  /** What {@link #compress} gives when the result has no room. */
  public static final int NO_ROOM = -1;

  // ZSTD_ErrorCode of zstd_errors.h; zstd-jni counts it as a negative number from 0.
  private static final long DST_SIZE_TOO_SMALL = 70;

  private static final Pool<ZstdCompressCtx> COMPRESSORS =
      new Pool<>(() -> new ZstdCompressCtx().setContentSize(true).setChecksum(false));
  private static final Pool<ZstdDecompressCtx> DECOMPRESSORS = new Pool<>(ZstdDecompressCtx::new);

  private Zstd() {}

  /**
   * A stream that compresses what is written to it, for other programs to read.
   *
   * @param level as of zstd
   */
  public static OutputStream stream(OutputStream out, int level) throws IOException {
    return new ZstdOutputStream(out, level);
  }

  /** The most that {@code length} bytes may come to. */
  public static int bound(int length) {
    return Math.toIntExact(com.github.luben.zstd.Zstd.compressBound(length));
  }

  /**
   * Compresses into {@code out} from {@code outOffset}, taking at most {@code outLength} bytes.
   *
   * @param level as of zstd, 1 quick … 19 small
   * @return the length of the result, or {@link #NO_ROOM}: give less room than the input has to
   *     learn cheaply that something does not compress
   */
  public static int compress(
      int level, byte[] in, int offset, int length, byte[] out, int outOffset, int outLength) {
    ZstdCompressCtx context = COMPRESSORS.take();
    try {
      return context
          .setLevel(level)
          .compressByteArray(out, outOffset, outLength, in, offset, length);
    } catch (ZstdException e) {
      if (Math.abs(e.getErrorCode()) == DST_SIZE_TOO_SMALL) {
        return NO_ROOM;
      }
      throw new IllegalStateException("Zstandard failed to compress: " + e.getMessage(), e);
    } finally {
      COMPRESSORS.give(context);
    }
  }

  /**
   * Unpacks one frame.
   *
   * @param max the most that the content may have
   * @throws MalformedException if it is no such frame, does not say its content's length, or says
   *     more than {@code max}
   */
  public static byte[] decompress(byte[] in, int offset, int length, int max) {
    long size = contentSize(in, offset, length);
    if (size > max) {
      throw new MalformedException("a compressed frame claims more content than " + max);
    }
    byte[] out = new byte[(int) size];
    unpack(in, offset, length, out, 0, out.length);
    return out;
  }

  /**
   * Unpacks one frame of exactly {@code outLength} bytes.
   *
   * @throws MalformedException if it is anything else
   */
  public static void decompress(
      byte[] in, int offset, int length, byte[] out, int outOffset, int outLength) {
    if (contentSize(in, offset, length) != outLength) {
      throw new MalformedException("a compressed frame has another content size than expected");
    }
    unpack(in, offset, length, out, outOffset, outLength);
  }

  private static long contentSize(byte[] in, int offset, int length) {
    long size = -1;
    // The library would take several frames, and ones to be skipped, as one.
    if (length > 0 && isOneFrame(in, offset, length)) {
      size = com.github.luben.zstd.Zstd.getFrameContentSize(in, offset, length);
    }
    if (size < 0) {
      throw new MalformedException("not one compressed frame that says its content's size");
    }
    return size;
  }

  private static boolean isOneFrame(byte[] in, int offset, int length) {
    try {
      return com.github.luben.zstd.Zstd.findFrameCompressedSize(in, offset, length) == length;
    } catch (ZstdException e) {
      throw new MalformedException("not a compressed frame: " + e.getMessage(), e);
    }
  }

  private static void unpack(
      byte[] in, int offset, int length, byte[] out, int outOffset, int outLength) {
    ZstdDecompressCtx context = DECOMPRESSORS.take();
    int n;
    try {
      n = context.decompressByteArray(out, outOffset, outLength, in, offset, length);
    } catch (ZstdException e) {
      throw new MalformedException("a compressed frame does not unpack: " + e.getMessage(), e);
    } finally {
      DECOMPRESSORS.give(context);
    }
    if (n != outLength) {
      throw new MalformedException("a compressed frame is shorter than it says");
    }
  }
}
