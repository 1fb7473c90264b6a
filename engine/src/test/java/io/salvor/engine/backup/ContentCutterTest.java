package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.chunk.Chunker;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.tree.MemoryBlobs;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ContentCutterTest {
  private static final int BLOCK = 64;

  /** Blobs of all kinds, and how many of data were read. */
  private static final class Blobs implements BlobSink, BlobSource {
    private final Map<BlobId, byte[]> all = new HashMap<>();
    private int read;

    @Override
    public BlobId put(BlobKind kind, byte[] bytes, int offset, int length) {
      byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
      BlobId id = MemoryBlobs.idOf(copy);
      all.put(id, copy);
      return id;
    }

    @Override
    public byte[] get(BlobKind kind, BlobId id) {
      read += kind == BlobKind.DATA ? 1 : 0;
      return all.get(id).clone();
    }

    @Override
    public boolean contains(BlobKind kind, BlobId id) {
      return all.containsKey(id);
    }
  }

  private final Blobs blobs = new Blobs();

  private ContentCutter cutter(int block) {
    ContentCutter cutter = new ContentCutter(blobs, BlobKind.DATA, Chunker.blocks(1000));
    cutter.blocks(block);
    return cutter;
  }

  private ContentRef stored(byte[] bytes, int block) throws IOException {
    ContentCutter cutter = cutter(block);
    cutter.write(bytes, 0, bytes.length);
    return cutter.finish();
  }

  @Property(tries = 300)
  void whatIsReusedIsAsIfItHadBeenWritten(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] old = new byte[random.nextInt(5000)];
    random.nextBytes(old);
    int oldBlock = random.nextInt(3) == 0 ? 48 : BLOCK;
    SeekableContent content = new SeekableContent(blobs, stored(old, oldBlock), old.length);
    ContentCutter reusing = cutter(BLOCK);
    ContentCutter writing = cutter(BLOCK);
    int unit = random.nextBoolean() ? 16 : 1;
    for (int i = 0; i < 10; i++) {
      if (random.nextBoolean()) {
        byte[] bytes = new byte[random.nextInt(20) * unit];
        random.nextBytes(bytes);
        reusing.write(bytes, 0, bytes.length);
        writing.write(bytes, 0, bytes.length);
      } else {
        int from = random.nextInt(old.length / unit + 1) * unit;
        int length = random.nextInt((old.length - from) / unit + 1) * unit;
        reusing.reuse(content, from, length);
        writing.write(old, from, length);
      }
    }
    assertThat(reusing.finish()).isEqualTo(writing.finish());
  }

  @Test
  void blocksThatLieAsBeforeAreNotRead() throws IOException {
    byte[] old = new byte[100 * BLOCK + 10];
    new Random(3).nextBytes(old);
    SeekableContent content = new SeekableContent(blobs, stored(old, BLOCK), old.length);
    byte[] now = old.clone();
    Arrays.fill(now, 50 * BLOCK + 5, 50 * BLOCK + 7, (byte) 1);
    ContentCutter cutter = cutter(BLOCK);
    cutter.reuse(content, 0, 50 * BLOCK + 5);
    cutter.write(now, 50 * BLOCK + 5, 2);
    cutter.reuse(content, 50 * BLOCK + 7, old.length - 50 * BLOCK - 7);

    ContentRef composed = cutter.finish();

    assertThat(blobs.read).as("the block with the change, and the short one").isEqualTo(2);
    assertThat(composed).isEqualTo(stored(now, BLOCK));
  }
}
