package io.salvor.engine.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobSink;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TreeScaleTest {
  private static final int ENTRIES = 1_000_000;

  @Test
  void aMillionEntriesAreBuiltInASmallHeap() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + "target/classes",
                SmallHeap.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }

  @Test
  void aHundredChangesInAMillionEntriesAreFoundAtOnce() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    Random random = new Random(11);
    TreeSet<Integer> changed = new TreeSet<>();
    while (changed.size() < 100) {
      changed.add(random.nextInt(ENTRIES));
    }
    TreeRoot before = build(blobs, new TreeSet<>());
    TreeRoot after = build(blobs, changed);
    long begun = System.nanoTime();
    TreeCursor cursor = new Tree(new NodeCache(blobs), after).all();
    long bytes = 0;
    for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
      bytes += item.value().length;
    }
    System.out.printf(
        "walk of %,d entries, %,d bytes of values: %.0f ms%n",
        ENTRIES, bytes, (System.nanoTime() - begun) / 1e6);
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      NodeCache nodes = new NodeCache(blobs);
      long started = System.nanoTime();
      TreeDiff diff = new TreeDiff(nodes, before, after);
      TreeSet<Key> found = new TreeSet<>();
      for (TreeChange change = diff.next(); change != null; change = diff.next()) {
        found.add(change.key());
      }
      long took = System.nanoTime() - started;
      best = Math.min(best, took);
      System.out.printf(
          "diff of %,d entries, 100 changed: %.1f ms, %d of %d nodes read%n",
          ENTRIES, took / 1e6, nodes.reads(), blobs.all().size());
      assertThat(found).hasSize(100);
    }
    assertThat(TimeUnit.NANOSECONDS.toMillis(best)).isLessThan(100);
  }

  private static TreeRoot build(BlobSink sink, TreeSet<Integer> changed) throws IOException {
    TreeBuilder builder = new TreeBuilder(sink, Samples.BOUNDARY);
    for (int i = 0; i < ENTRIES; i++) {
      builder.add(Samples.file(i), Samples.fileValue(i, changed.contains(i) ? 1 : 0));
    }
    return builder.finish();
  }

  /** Run in a process of its own: builds the tree and keeps none of it. */
  static final class SmallHeap {
    private SmallHeap() {}

    public static void main(String[] args) throws IOException {
      long started = System.nanoTime();
      BlobSink sink = (kind, bytes, offset, length) -> MemoryBlobs.idOf(bytes.clone());
      TreeRoot root = build(sink, new TreeSet<>());
      System.out.println(root + " in " + (System.nanoTime() - started) / 1_000_000 + " ms");
    }
  }
}
