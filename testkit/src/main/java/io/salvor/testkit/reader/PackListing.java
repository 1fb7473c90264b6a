package io.salvor.testkit.reader;

import java.util.ArrayList;
import java.util.List;

/**
 * The directory of a pack: its frames, and the blobs in them (§6).
 *
 * @param length of the directory without its zeros
 */
record PackListing(List<Frame> frames, int length) {
  static final int LARGEST_BLOB = 8 << 20;
  static final int LARGEST_FRAME = 16 << 20;
  static final int LARGEST_DIRECTORY = 16 << 20;
  static final long LARGEST_PACK = 1 << 30;

  /**
   * A frame.
   *
   * @param at where it begins in the pack
   * @param stored its length with the tag
   */
  record Frame(int number, long at, int stored, int plain, int codec, List<Blob> blobs) {}

  /**
   * A blob.
   *
   * @param at where it begins in the frame's plain text
   */
  record Blob(Id id, int at, int length) {}

  static PackListing parse(Bytes in) throws DamageException {
    int before = in.left();
    long frames = in.u32();
    DamageException.unless(frames >= 1, "a pack has no frame");
    List<Frame> list = new ArrayList<>();
    long at = Header.LONGEST;
    for (int i = 0; i < frames; i++) {
      Frame frame = frame(in, i, at);
      list.add(frame);
      at += frame.stored();
      DamageException.unless(at <= LARGEST_PACK, "a pack is larger than packs may be");
    }
    PackListing listing = new PackListing(list, before - in.left());
    DamageException.unless(
        listing.directoryStored() <= LARGEST_DIRECTORY, "a pack's directory is too large");
    return listing;
  }

  private static Frame frame(Bytes in, int number, long at) throws DamageException {
    long stored = in.u32();
    long plain = in.u32();
    int codec = in.u8();
    DamageException.unless(plain >= 1 && plain <= LARGEST_FRAME, "a frame has " + plain + " bytes");
    DamageException.unless(
        switch (codec) {
          case 0 -> stored == plain + 16;
          case 1 -> stored >= 17 && stored <= plain + plain / 256 + 1040;
          default -> false;
        },
        "a frame of codec " + codec + " is stored in " + stored + " bytes");
    long blobs = in.u32();
    DamageException.unless(blobs >= 1, "a frame has no blob");
    List<Blob> list = new ArrayList<>();
    int end = 0;
    for (long i = 0; i < blobs; i++) {
      Id id = in.blobId();
      long length = in.u32();
      DamageException.unless(
          length >= 1 && length <= LARGEST_BLOB && end + length <= plain,
          "a blob has " + length + " bytes");
      list.add(new Blob(id, end, (int) length));
      end += (int) length;
    }
    DamageException.unless(end == plain, "the blobs do not fill their frame");
    return new Frame(number, at, (int) stored, (int) plain, codec, list);
  }

  long framesEnd() {
    return frames.getLast().at() + frames.getLast().stored();
  }

  /** How long the pack is that has this directory: the zeros in it are as few as possible. */
  long packSize() {
    long bare = framesEnd() + length + 16 + 32 + 32;
    long unit = Math.max(256, Long.highestOneBit(bare / 1024));
    return (bare + unit - 1) / unit * unit;
  }

  /** How long the directory is in the pack, with zeros and tag. */
  long directoryStored() {
    return packSize() - 64 - framesEnd();
  }
}
