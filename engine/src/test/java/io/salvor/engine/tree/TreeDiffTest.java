package io.salvor.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TreeDiffTest {
  @Property(tries = 300)
  void differencesOfVersionsAreThoseOfTheirMaps(@ForAll long seed) throws IOException {
    TreeMap<Key, byte[]> before = Samples.map(seed);
    assertDiff(before, Samples.edited(before, ~seed), new Random(seed));
  }

  @Property(tries = 100)
  void differencesOfStrangersAreThoseOfTheirMaps(@ForAll long a, @ForAll long b)
      throws IOException {
    assertDiff(Samples.map(a), Samples.map(b), new Random(a));
  }

  @Test
  void differencesFromAndToNothingAreEverything() throws IOException {
    TreeMap<Key, byte[]> files = Samples.files(3000);
    assertDiff(new TreeMap<>(), files, new Random(1));
    assertDiff(files, new TreeMap<>(), new Random(2));
    assertDiff(new TreeMap<>(), new TreeMap<>(), new Random(3));
  }

  @Test
  void equalTreesAreNotRead() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, Samples.files(5000));
    NodeCache nodes = new NodeCache(blobs);
    assertThat(new TreeDiff(nodes, root, root).next()).isNull();
    assertThat(new TreeDiff(nodes, root, root, Samples.file(4)).next()).isNull();
    assertThat(nodes.reads()).isZero();
  }

  @Test
  void theCostIsThatOfTheDifferences() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeMap<Key, byte[]> map = Samples.files(100_000);
    TreeRoot before = Samples.build(blobs, map);
    Random random = new Random(5);
    TreeSet<Key> changed = new TreeSet<>();
    for (int i = 0; i < 10; i++) {
      int n = random.nextInt(100_000);
      map.put(Samples.file(n), Samples.fileValue(n, 1));
      changed.add(Samples.file(n));
    }
    Key added = Samples.file(50_000).child(new byte[] {'+'});
    map.put(added, new byte[50]);
    changed.add(added);
    TreeRoot after = Samples.build(blobs, map);
    NodeCache nodes = new NodeCache(blobs);
    TreeDiff diff = new TreeDiff(nodes, before, after);
    TreeSet<Key> found = new TreeSet<>();
    for (TreeChange change = diff.next(); change != null; change = diff.next()) {
      found.add(change.key());
    }
    assertThat(found).isEqualTo(changed);
    assertThat(nodes.reads()).isLessThan(2L * (after.level() + 1) * changed.size() + 10);
  }

  private static void assertDiff(
      TreeMap<Key, byte[]> before, TreeMap<Key, byte[]> after, Random random) throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot a = Samples.build(blobs, before);
    TreeRoot b = Samples.build(blobs, after);
    NodeCache nodes = new NodeCache(blobs, 100_000);
    assertDiff(before, after, new TreeDiff(nodes, a, b), Key.ROOT);
    for (int i = 0; i < 5; i++) {
      Key within = Samples.key(random);
      assertDiff(before, after, new TreeDiff(nodes, a, b, within), within);
    }
  }

  private static void assertDiff(
      TreeMap<Key, byte[]> before, TreeMap<Key, byte[]> after, TreeDiff diff, Key within)
      throws IOException {
    TreeSet<Key> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    for (Key key : keys) {
      byte[] old = before.get(key);
      byte[] young = after.get(key);
      if (!within.covers(key) || (old != null && young != null && Arrays.equals(old, young))) {
        continue;
      }
      TreeChange change = diff.next();
      assertThat(change).isNotNull();
      assertThat(change.key()).isEqualTo(key);
      switch (change) {
        case TreeChange.Added(TreeItem item) -> {
          assertThat(old).isNull();
          assertThat(item.value()).isEqualTo(young);
        }
        case TreeChange.Removed(TreeItem item) -> {
          assertThat(young).isNull();
          assertThat(item.value()).isEqualTo(old);
        }
        case TreeChange.Changed(TreeItem was, TreeItem is) -> {
          assertThat(was.value()).isEqualTo(old);
          assertThat(is.value()).isEqualTo(young);
        }
      }
    }
    assertThat(diff.next()).isNull();
    assertThat(diff.next()).isNull();
  }
}
