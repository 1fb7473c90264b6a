package io.salvor.testkit.reader;

import org.jspecify.annotations.Nullable;

/**
 * A part of a file's content (§8).
 *
 * @param blob null for a hole
 */
record Extent(long length, @Nullable Id blob) {
  private static final long LONGEST_HOLE = 1L << 62;

  static Extent parse(Bytes in) throws DamageException {
    long v = in.varint();
    long length = v >> 1;
    boolean hole = (v & 1) == 1;
    DamageException.unless(
        length >= 1 && (hole ? length < LONGEST_HOLE : length <= PackListing.LARGEST_BLOB),
        "an extent has " + length + " bytes");
    return new Extent(length, hole ? null : in.blobId());
  }

  boolean isHole() {
    return blob == null;
  }
}
