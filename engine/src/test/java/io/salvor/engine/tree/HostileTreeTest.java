package io.salvor.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileTreeTest {
  private static final BlobId ID = new BlobId(1, 2, 3, 4);
  private static final String CHILD = "11".repeat(32);

  @Property(tries = 5000)
  void randomBytesAreDamage(@ForAll byte[] bytes) throws IOException {
    readAll(bytes, bytes.length > 0 ? bytes[0] & 0xff : 0, bytes.length > 1 ? bytes[1] : 0);
  }

  @Property(tries = 300)
  void mutatedNodesAreDamageOrOtherNodes(@ForAll long seed) throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, Samples.map(seed));
    Random random = new Random(seed);
    List<BlobId> ids = new ArrayList<>(blobs.all().keySet());
    for (int i = 0; i < 20; i++) {
      BlobId victim = ids.get(random.nextInt(ids.size()));
      byte[] good = blobs.all().get(victim);
      blobs.forge(victim, mutate(good, random));
      long seen = walk(new Tree(new NodeCache(blobs), root));
      assertThat(seen).isLessThanOrEqualTo(root.entries());
      blobs.forge(victim, good);
    }
    assertThat(walk(new Tree(new NodeCache(blobs), root))).isEqualTo(root.entries());
  }

  @Test
  void soundNodesInWrongPlacesAreDamage() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeMap<Key, byte[]> map = Samples.files(60_000);
    TreeRoot root = Samples.build(blobs, map);
    assertThat(root.level()).isGreaterThanOrEqualTo(2);
    List<Map.Entry<BlobId, byte[]>> all = List.copyOf(blobs.all().entrySet());
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      var a = all.get(random.nextInt(all.size()));
      var b = all.get(random.nextInt(all.size()));
      if (a.getKey().equals(b.getKey())) {
        continue;
      }
      byte[] good = a.getValue();
      blobs.forge(a.getKey(), b.getValue());
      Tree tree = new Tree(new NodeCache(blobs), root);
      assertThat(walk(tree)).as("the walk stops at the wrong node").isLessThan(root.entries());
      blobs.forge(a.getKey(), good);
    }
  }

  @Test
  void childrenThatContradictTheirParentAreDamage() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    LevelBuilder.Child early = leaf(blobs, "a", "m");
    LevelBuilder.Child late = leaf(blobs, "n", "z");
    LevelBuilder.Child overlap = leaf(blobs, "m", "z");
    LevelBuilder.Child other = leaf(blobs, "n", "y");
    LevelBuilder.Child more = leaf(blobs, "n", "o", "z");
    assertThat(walk(new Tree(new NodeCache(blobs), above(blobs, 1, early, late)))).isEqualTo(4);

    assertStops(blobs, above(blobs, 1, early, overlap), 2, overlap);
    assertStops(blobs, above(blobs, 1, early, as(late, other)), 2, other);
    assertStops(blobs, above(blobs, 1, early, as(late, more)), 2, more);
    TreeRoot inner = above(blobs, 1, early, late);
    LevelBuilder.Child tooHigh = new LevelBuilder.Child(inner.id(), late.last(), 4);
    assertStops(blobs, above(blobs, 1, tooHigh, leaf(blobs, "zz")), 0, tooHigh);
    TreeRoot lonely = above(blobs, 1, early);
    assertStops(blobs, lonely, 0, new LevelBuilder.Child(lonely.id(), early.last(), 2));
    LevelBuilder.Child empty = new LevelBuilder(0).snapshot(blobs, null);
    LevelBuilder.Child none = new LevelBuilder.Child(empty.id(), Key.of("zz"), 1);
    assertStops(blobs, above(blobs, 1, early, none), 2, none);
    // A child's first key may lie before what the level above lets it begin with.
    TreeRoot left = above(blobs, 1, early, late);
    TreeRoot right = above(blobs, 1, leaf(blobs, "y", "zb"), leaf(blobs, "zc"));
    assertStops(
        blobs,
        above(
            blobs,
            2,
            new LevelBuilder.Child(left.id(), Key.of("z"), 4),
            new LevelBuilder.Child(right.id(), Key.of("zc"), 3)),
        4,
        leaf(blobs, "y", "zb"));
  }

  private static LevelBuilder.Child leaf(MemoryBlobs blobs, String... keys) throws IOException {
    LevelBuilder level = new LevelBuilder(0);
    for (String key : keys) {
      level.inline(Key.of(key), new byte[0]);
    }
    return level.finish(blobs);
  }

  private static TreeRoot above(MemoryBlobs blobs, int level, LevelBuilder.Child... children)
      throws IOException {
    LevelBuilder builder = new LevelBuilder(level);
    for (LevelBuilder.Child child : children) {
      builder.child(child);
    }
    LevelBuilder.Child node = builder.finish(blobs);
    return new TreeRoot(node.id(), level, node.entries());
  }

  private static LevelBuilder.Child as(LevelBuilder.Child claimed, LevelBuilder.Child real) {
    return new LevelBuilder.Child(real.id(), claimed.last(), claimed.entries());
  }

  private static void assertStops(
      MemoryBlobs blobs, TreeRoot root, int after, LevelBuilder.Child at) throws IOException {
    TreeCursor cursor = new Tree(new NodeCache(blobs), root).all();
    for (int i = 0; i < after; i++) {
      assertThat(cursor.next()).isNotNull();
    }
    assertThatThrownBy(cursor::next)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED))
        .hasMessageContaining(at.id().toString());
  }

  @Test
  void aWrongRootIsDamage() {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeRoot root = Samples.build(blobs, Samples.files(5000));
    assertDamaged(blobs, new TreeRoot(root.id(), root.level() + 1, root.entries()));
    assertDamaged(blobs, new TreeRoot(root.id(), root.level() - 1, root.entries()));
    assertDamaged(blobs, new TreeRoot(root.id(), root.level(), root.entries() + 1));
    assertDamaged(blobs, new TreeRoot(root.id(), root.level(), 0));
  }

  @ParameterizedTest
  @CsvSource({
    "'', nothing",
    "00, no count",
    "0001, no item",
    "00ffffffffffffffff7f, a count without end",
    "000000, bytes behind",
    "0100, inner and empty",
    "000100010000, a key that is a separator",
    "00010002610000, a key with an empty part",
    "0001000201030000, a bad escape",
    "0001010161 00, shares with nothing before it",
    "000200016100 00016100, a key twice",
    "000200016200 00016100, keys in descending order",
    "00020002616200 010000, a shorter key after a longer one",
    "000200016100 0002616200, shares less than it can",
    "00020001610002016200, shares more than there is",
    "0001000161820101, an inline value that is not there",
    "0001000161 05 CHILD, a small value out of line",
    "0001000161 8110, a value inline beyond its bound",
    "0001000161 8380800 4 CHILD, a value larger than any may be",
    "0001000161 8110 CHILD 00, bytes behind a reference",
    "010100016111, a child that is not there",
    "0101000161 CHILD 00, a child without entries",
    "0101000161 CHILD ffffffffffffffff7f 00, bytes behind a child",
    "010200 0161 CHILD ffffffffffffffff7f 0001 62 CHILD ffffffffffffffff7f, too many entries",
    "0001 80 00 00, a varint longer than it need be",
  })
  void bytesThatAreNoNodeAreRefused(String hex, String what) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace("CHILD", CHILD).replace(" ", ""));
    MemoryBlobs blobs = new MemoryBlobs();
    blobs.forge(ID, bytes);
    assertThatThrownBy(() -> new NodeCache(blobs).get(ID))
        .as(what)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED))
        .hasMessageContaining(ID.toString());
  }

  @Test
  void keysThatShareLongBeginningsDoNotFillTheMemory() {
    // 300,000 keys of a mebibyte each, in two mebibytes.
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.writeBytes(HexFormat.of().parseHex("00e0a712"));
    byte[] name = new byte[1 << 19];
    Arrays.fill(name, (byte) 'a');
    bomb.writeBytes(HexFormat.of().parseHex("00808020"));
    bomb.writeBytes(name);
    bomb.write(0);
    for (int i = 0; i < 300_000; i++) {
      bomb.writeBytes(HexFormat.of().parseHex("80802001"));
      bomb.write('b');
      bomb.write(0);
    }
    MemoryBlobs blobs = new MemoryBlobs();
    blobs.forge(ID, bomb.toByteArray());
    assertThatThrownBy(() -> new NodeCache(blobs).get(ID)).isInstanceOf(SalvorException.class);
  }

  @Test
  void aValueOfAnotherLengthIsDamage() throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    TreeMap<Key, byte[]> map = new TreeMap<>();
    map.put(Key.of("v"), new byte[2000]);
    TreeRoot root = Samples.build(blobs, map);
    blobs.forge(MemoryBlobs.idOf(new byte[2000]), new byte[1999]);
    Tree tree = new Tree(new NodeCache(blobs), root);
    assertThatThrownBy(() -> tree.get(Key.of("v")))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED));
  }

  private static byte[] mutate(byte[] good, Random random) {
    byte[] bad = good.clone();
    switch (random.nextInt(4)) {
      case 0 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length + 1));
      case 1 -> bad = Arrays.copyOf(bad, bad.length + 1 + random.nextInt(5));
      default -> {
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
          int at = random.nextBoolean() ? random.nextInt(bad.length) : 0;
          at = Math.min(bad.length - 1, at + random.nextInt(8));
          bad[at] = (byte) random.nextInt();
        }
      }
    }
    return bad;
  }

  private static void readAll(byte[] bytes, int level, long entries) throws IOException {
    MemoryBlobs blobs = new MemoryBlobs();
    blobs.forge(ID, bytes);
    walk(new Tree(new NodeCache(blobs), new TreeRoot(ID, level, Math.abs(entries))));
  }

  /** Reads as far as it can; nothing but damage and loss may stop it. */
  private static long walk(Tree tree) throws IOException {
    long seen = 0;
    Key last = null;
    try {
      TreeCursor cursor = tree.all();
      for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
        assertThat(last == null || last.compareTo(item.key()) < 0).isTrue();
        last = item.key();
        item.value();
        seen++;
      }
      assertThat(seen).isEqualTo(tree.size());
    } catch (SalvorException e) {
      assertThat(e.code()).isIn(ErrorCode.TREE_DAMAGED, ErrorCode.BLOB_LOST);
    }
    return seen;
  }

  private static void assertDamaged(MemoryBlobs blobs, TreeRoot root) {
    Tree tree = new Tree(new NodeCache(blobs), root);
    assertThatThrownBy(() -> tree.all().next())
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED))
        .hasMessageContaining(root.id().toString());
  }
}
