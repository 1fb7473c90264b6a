package io.salvor.engine.chunk;

/**
 * Finds the cuts of one stream, which is given to it piece by piece; the cuts are the same whatever
 * the pieces. What follows the last cut when the stream ends is the last chunk. Keeps only
 * counters, never bytes. For one thread; one chunker may cut one stream after the other.
 */
public sealed interface Chunker permits ContentChunker, BlockChunker {
  /** There is no cut in the piece. */
  int NONE = -1;

  /**
   * Looks for the next cut in {@code bytes} from {@code from} up to {@code to}, which continue what
   * was given before.
   *
   * @return how many bytes from {@code from} still belong to the chunk that ends there (go on after
   *     them), or {@link #NONE}: all of them were taken in, and the chunk goes on
   */
  int next(byte[] bytes, int from, int to);

  /** Forgets what came before: the next byte begins a stream. */
  void reset();

  /** The most bytes that a chunk may have. */
  int maximum();

  /**
   * Content-defined cuts.
   *
   * @param gear 256 words, derived from the repository's key
   */
  static Chunker contentDefined(long[] gear) {
    return new ContentChunker(gear);
  }

  /** A cut after every {@code size} bytes. */
  static Chunker blocks(int size) {
    return new BlockChunker(size);
  }
}
