package io.salvor.engine.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is derived from the root secret (docs/format.md §4). Closing it destroys it.
 *
 * @param index of objects that write-only clients must read
 * @param dataId of the ids of data blobs
 * @param treeId of the ids of tree blobs
 * @param gear the chunker's table, 256 words of 8 bytes
 * @param boundary of the boundaries of trees
 */
public record DerivedKeys(byte[] index, byte[] dataId, byte[] treeId, byte[] gear, byte[] boundary)
    implements AutoCloseable {
  /** Length of the chunker's table in bytes. */
  public static final int GEAR_SIZE = 2048;

  /** Length of the index key, and of the id keys, in bytes. */
  public static final int SIZE = 32;

  /** Length of the boundary key in bytes. */
  public static final int BOUNDARY_SIZE = 16;

  /** Derives them. */
  public static DerivedKeys of(byte[] rootSecret) {
    return new DerivedKeys(
        expand(rootSecret, "salvor/1 index", SIZE),
        expand(rootSecret, "salvor/1 blob id data", SIZE),
        expand(rootSecret, "salvor/1 blob id tree", SIZE),
        expand(rootSecret, "salvor/1 chunker", GEAR_SIZE),
        expand(rootSecret, "salvor/1 tree boundary", BOUNDARY_SIZE));
  }

  private static byte[] expand(byte[] rootSecret, String label, int length) {
    return Hmac.expand(rootSecret, label.getBytes(StandardCharsets.US_ASCII), length);
  }

  @Override
  public void close() {
    for (byte[] key : new byte[][] {index, dataId, treeId, gear, boundary}) {
      Arrays.fill(key, (byte) 0);
    }
  }
}
