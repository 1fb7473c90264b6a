package io.salvor.engine.chunk;

import io.salvor.engine.crypto.ExampleKeys;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.format.FormatExamples;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Where a stream is cut (docs/format.md §6.1). */
public final class ChunkExamples implements FormatExamples.Section {
  private static final int LENGTH = 16 << 20;

  @Override
  public void write(FormatExamples out) {
    byte[] stream = new byte[LENGTH];
    for (int i = 0; i < LENGTH / Sha256.SIZE; i++) {
      byte[] block = Sha256.of(ByteBuffer.allocate(8).putLong(i).array());
      System.arraycopy(block, 0, stream, i * Sha256.SIZE, Sha256.SIZE);
    }
    out.heading("Cutting (§6.1)");
    out.say(
        """
        A stream of 16 MiB: the SHA-256 of the numbers 0, 1, 2, … as u64, one after the other; the
        gear table is the one derived above.
        """);
    try (KeyRing ring = ExampleKeys.ring("cutting")) {
      out.text("Lengths of its blobs", lengths(Chunker.contentDefined(ring.gearTable()), stream));
      byte[] zeros = new byte[LENGTH];
      out.text(
          "Lengths of the blobs of 16 MiB of zeros",
          lengths(Chunker.contentDefined(ring.gearTable()), zeros));
    }
  }

  private static String lengths(Chunker chunker, byte[] stream) {
    List<String> lengths = new ArrayList<>();
    int at = 0;
    while (at < stream.length) {
      int length = chunker.next(stream, at, stream.length);
      if (length == Chunker.NONE) {
        length = stream.length - at;
      }
      lengths.add(Integer.toString(length));
      at += length;
    }
    return String.join(" ", lengths);
  }
}
