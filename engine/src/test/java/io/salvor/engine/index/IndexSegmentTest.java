package io.salvor.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IndexSegmentTest {

  @Property(tries = 200)
  void whatWasEncodedIsDecoded(
      @ForAll long seed,
      @ForAll @IntRange(max = 5) int packs,
      @ForAll @IntRange(max = 5) int gone) {
    IndexSegment segment = sample(seed, packs, gone);
    assertThat(IndexSegment.decode(segment.encode())).isEqualTo(segment);
  }

  @Property(tries = 300)
  void whatWasCutOffIsRefused(@ForAll long seed, @ForAll @IntRange(max = 100) int part) {
    byte[] bytes = sample(seed, 2, 1).encode();
    byte[] cut = Arrays.copyOf(bytes, bytes.length * part / 101);
    assertThatThrownBy(() -> IndexSegment.decode(cut)).isInstanceOf(MalformedException.class);
  }

  @Property(tries = 500)
  void whateverWasChangedIsReadOrRefused(@ForAll long seed, @ForAll byte to) {
    byte[] bytes = sample(seed, 2, 1).encode();
    bytes[new Random(seed).nextInt(bytes.length)] = to;
    try {
      assertThat(IndexSegment.decode(bytes).encode()).isEqualTo(bytes);
    } catch (MalformedException e) {
      assertThat(e).hasMessageMatching("(a|an) .*");
    }
  }

  @Test
  void hugeCountsAreRefusedBeforeAnythingIsAllocated() {
    for (int at : new int[] {0, 4, 4 + 4 + 57, 4 + 4 + 57 + 4 + 9}) {
      for (int count : new int[] {Integer.MAX_VALUE, -1, 1 << 28}) {
        byte[] bytes = sample(1, 1, 0).encode();
        ByteBuffer.wrap(bytes).putInt(at, count);
        assertThatThrownBy(() -> IndexSegment.decode(bytes)).isInstanceOf(MalformedException.class);
      }
    }
  }

  @Test
  void framesLongerThanTheirPackAreRefused() {
    IndexSegment segment = sample(1, 1, 0);
    byte[] bytes = segment.encode();
    ByteBuffer.wrap(bytes).putLong(8 + 48, 300);
    assertThatThrownBy(() -> IndexSegment.decode(bytes))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("longer than the pack");
  }

  @Test
  void packsOfReservedKindsAreLeftOut() {
    IndexSegment segment = sample(1, 2, 0);
    byte[] bytes = segment.encode();
    bytes[8 + 56] = 4;
    assertThat(IndexSegment.decode(bytes).packs()).containsExactly(segment.packs().get(1));
  }

  @Test
  void bytesAfterTheEndAreRefused() {
    byte[] bytes = sample(1, 1, 0).encode();
    assertThatThrownBy(() -> IndexSegment.decode(Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(MalformedException.class);
  }

  private static IndexSegment sample(long seed, int packs, int gone) {
    Random random = new Random(seed);
    List<PackDescription> list = new ArrayList<>();
    for (int i = 0; i < packs; i++) {
      BlobKind kind = random.nextBoolean() ? BlobKind.DATA : BlobKind.TREE;
      list.add(SamplePacks.pack(random, kind, 1 + random.nextInt(4), 1 + random.nextInt(9)));
    }
    List<ObjectId> superseded = new ArrayList<>();
    for (int i = 0; i < gone; i++) {
      superseded.add(new ObjectId(random.nextLong(), random.nextLong()));
    }
    return new IndexSegment(superseded, list);
  }
}
