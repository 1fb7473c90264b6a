package io.salvor.engine.chunk;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Random;

/** Measures how many random bytes are cut in a second of CPU; run by hand. */
final class ChunkerSpeed {
  private ChunkerSpeed() {}

  public static void main(String[] args) {
    ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
    byte[] bytes = new byte[64 << 20];
    new Random(1).nextBytes(bytes);
    Chunker chunker = Chunker.contentDefined(new Random(2).longs(256).toArray());
    for (int round = 0; round < 10; round++) {
      long start = cpu.getCurrentThreadCpuTime();
      int chunks = 0;
      for (int pass = 0; pass < 8; pass++) {
        for (int at = 0; at < bytes.length; ) {
          int n = chunker.next(bytes, at, bytes.length);
          chunks += n == Chunker.NONE ? 0 : 1;
          at = n == Chunker.NONE ? bytes.length : at + n;
        }
      }
      double seconds = (cpu.getCurrentThreadCpuTime() - start) / 1e9;
      System.out.printf("%.0f MB/s, %d chunks%n", 8.0 * bytes.length / seconds / 1e6, chunks);
    }
  }
}
