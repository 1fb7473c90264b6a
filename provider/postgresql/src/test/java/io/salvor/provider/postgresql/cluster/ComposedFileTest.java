package io.salvor.provider.postgresql.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.source.ContentSink;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComposedFileTest {
  private static final int PAGE = 64;
  private static final int BLOCK = 256;

  /** One blob that is all of a file. */
  private record Whole(byte[] bytes) implements BlobSource {
    @Override
    public byte[] get(BlobKind kind, BlobId id) {
      return bytes.clone();
    }

    @Override
    public boolean contains(BlobKind kind, BlobId id) {
      return true;
    }

    SeekableContent content() {
      return new SeekableContent(this, ref(), bytes.length);
    }

    ContentRef ref() {
      return bytes.length == 0
          ? ContentRef.EMPTY
          : new ContentRef.Inline(List.of(new Extent.Data(bytes.length, new BlobId(1, 2, 3, 4))));
    }
  }

  private static final class Taken implements ContentSink {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void write(byte[] from, int offset, int length) {
      bytes.write(from, offset, length);
    }

    @Override
    public void hole(long length) {
      throw new AssertionError("no relation has holes");
    }

    @Override
    public void blocks(int size) {
      assertThat(size).isEqualTo(BLOCK);
    }

    @Override
    public ContentRef finish() {
      return ContentRef.EMPTY;
    }
  }

  private static PriorBackup.Relation prior(byte[] old, @Nullable Crc crc) {
    Whole whole = new Whole(old);
    Entry entry =
        Entry.builder(EntryKind.FILE)
            .content(old.length, whole.ref())
            .blockSize(old.length == 0 ? 0 : BLOCK)
            .build();
    return new PriorBackup.Relation(entry, whole.content(), crc);
  }

  private static byte[] sent(ByteOrder order, int kept, TreeSet<Integer> pages, byte[] content) {
    int header = 12 + 4 * pages.size();
    header = pages.isEmpty() ? header : Math.ceilDiv(header, PAGE) * PAGE;
    ByteBuffer out = ByteBuffer.allocate(header + content.length).order(order);
    out.putInt(0xd3ae1f0d).putInt(pages.size()).putInt(kept);
    pages.forEach(out::putInt);
    return out.position(header).put(content).array();
  }

  private static FileReceiver.Made take(ComposedFile file, byte[] sent, Random random)
      throws IOException {
    for (int at = 0; at < sent.length; ) {
      int part = 1 + random.nextInt(Math.min(200, sent.length - at));
      file.bytes(sent, at, part);
      at += part;
    }
    return file.end();
  }

  @Property(tries = 500)
  void whatIsComposedIsWhatPostgresqlWouldCombine(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] old = new byte[random.nextInt(40) * PAGE];
    random.nextBytes(old);
    int kept = random.nextInt(4) == 0 ? random.nextInt(50) : old.length / PAGE;
    TreeSet<Integer> pages = new TreeSet<>();
    int changed = random.nextInt(12);
    for (int i = 0; i < changed; i++) {
      pages.add(random.nextInt(50));
    }
    byte[] content = new byte[pages.size() * PAGE];
    random.nextBytes(content);
    int length = Math.max(kept, pages.isEmpty() ? 0 : pages.last() + 1) * PAGE;
    byte[] expected = Arrays.copyOf(Arrays.copyOf(old, Math.min(old.length, kept * PAGE)), length);
    int next = 0;
    for (int page : pages) {
      System.arraycopy(content, PAGE * next++, expected, page * PAGE, PAGE);
    }
    ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    Crc known = random.nextInt(5) == 0 ? null : Crc.of(old, 0, old.length);
    Taken taken = new Taken();
    PriorBackup.Relation prior = prior(old, known);
    ComposedFile file = new ComposedFile(taken, BLOCK, PAGE, prior);

    FileReceiver.Made made = take(file, sent(order, kept, pages, content), random);

    assertThat(made.crc()).isEqualTo(Crc.of(expected, 0, expected.length));
    assertThat(made.size()).isEqualTo(expected.length);
    if (file.isUnchanged()) {
      assertThat(made.content()).isEqualTo(prior.entry().content());
      assertThat(expected).isEqualTo(old);
    } else {
      assertThat(taken.bytes.toByteArray()).isEqualTo(expected);
    }
  }

  @Test
  void whatIsNoIncrementalFileIsRefused() {
    byte[] page = new byte[PAGE];
    byte[] good = sent(ByteOrder.LITTLE_ENDIAN, 4, new TreeSet<>(List.of(2)), page);
    byte[] magic = good.clone();
    magic[0]++;
    refused(magic, "does not begin as one");
    refused(Arrays.copyOf(good, good.length - 1), "cut off");
    refused(Arrays.copyOf(good, 5), "cut off");
    refused(Arrays.copyOf(good, good.length + 1), "more than its pages");
    byte[] order =
        sent(ByteOrder.LITTLE_ENDIAN, 4, new TreeSet<>(List.of(2, 3)), new byte[2 * PAGE]);
    order[12] = 3;
    refused(order, "not in order");
    byte[] many = good.clone();
    many[7] = (byte) 0x80;
    refused(many, "pages");
  }

  private static void refused(byte[] sent, String why) {
    ComposedFile file = new ComposedFile(new Taken(), BLOCK, PAGE, prior(new byte[4 * PAGE], null));
    assertThatThrownBy(() -> take(file, sent, new Random(1)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(why);
  }
}
