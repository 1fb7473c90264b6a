package io.salvor.engine.index;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/** Measures building a view of many blobs and looking some up; run by hand with a small heap. */
final class IndexSpeed {
  private IndexSpeed() {}

  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory(Path.of(args[0]), "index");
    long millions = Long.parseLong(args[1]);
    Random random = new Random(1);
    ViewBuilder.prepare(directory);
    long start = System.nanoTime();
    View view;
    try (ViewBuilder builder = new ViewBuilder(directory, 16 << 20, Progress.NONE)) {
      for (int i = 0; i < 4 * millions; i++) {
        PackDescription pack = SamplePacks.pack(random, BlobKind.DATA, 25, 10_000);
        builder.add(new ObjectId(1, i), List.of(), List.of(pack));
      }
      System.out.printf("sorted in runs: %.1f s%n", (System.nanoTime() - start) / 1e9);
      view = builder.build(List.of());
    }
    System.out.printf(
        "%d blobs, %d MB, %.1f s%n",
        view.blobs(), Files.size(view.path()) >> 20, (System.nanoTime() - start) / 1e9);
    LiveView live = new LiveView(view, new BitSet());
    for (int round = 0; round < 3; round++) {
      lookUp(live, 1_000_000, random);
    }
  }

  private static void lookUp(LiveView view, int times, Random random) {
    long start = System.nanoTime();
    int found = 0;
    for (int i = 0; i < times; i++) {
      BlobId stranger = new BlobId(random.nextLong(), random.nextLong(), 0, 0);
      found += view.contains(BlobKind.DATA, stranger) ? 1 : 0;
    }
    double strangers = (System.nanoTime() - start) / 1e3 / times;
    View.Cursor rows = view.view().blobRows();
    int known = 0;
    long spent = 0;
    while (rows.advance() && known < times) {
      BlobId id = BlobId.from(rows.bytes(), rows.at());
      long before = System.nanoTime();
      found += view.contains(BlobKind.DATA, id) ? 1 : 0;
      spent += System.nanoTime() - before;
      known++;
    }
    System.out.printf(
        "strangers %.2f us, known %.2f us each, %d found of %d%n",
        strangers, spent / 1e3 / known, found, known);
  }
}
