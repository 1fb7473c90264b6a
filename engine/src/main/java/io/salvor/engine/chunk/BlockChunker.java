package io.salvor.engine.chunk;

/** Cuts after every so many bytes, for files that are changed page by page. */
final class BlockChunker implements Chunker {
  private final int size;
  private int taken;

  BlockChunker(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("a block has at least one byte, not " + size);
    }
    this.size = size;
  }

  @Override
  public int next(byte[] bytes, int from, int to) {
    int missing = size - taken;
    if (to - from < missing) {
      taken += to - from;
      return NONE;
    }
    taken = 0;
    return missing;
  }

  @Override
  public void reset() {
    taken = 0;
  }

  @Override
  public int maximum() {
    return size;
  }
}
