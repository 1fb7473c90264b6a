package io.salvor.engine.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Varint;
import io.salvor.engine.content.ContentReader.Placed;
import io.salvor.engine.content.Extent.Data;
import io.salvor.engine.content.Extent.Hole;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.tree.MemoryBlobs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {
  @Property(tries = 100)
  void extentsComeBackFromAnyOffset(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    int[] sizes = {0, 1, 15, 16, 17, 18, 31, 32, 33, 200, 512, 513, 2000, 20_000};
    List<Extent> extents = extents(random, sizes[random.nextInt(sizes.length)], 10);
    MemoryBlobs blobs = new MemoryBlobs();
    ContentRef content = write(blobs, extents);
    List<Placed> expected = placed(extents);
    long size = extents.stream().mapToLong(Extent::length).sum();
    ContentReader reader = new ContentReader(blobs, content, size);
    assertThat(rest(reader)).isEqualTo(expected);
    for (int i = 0; i < 30; i++) {
      long from = size == 0 ? 0 : random.nextLong(size + 2);
      reader.seek(from);
      Placed first =
          expected.stream()
              .filter(p -> from < p.offset() + p.extent().length())
              .findFirst()
              .orElse(null);
      assertThat(reader.next()).isEqualTo(first);
      if (first != null && i == 0) {
        assertThat(rest(reader))
            .isEqualTo(expected.subList(expected.indexOf(first) + 1, expected.size()));
      }
    }
  }

  @Property(tries = 100)
  void theListIsTheOneTheFormatDescribes(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    // Few different ids make both early ends and none.
    List<Extent> extents = extents(random, random.nextInt(3000), 1 + random.nextInt(9));
    MemoryBlobs blobs = new MemoryBlobs();
    MemoryBlobs expected = new MemoryBlobs();
    assertThat(write(blobs, extents)).isEqualTo(reference(expected, extents));
    assertThat(blobs.all().keySet()).isEqualTo(expected.all().keySet());
  }

  @Test
  void theLengthDecidesWhereExtentsLie() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    List<Extent> extents = new ArrayList<>();
    assertThat(write(blobs, extents)).isEqualTo(ContentRef.EMPTY);
    for (int i = 1; i <= 16; i++) {
      extents.add(new Data(i, new BlobId(0, 0, 0, i)));
      assertThat(write(blobs, extents)).isEqualTo(new ContentRef.Inline(extents));
    }
    assertThat(blobs.all()).isEmpty();
    extents.add(new Data(17, new BlobId(0, 0, 0, 17)));
    assertThat(write(blobs, extents)).isInstanceOf(ContentRef.ListRoot.class);
    assertThat(blobs.all()).hasSize(1);
  }

  @Test
  void neighbouringHolesBecomeOne() throws IOException {
    BlobId id = new BlobId(1, 2, 3, 4);
    ContentWriter writer = new ContentWriter(new MemoryBlobs());
    for (Extent extent :
        List.of(new Hole(5), new Hole(6), new Data(1, id), new Hole(7), new Hole(8))) {
      writer.add(extent);
    }
    assertThat(writer.size()).isEqualTo(27);
    assertThat(writer.finish())
        .isEqualTo(new ContentRef.Inline(List.of(new Hole(11), new Data(1, id), new Hole(15))));
  }

  @Test
  void extentsHaveTheBytesOfTheFormat() {
    ContentRef.Inline inline =
        new ContentRef.Inline(List.of(new Hole(64), new Data(3, new BlobId(0, 0, 0, 7))));
    assertThat(HexFormat.of().formatHex(inline.encode()))
        .isEqualTo("8101" + "06" + "00".repeat(31) + "07");
    assertThat(ContentRef.Inline.decode(inline.encode())).isEqualTo(inline);
  }

  @Test
  void aChangeInALongListWritesOnePath() throws IOException {
    Random random = new Random(4);
    List<Extent> extents = extents(random, 100_000, 0);
    MemoryBlobs blobs = new MemoryBlobs();
    ContentRef.ListRoot root = (ContentRef.ListRoot) write(blobs, extents);
    assertThat(root.level()).isEqualTo(2);
    int before = blobs.all().size();
    extents.add(50_000, new Data(77, new BlobId(9, 9, 9, random.nextLong())));
    write(blobs, extents);
    assertThat(blobs.all().size() - before).isLessThanOrEqualTo(2 * (root.level() + 1));
  }

  @Test
  void seekingReadsOnlyTheWay() throws IOException {
    List<Extent> extents = extents(new Random(5), 100_000, 0);
    MemoryBlobs blobs = new MemoryBlobs();
    ContentRef.ListRoot root = (ContentRef.ListRoot) write(blobs, extents);
    long size = extents.stream().mapToLong(Extent::length).sum();
    int[] reads = {0};
    ContentReader reader =
        new ContentReader(
            new io.salvor.engine.blob.BlobSource() {
              @Override
              public byte[] get(BlobKind kind, BlobId id) {
                reads[0]++;
                return blobs.get(kind, id);
              }

              @Override
              public boolean contains(BlobKind kind, BlobId id) {
                return blobs.contains(kind, id);
              }
            },
            root,
            size);
    reader.seek(size / 2);
    assertThat(reader.next()).isNotNull();
    assertThat(reads[0]).isEqualTo(root.level() + 1);
    reader.seek(size / 2);
    assertThat(reads[0]).isEqualTo(root.level() + 1);
  }

  @Property(tries = 2000)
  void randomBytesInAnEntryAreRefused(@ForAll byte[] bytes) {
    try {
      ContentRef.Inline inline = ContentRef.Inline.decode(bytes);
      assertThat(inline.encode()).isEqualTo(bytes);
    } catch (MalformedException e) {
      assertThat(e).hasMessageContaining(" ");
    }
  }

  @Property(tries = 2000)
  void randomBytesInANodeAreDamage(@ForAll byte[] bytes) {
    try {
      ListNode.parse(new BlobId(1, 2, 3, 4), bytes, BlobKind.DATA);
    } catch (SalvorException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED);
      assertThat(e).hasMessageContaining(new BlobId(1, 2, 3, 4).toString());
    }
  }

  @Property(tries = 100)
  void mutatedListsAreDamageOrOtherLists(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<Extent> extents = extents(random, 17 + random.nextInt(3000), 5);
    MemoryBlobs blobs = new MemoryBlobs();
    ContentRef content = write(blobs, extents);
    long size = extents.stream().mapToLong(Extent::length).sum();
    List<BlobId> ids = new ArrayList<>(blobs.all().keySet());
    for (int i = 0; i < 20; i++) {
      BlobId victim = ids.get(random.nextInt(ids.size()));
      byte[] good = blobs.all().get(victim);
      byte[] bad = Arrays.copyOf(good, good.length - random.nextInt(2));
      int at = random.nextBoolean() ? random.nextInt(bad.length) : random.nextInt(3);
      bad[at] = (byte) random.nextInt();
      blobs.forge(victim, bad);
      try {
        ContentReader reader = new ContentReader(blobs, content, size);
        List<Placed> found = rest(reader);
        assertThat(found.getLast().offset() + found.getLast().extent().length()).isEqualTo(size);
        reader.seek(random.nextLong(size));
        reader.next();
      } catch (SalvorException e) {
        assertThat(e.code()).isIn(ErrorCode.TREE_DAMAGED, ErrorCode.BLOB_LOST);
      }
      blobs.forge(victim, good);
    }
  }

  @Test
  void aListThatDoesNotFitItsEntryIsDamage() throws IOException {
    List<Extent> extents = extents(new Random(6), 2000, 3);
    long size = extents.stream().mapToLong(Extent::length).sum();
    MemoryBlobs blobs = new MemoryBlobs();
    ContentRef.ListRoot good = (ContentRef.ListRoot) write(blobs, extents);
    assertDamaged(blobs, good, size + 1);
    assertDamaged(
        blobs, new ContentRef.ListRoot(good.id(), good.level(), good.extents() + 1), size);
    assertDamaged(
        blobs, new ContentRef.ListRoot(good.id(), good.level() + 1, good.extents()), size);
    assertThatThrownBy(
            () -> new ContentReader(blobs, new ContentRef.Inline(List.of(new Hole(3))), 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0001030303", "000203050102", "00020303", "0000", "0001", "00010101"})
  void bytesThatAreNoListNodeAreDamage(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> ListNode.parse(new BlobId(1, 2, 3, 4), bytes, BlobKind.DATA))
        .isInstanceOf(SalvorException.class);
  }

  private static void assertDamaged(MemoryBlobs blobs, ContentRef content, long size) {
    assertThatThrownBy(() -> new ContentReader(blobs, content, size).next())
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED));
  }

  /** Holes in between; ids that end in few different bytes, or in any if {@code endings} is 0. */
  private static List<Extent> extents(Random random, int n, int endings) {
    List<Extent> extents = new ArrayList<>();
    while (extents.size() < n) {
      boolean hole = !extents.isEmpty() && extents.getLast() instanceof Hole;
      if (!hole && random.nextInt(8) == 0) {
        extents.add(new Hole(1 + random.nextLong(1L << 40)));
      } else {
        long d =
            endings == 0 ? random.nextLong() : random.nextLong() << 7 | random.nextInt(endings);
        extents.add(new Data(1 + random.nextInt(4 << 20), new BlobId(random.nextLong(), 0, 0, d)));
      }
    }
    return extents;
  }

  private static ContentRef write(MemoryBlobs blobs, List<Extent> extents) throws IOException {
    ContentWriter writer = new ContentWriter(blobs);
    for (Extent extent : extents) {
      writer.add(extent);
    }
    return writer.finish();
  }

  private static List<Placed> placed(List<Extent> extents) {
    List<Placed> placed = new ArrayList<>();
    long offset = 0;
    for (Extent extent : extents) {
      placed.add(new Placed(offset, extent));
      offset += extent.length();
    }
    return placed;
  }

  private static List<Placed> rest(ContentReader reader) throws IOException {
    List<Placed> rest = new ArrayList<>();
    for (Placed placed = reader.next(); placed != null; placed = reader.next()) {
      rest.add(placed);
    }
    assertThat(reader.next()).isNull();
    return rest;
  }

  private record Item(byte[] bytes, int ending, long length, long extents) {}

  /** The list of docs/format.md §8, written a second time from the text alone. */
  private static ContentRef reference(MemoryBlobs blobs, List<Extent> extents) {
    if (extents.isEmpty()) {
      return ContentRef.EMPTY;
    }
    if (extents.size() <= 16) {
      return new ContentRef.Inline(extents);
    }
    List<Item> items = new ArrayList<>();
    for (Extent extent : extents) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int ending = -1;
      switch (extent) {
        case Data data -> {
          varint(out, data.length() * 2);
          out.writeBytes(data.id().bytes());
          ending = data.id().bytes()[31] & 0xff;
        }
        case Hole hole -> varint(out, hole.length() * 2 + 1);
      }
      items.add(new Item(out.toByteArray(), ending, extent.length(), 1));
    }
    int level = 0;
    while (true) {
      List<Item> above = new ArrayList<>();
      int from = 0;
      for (int i = 0; i < items.size(); i++) {
        int n = i + 1 - from;
        int ending = items.get(i).ending;
        boolean drawn = ending >= 0 && ((ending ^ level) & 127) == 0;
        if (n == 512 || (n >= 32 && drawn) || i + 1 == items.size()) {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          out.write(level);
          varint(out, n);
          long length = 0;
          long count = 0;
          for (Item item : items.subList(from, i + 1)) {
            out.writeBytes(item.bytes);
            length += item.length;
            count += item.extents;
          }
          BlobId id = blobs.put(BlobKind.TREE, out.toByteArray(), 0, out.size());
          ByteArrayOutputStream child = new ByteArrayOutputStream();
          child.writeBytes(id.bytes());
          varint(child, length);
          varint(child, count);
          above.add(new Item(child.toByteArray(), id.bytes()[31] & 0xff, length, count));
          from = i + 1;
        }
      }
      if (above.size() == 1) {
        return new ContentRef.ListRoot(
            BlobId.from(above.getFirst().bytes, 0), level, extents.size());
      }
      items = above;
      level++;
    }
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    byte[] bytes = new byte[Varint.MAX_SIZE];
    out.write(bytes, 0, Varint.put(bytes, 0, value));
  }
}
