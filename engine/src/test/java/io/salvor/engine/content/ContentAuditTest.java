package io.salvor.engine.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.Varint;
import io.salvor.engine.content.ContentReader.Placed;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.tree.MemoryBlobs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ContentAuditTest {
  private static final int LEVELS = 55;
  private final MemoryBlobs blobs = new MemoryBlobs();

  /** Remembers sound nodes, and what it has seen. */
  private static final class Seen implements ContentAudit.Visitor {
    private final Set<BlobId> sound = new HashSet<>();
    private final List<Placed> data = new ArrayList<>();
    private final Set<BlobId> lost;

    Seen(Set<BlobId> lost) {
      this.lost = lost;
    }

    @Override
    public boolean isKnownSound(BlobId node) {
      return sound.contains(node);
    }

    @Override
    public boolean data(long offset, Extent.Data extent) {
      data.add(new Placed(offset, extent));
      return !lost.contains(extent.id());
    }

    @Override
    public void sound(BlobId node) {
      sound.add(node);
    }
  }

  @Property(tries = 100)
  void whatIsNotKnownIsSeenAsTheReaderSeesIt(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    ContentWriter writer = new ContentWriter(blobs);
    for (int n = random.nextInt(3000); n > 0; n--) {
      writer.add(
          random.nextInt(8) == 0
              ? new Extent.Hole(1 + random.nextInt(100))
              : data(1 + random.nextInt(100), random.nextLong()));
    }
    long size = writer.size();
    ContentRef content = writer.finish();
    if (content instanceof ContentRef.ListRoot && random.nextBoolean()) {
      mutate(random);
    }
    List<Placed> expected = new ArrayList<>();
    boolean readable = true;
    try {
      ContentReader reader = new ContentReader(blobs, content, size);
      for (Placed p = reader.next(); p != null; p = reader.next()) {
        if (p.extent() instanceof Extent.Data) {
          expected.add(p);
        }
      }
    } catch (SalvorException e) {
      readable = false;
    }
    Seen seen = new Seen(Set.of());
    if (readable) {
      assertThat(ContentAudit.visit(blobs, content, size, seen)).isTrue();
      assertThat(seen.data).isEqualTo(expected);
      assertThat(ContentAudit.visit(blobs, content, size, seen)).isTrue();
    } else {
      assertThatThrownBy(() -> ContentAudit.visit(blobs, content, size, seen))
          .isInstanceOf(SalvorException.class);
    }
  }

  private void mutate(Random random) {
    List<BlobId> ids = List.copyOf(blobs.all().keySet());
    BlobId id = ids.get(random.nextInt(ids.size()));
    byte[] bytes = blobs.get(BlobKind.TREE, id);
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    blobs.forge(id, bytes);
  }

  @Test
  void aListOfFewNodesThatRepeatThemselvesIsWalkedOnce() throws IOException {
    BlobId lost = new BlobId(9, 9, 9, 9);
    for (Set<BlobId> missing : List.of(Set.<BlobId>of(), Set.of(lost))) {
      BlobId node = node(0, leaf(data(1, 1)), leaf(new Extent.Data(1, lost)));
      long length = 2;
      for (int level = 1; level <= LEVELS; level++) {
        node = node(level, child(node, length, length), child(node, length, length));
        length *= 2;
      }
      Seen seen = new Seen(missing);
      ContentRef content = new ContentRef.ListRoot(node, LEVELS, length);
      assertThat(ContentAudit.visit(blobs, content, length, seen)).isEqualTo(missing.isEmpty());
      assertThat(seen.data).hasSize(2);
      assertThat(ContentBlobs.bytes(blobs, content, length)).isEqualTo(length);
    }
  }

  @Test
  void holesSideBySideAreFoundBetweenNodesThatAreKnown() throws IOException {
    Extent hole = new Extent.Hole(5);
    BlobId ends = node(0, leaf(data(1, 1)), leaf(hole));
    BlobId begins = node(0, leaf(hole), leaf(data(1, 2)));
    byte[] first = child(ends, 6, 2);
    byte[] second = child(begins, 6, 2);
    Seen seen = new Seen(Set.of());
    BlobId right = node(1, second, first);
    assertThat(ContentAudit.visit(blobs, padded(right), 12 + PADDING, seen)).isTrue();
    assertThat(seen.sound).contains(ends, begins);
    BlobId wrong = node(1, first, second);
    assertThatThrownBy(() -> ContentAudit.visit(blobs, padded(wrong), 12 + PADDING, seen))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED));
  }

  private static final int PADDING = 20;

  /** A list above a node of level 1, with enough extents to be one. */
  private ContentRef padded(BlobId node) {
    byte[][] extents = new byte[PADDING][];
    for (int i = 0; i < PADDING; i++) {
      extents[i] = leaf(data(1, 100 + i));
    }
    BlobId leaf = node(0, extents);
    BlobId above = node(1, child(leaf, PADDING, PADDING));
    BlobId root = node(2, child(above, PADDING, PADDING), child(node, 12, 4));
    return new ContentRef.ListRoot(root, 2, PADDING + 4);
  }

  private static Extent.Data data(int length, long id) {
    return new Extent.Data(length, new BlobId(id, 0, 0, id));
  }

  private BlobId node(int level, byte[]... items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(level);
    varint(out, items.length);
    for (byte[] item : items) {
      out.writeBytes(item);
    }
    return blobs.put(BlobKind.TREE, out.toByteArray(), 0, out.size());
  }

  private static byte[] leaf(Extent extent) {
    ExtentCodec.Output out = new ExtentCodec.Output();
    out.extent(extent);
    return out.toByteArray();
  }

  private static byte[] child(BlobId id, long length, long extents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(id.bytes());
    varint(out, length);
    varint(out, extents);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    byte[] bytes = new byte[Varint.MAX_SIZE];
    out.write(bytes, 0, Varint.put(bytes, 0, value));
  }
}
