package io.salvor.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TreeTest {
  @Property(tries = 100)
  void everyEntryIsFoundAndNothingElse(@ForAll long seed) throws IOException {
    TreeMap<Key, byte[]> map = Samples.map(seed);
    Tree tree = Samples.tree(map);
    assertThat(tree.size()).isEqualTo(map.size());
    for (Map.Entry<Key, byte[]> entry : map.entrySet()) {
      assertThat(tree.get(entry.getKey())).contains(entry.getValue());
    }
    Random random = new Random(~seed);
    for (int i = 0; i < 50; i++) {
      Key key = Samples.key(random);
      assertThat(tree.get(key).isPresent()).isEqualTo(map.containsKey(key));
    }
  }

  @Property(tries = 200)
  void rangesAreThoseOfASortedMap(@ForAll long seed) throws IOException {
    TreeMap<Key, byte[]> map = Samples.map(seed);
    Tree tree = Samples.tree(map);
    Random random = new Random(~seed);
    assertSame(tree.all(), map);
    for (int i = 0; i < 20; i++) {
      Key a = Samples.key(random);
      Key b = Samples.key(random);
      assertSame(tree.from(a), map.tailMap(a, true));
      assertSame(tree.range(a, b), a.compareTo(b) > 0 ? new TreeMap<>() : map.subMap(a, b));
      TreeMap<Key, byte[]> within = new TreeMap<>(map);
      within.keySet().removeIf(key -> !a.covers(key));
      assertSame(tree.within(a), within);
      within.remove(a);
      assertSame(tree.below(a), within);
      assertThat(tree.countBelow(a)).isEqualTo(within.size());
    }
  }

  @Property(tries = 200)
  void aCursorLeapsForwardAndNeverBack(@ForAll long seed) throws IOException {
    TreeMap<Key, byte[]> map = Samples.map(seed);
    Random random = new Random(~seed);
    Key start = Samples.key(random);
    TreeCursor cursor = Samples.tree(map).from(start);
    TreeMap<Key, byte[]> rest = new TreeMap<>(map.tailMap(start, true));
    for (int i = 0; i < 60; i++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          Key key = Samples.key(random);
          cursor.skipTo(key);
          rest = new TreeMap<>(rest.tailMap(key, true));
        }
        case 1 -> {
          Key key = Samples.key(random);
          if (!key.isRoot() || random.nextInt(20) == 0) {
            cursor.skipPast(key);
            rest.keySet().removeIf(k -> k.compareTo(key) < 0 || key.covers(k));
          }
        }
        case 2 -> assertThat(keyOf(cursor.peek())).isEqualTo(firstKey(rest));
        default -> {
          assertThat(keyOf(cursor.next())).isEqualTo(firstKey(rest));
          rest.pollFirstEntry();
        }
      }
    }
    assertSame(cursor, rest);
  }

  @Property(tries = 100)
  void childrenAreWhatLiesDirectlyBelow(@ForAll long seed) throws IOException {
    TreeMap<Key, byte[]> map = Samples.map(seed);
    Tree tree = Samples.tree(map);
    List<Key> parents = new ArrayList<>(map.keySet());
    parents.add(Key.ROOT);
    for (Key parent : parents) {
      TreeMap<Key, Boolean> expected = new TreeMap<>();
      for (Key key : map.keySet()) {
        if (parent.covers(key) && !parent.equals(key)) {
          expected.merge(parent.toward(key), parent.toward(key).equals(key), (a, b) -> a || b);
        }
      }
      TreeMap<Key, Boolean> found = new TreeMap<>();
      TreeChildren children = tree.children(parent);
      for (TreeChildren.Child c = children.next(); c != null; c = children.next()) {
        assertThat(found.put(c.key(), c.entry() != null)).isNull();
      }
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void aQuestionReadsOnlyTheWayToItsAnswer() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, Samples.files(100_000));
    int depth = root.level() + 1;

    NodeCache one = new NodeCache(blobs);
    assertThat(new Tree(one, root).get(Samples.file(77_777))).isPresent();
    assertThat(one.reads()).isEqualTo(depth);

    NodeCache two = new NodeCache(blobs);
    assertThat(new Tree(two, root).countBelow(Key.of("dir-00042"))).isEqualTo(1000);
    assertThat(two.reads()).isLessThanOrEqualTo(2L * depth);

    NodeCache three = new NodeCache(blobs);
    TreeChildren children = new Tree(three, root).children(Key.ROOT);
    int n = 0;
    for (var child = children.next(); child != null; child = children.next()) {
      assertThat(child.entry()).isNull();
      n++;
    }
    assertThat(n).isEqualTo(100);
    assertThat(three.reads()).isLessThan(100 + 2 * 100);
    assertThat(three.reads()).isLessThan(blobs.all().size() / 2);
  }

  @Test
  void theCacheStaysWithinItsBound() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, Samples.files(20_000));
    NodeCache none = new NodeCache(blobs, 0);
    Tree tree = new Tree(none, root);
    for (int i = 0; i < 3; i++) {
      assertThat(tree.get(Samples.file(5))).isPresent();
    }
    assertThat(none.reads()).isEqualTo(3L * (root.level() + 1));
    NodeCache much = new NodeCache(blobs);
    Tree cached = new Tree(much, root);
    for (int i = 0; i < 3; i++) {
      assertThat(cached.get(Samples.file(5))).isPresent();
    }
    assertThat(much.reads()).isEqualTo(root.level() + 1);
  }

  @Property(tries = 100)
  void aUnionTakesEachKeyFromTheFirstThatHasIt(@ForAll long seed) throws IOException {
    TreeMap<Key, byte[]> old = Samples.map(seed);
    TreeMap<Key, byte[]> young = Samples.edited(old, seed);
    TreeMap<Key, byte[]> other = Samples.map(seed + 1);
    TreeMap<Key, byte[]> all = new TreeMap<>(other);
    all.putAll(old);
    all.putAll(young);
    List<TreeCursor> cursors =
        List.of(Samples.tree(young).all(), Samples.tree(old).all(), Samples.tree(other).all());
    TreeCursor union = Cursors.union(cursors);
    Random random = new Random(seed);
    NavigableMap<Key, byte[]> rest = all;
    for (int i = 0; i < 5; i++) {
      assertThat(keyOf(union.next())).isEqualTo(firstKey(rest));
      rest.pollFirstEntry();
      Key key = Samples.key(random);
      union.skipTo(key);
      rest = new TreeMap<>(rest.tailMap(key, true));
      if (!key.isRoot()) {
        union.skipPast(key);
        rest.keySet().removeIf(key::covers);
      }
    }
    assertSame(union, rest);
  }

  static void assertSame(TreeCursor cursor, Map<Key, byte[]> expected) throws IOException {
    for (Map.Entry<Key, byte[]> entry : expected.entrySet()) {
      TreeItem item = cursor.next();
      assertThat(keyOf(item)).isEqualTo(entry.getKey());
      assertThat(item.value()).isEqualTo(entry.getValue());
    }
    assertThat(cursor.peek()).isNull();
    assertThat(cursor.next()).isNull();
  }

  private static Key keyOf(TreeItem item) {
    return item == null ? null : item.key();
  }

  private static Key firstKey(NavigableMap<Key, byte[]> map) {
    return map.isEmpty() ? null : map.firstKey();
  }
}
