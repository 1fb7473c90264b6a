package io.salvor.engine.index;

import io.salvor.engine.codec.MalformedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A pack's directory in bytes, without the zeros that pad it (docs/format.md §6). */
public final class PackDirectory {
  private static final int SMALLEST_FRAME = FrameDescription.HEAD_SIZE + FrameDescription.BLOB_SIZE;

  private PackDirectory() {}

  /** Length of the encoding. */
  public static long encodedSize(List<FrameDescription> frames) {
    long size = 4;
    for (FrameDescription frame : frames) {
      size += frame.encodedSize();
    }
    return size;
  }

  /** Appends the directory. */
  public static void encode(List<FrameDescription> frames, ByteBuffer out) {
    out.putInt(frames.size());
    for (FrameDescription frame : frames) {
      frame.encode(out);
    }
  }

  /**
   * Reads a directory and leaves what follows it.
   *
   * @param space the most bytes that the frames may have together in the pack
   * @throws MalformedException if it is none, or claims more than there is
   */
  public static List<FrameDescription> decode(ByteBuffer in, long space) {
    if (in.remaining() < 4) {
      throw new MalformedException("a directory is cut off");
    }
    int count = in.getInt();
    if (count < 1 || count > in.remaining() / SMALLEST_FRAME) {
      throw new MalformedException("a directory claims more frames than listed, or none");
    }
    List<FrameDescription> frames = new ArrayList<>(count);
    long left = space;
    for (int i = 0; i < count; i++) {
      FrameDescription frame = FrameDescription.decode(in);
      left -= frame.stored();
      if (left < 0) {
        throw new MalformedException("a directory's frames are longer than the pack");
      }
      frames.add(frame);
    }
    return List.copyOf(frames);
  }
}
