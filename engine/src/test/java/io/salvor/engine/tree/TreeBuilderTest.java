package io.salvor.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.SipHash;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeBuilderTest {
  @Property(tries = 300)
  void theTreeIsTheOneTheFormatDescribes(@ForAll long seed) {
    TreeMap<Key, byte[]> map = Samples.map(seed);
    MemoryBlobs expected = new MemoryBlobs();
    MemoryBlobs blobs = new MemoryBlobs();
    assertThat(Samples.build(blobs, map)).isEqualTo(ReferenceTree.build(expected, map));
    assertThat(blobs.all().keySet()).isEqualTo(expected.all().keySet());
  }

  @Test
  void aDeepTreeIsTheOneTheFormatDescribes() {
    TreeMap<Key, byte[]> map = Samples.files(100_000);
    MemoryBlobs expected = new MemoryBlobs();
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, map);
    assertThat(root).isEqualTo(ReferenceTree.build(expected, map));
    assertThat(root.level()).isGreaterThanOrEqualTo(2);
    assertThat(blobs.all().keySet()).isEqualTo(expected.all().keySet());
  }

  @ParameterizedTest
  @ValueSource(ints = {4_000, 65_000, 70_000, Key.MAX_ENCODED})
  void hugeKeysMakeATreeThatEnds(int length) throws Exception {
    TreeMap<Key, byte[]> map = new TreeMap<>();
    for (int i = 0; i < 9; i++) {
      byte[] name = new byte[length];
      Arrays.fill(name, (byte) ('a' + i));
      map.put(Key.of(name), new byte[i]);
    }
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, map);
    assertThat(root).isEqualTo(ReferenceTree.build(new MemoryBlobs(), map));
    assertThat(root.level()).isLessThanOrEqualTo(4);
    Tree tree = new Tree(new NodeCache(blobs), root);
    for (Map.Entry<Key, byte[]> entry : map.entrySet()) {
      assertThat(tree.get(entry.getKey())).contains(entry.getValue());
    }
  }

  @Property(tries = 100)
  void checkpointsAreTreesAndDisturbNothing(@ForAll long seed) throws Exception {
    TreeMap<Key, byte[]> map = Samples.map(seed);
    Random random = new Random(seed);
    TreeBuilder builder = new TreeBuilder(new MemoryBlobs(), Samples.BOUNDARY);
    TreeMap<Key, byte[]> soFar = new TreeMap<>();
    for (Map.Entry<Key, byte[]> entry : map.entrySet()) {
      if (random.nextInt(20) == 0) {
        TreeRoot expected = Samples.build(new MemoryBlobs(), soFar);
        assertThat(builder.checkpoint()).isEqualTo(expected);
      }
      builder.add(entry.getKey(), entry.getValue());
      soFar.put(entry.getKey(), entry.getValue());
    }
    assertThat(builder.finish()).isEqualTo(Samples.build(new MemoryBlobs(), map));
  }

  @Property(tries = 100)
  void whateverTheWayToAMapItsTreeIsTheSame(@ForAll long seed) {
    TreeMap<Key, byte[]> map = Samples.map(seed);
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, map);
    TreeMap<Key, byte[]> away = map;
    for (int i = 0; i < 3; i++) {
      away = Samples.edited(away, seed + i);
      Samples.build(blobs, away);
    }
    away.keySet().retainAll(map.keySet());
    away.putAll(map);
    assertThat(Samples.build(blobs, away)).isEqualTo(root);
  }

  @Test
  void anotherKeyGivesOtherBoundaries() throws Exception {
    TreeMap<Key, byte[]> map = Samples.files(2000);
    TreeBuilder builder =
        new TreeBuilder(
            new MemoryBlobs(),
            new SipHash(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}));
    for (Map.Entry<Key, byte[]> entry : map.entrySet()) {
      builder.add(entry.getKey(), entry.getValue());
    }
    assertThat(builder.finish()).isNotEqualTo(Samples.build(new MemoryBlobs(), map));
  }

  @Test
  void aChangedValueWritesOneNodeForEachLevel() {
    TreeMap<Key, byte[]> map = Samples.files(100_000);
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, map);
    for (int i : new int[] {0, 41_234, 99_999}) {
      TreeMap<Key, byte[]> changed = new TreeMap<>(map);
      changed.put(Samples.file(i), Samples.fileValue(i, 1));
      assertThat(newNodes(blobs, changed)).isEqualTo(root.level() + 1);
    }
  }

  @Test
  void anInsertedOrRemovedEntryTouchesItsNeighbourhoodOnly() {
    TreeMap<Key, byte[]> map = Samples.files(100_000);
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, map);
    Random random = new Random(7);
    int most = 0;
    int sum = 0;
    for (int n = 0; n < 8; n++) {
      TreeMap<Key, byte[]> changed = new TreeMap<>(map);
      int i = random.nextInt(100_000);
      if (n % 2 == 0) {
        changed.put(Samples.file(i).child(new byte[] {'x'}), new byte[100]);
      } else {
        changed.remove(Samples.file(i));
      }
      int nodes = newNodes(blobs, changed);
      most = Math.max(most, nodes);
      sum += nodes;
    }
    assertThat(sum / 8.0).isLessThan(2.0 * (root.level() + 1));
    assertThat(most).isLessThan(8 * (root.level() + 1));
  }

  @Test
  void aThousandInsertionsInOnePlaceLeaveTheRestAlone() {
    TreeMap<Key, byte[]> map = Samples.files(100_000);
    MemoryBlobs blobs = new MemoryBlobs();
    Samples.build(blobs, map);
    TreeMap<Key, byte[]> changed = new TreeMap<>(map);
    for (int i = 0; i < 1000; i++) {
      changed.put(Key.of("dir-00050", "new-%04d".formatted(i)), new byte[100]);
    }
    // About 120,000 bytes more: so many nodes, the paths to them, and some to find the way back.
    assertThat(newNodes(blobs, changed)).isLessThan(30);
  }

  @Test
  void nodesKeepTheirSizes() throws Exception {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, Samples.files(100_000));
    Set<BlobId> lasts = new LinkedHashSet<>();
    Node node = NodeParser.parse(root.id(), blobs.get(BlobKind.TREE, root.id()));
    lasts.add(root.id());
    while (node.level() > 0) {
      BlobId last = node.child(node.items() - 1);
      lasts.add(last);
      node = NodeParser.parse(last, blobs.get(BlobKind.TREE, last));
    }
    long sum = 0;
    int count = 0;
    for (Map.Entry<BlobId, byte[]> blob : blobs.all().entrySet()) {
      long size = size(NodeParser.parse(blob.getKey(), blob.getValue()));
      assertThat(size).isLessThan(65_536 + 200);
      if (!lasts.contains(blob.getKey())) {
        assertThat(size).isGreaterThanOrEqualTo(4096);
        sum += size;
        count++;
      }
    }
    // 4096, and 128 entries of about 130 bytes until the hash says so.
    assertThat(sum / count).isBetween(15_000L, 27_000L);
  }

  @Test
  void largeValuesLieOutOfLine() throws Exception {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeMap<Key, byte[]> map = new TreeMap<>();
    for (int length : new int[] {0, 1, 1024, 1025, TreeBuilder.MAX_VALUE}) {
      map.put(Key.of("v%08d".formatted(length)), Samples.value(new Random(length), length));
    }
    TreeRoot root = Samples.build(blobs, map);
    assertThat(blobs.all()).hasSize(3);
    Tree tree = new Tree(new NodeCache(blobs), root);
    for (Map.Entry<Key, byte[]> entry : map.entrySet()) {
      assertThat(tree.get(entry.getKey())).contains(entry.getValue());
      TreeItem item = tree.find(entry.getKey());
      assertThat(item.isReference()).isEqualTo(entry.getValue().length > 1024);
      assertThat(item.length()).isEqualTo(entry.getValue().length);
    }
  }

  @Test
  void theTreeOfNothingIsTwoZeros() throws Exception {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = new TreeBuilder(blobs, Samples.BOUNDARY).finish();
    assertThat(root).isEqualTo(new TreeRoot(MemoryBlobs.idOf(new byte[2]), 0, 0));
    assertThat(blobs.all().get(root.id())).isEqualTo(new byte[2]);
  }

  @Test
  void aSmallNodeHasTheBytesOfTheFormat() {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeMap<Key, byte[]> map = new TreeMap<>();
    map.put(Key.ROOT, new byte[] {1});
    map.put(Key.of("ab"), new byte[] {2, 3});
    map.put(Key.of("ab", "c"), new byte[0]);
    TreeRoot root = Samples.build(blobs, map);
    assertThat(HexFormat.of().formatHex(blobs.all().get(root.id())))
        .isEqualTo("0003" + "00000201" + "00026162040203" + "0202006300");
  }

  @Test
  void whatDoesNotComeInOrderIsRefused() throws Exception {
    TreeBuilder builder = new TreeBuilder(new MemoryBlobs(), Samples.BOUNDARY);
    builder.add(Key.of("b"), new byte[0]);
    assertThatThrownBy(() -> builder.add(Key.of("a"), new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.add(Key.of("b"), new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.add(Key.of("c"), new byte[TreeBuilder.MAX_VALUE + 1]))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] name = new byte[Key.MAX_ENCODED + 1];
    Arrays.fill(name, (byte) 'x');
    assertThatThrownBy(() -> builder.add(Key.of(name), new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    builder.add(Key.of("b", "a"), new byte[0]);
    assertThat(builder.finish().entries()).isEqualTo(2);
    assertThatThrownBy(() -> builder.add(Key.of("z"), new byte[0]))
        .isInstanceOf(IllegalStateException.class);
  }

  private static int newNodes(MemoryBlobs blobs, TreeMap<Key, byte[]> map) {
    MemoryBlobs others = new MemoryBlobs();
    Samples.build(others, map);
    others.all().keySet().removeAll(blobs.all().keySet());
    return others.all().size();
  }

  private static long size(Node node) {
    long size = 0;
    for (int i = 0; i < node.items(); i++) {
      size += node.key(i).encoded().length + (node.level() > 0 ? 40 : node.length(i));
    }
    return size;
  }
}
