package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;

/** A part of a content; lengths are in bytes and at least 1. */
public sealed interface Extent {
  /** The most bytes that a data blob has. */
  int MAX_DATA = 8 << 20;

  /** The most bytes that a hole has: a length has 62 bits beside the bit that tells holes. */
  long MAX_HOLE = Long.MAX_VALUE >> 1;

  /** Length in bytes. */
  long length();

  /**
   * The bytes of a blob, all of them.
   *
   * @param kind data or sensitive; the same in all of a content
   */
  record Data(long length, BlobId id, BlobKind kind) implements Extent {
    /** Of a data blob. */
    public Data(long length, BlobId id) {
      this(length, id, BlobKind.DATA);
    }

    public Data {
      if (kind == BlobKind.TREE) {
        throw new IllegalArgumentException("content in a tree blob");
      }
      if (length < 1 || length > MAX_DATA) {
        throw new IllegalArgumentException("a data extent of " + length + " bytes");
      }
    }
  }

  /** Zeros that take no room. */
  record Hole(long length) implements Extent {
    public Hole {
      if (length < 1 || length > MAX_HOLE) {
        throw new IllegalArgumentException("a hole of " + length + " bytes");
      }
    }
  }
}
