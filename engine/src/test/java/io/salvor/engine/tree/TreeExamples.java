package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.ContentWriter;
import io.salvor.engine.content.Extent;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.format.FormatExamples;
import io.salvor.engine.posix.PosixTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trees, contents and entries (docs/format.md §8, §9). */
public final class TreeExamples implements FormatExamples.Section {
  private static final HexFormat HEX = HexFormat.of();

  private final Map<BlobId, byte[]> blobs = new LinkedHashMap<>();

  @Override
  public void write(FormatExamples out) {
    byte[] secret = new byte[32];
    for (int i = 0; i < secret.length; i++) {
      secret[i] = (byte) i;
    }
    ObjectId epoch = ObjectId.parse("e0e1e2e3e4e5e6e7e8e9eaebecedeeef");
    try (KeyRing ring =
        new KeyRing(
            secret,
            SigningKey.of(secret),
            Map.of(epoch, SealingKey.of(secret)),
            epoch,
            new FixedRandom("trees"))) {
      BlobSink sink =
          (kind, bytes, offset, length) -> {
            BlobId id = ring.blobId(kind, bytes, offset, length);
            blobs.put(id, Arrays.copyOfRange(bytes, offset, offset + length));
            return id;
          };
      out.heading("Trees, contents and entries (§8, §9)");
      out.say("The id key of tree blobs and the SipHash key are those derived above.");
      keys(out, ring);
      oneNode(out, new TreeBuilder(sink, ring.boundary()));
      twoLevels(out, new TreeBuilder(sink, ring.boundary()));
      contents(out, new ContentWriter(sink));
      out.bytes(
          "The entry of a file of 6 bytes, its one data blob with the id 1, mode 0644, modified at"
              + " 1700000000.5 s, of user 0 `root` and group 100 without a name, inode 77",
          EntryCodec.encode(file()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void keys(FormatExamples out, KeyRing ring) {
    for (String[] parts : new String[][] {{"61"}, {"61", "62"}, {"61000102"}, {"61ff"}}) {
      Key key = Key.of(Arrays.stream(parts).map(HEX::parseHex).toArray(byte[][]::new));
      byte[] encoded = key.encoded();
      String name = "`(" + String.join(", ", parts) + ")`";
      out.bytes("The key " + name + ", encoded", encoded);
      long hash = ring.boundary().hash(0, encoded, 0, encoded.length);
      out.bytes("Its boundary hash at level 0", ByteBuffer.allocate(8).putLong(hash).array());
    }
  }

  private void oneNode(FormatExamples out, TreeBuilder builder) throws IOException {
    out.say(
        """
        A tree of one node: the empty key with the value `01`, `(61)` with `0203`, `(61, 62)` with
        none, and `(63)` with 1025 zeros, which lie out of line.
        """);
    builder.add(Key.ROOT, new byte[] {1});
    builder.add(Key.of("a"), new byte[] {2, 3});
    builder.add(Key.of("a", "b"), new byte[0]);
    builder.add(Key.of("c"), new byte[1025]);
    TreeRoot root = builder.finish();
    node(out, root.id(), root.level());
  }

  private void twoLevels(FormatExamples out, TreeBuilder builder) throws IOException {
    out.say(
        """
        A tree of two levels: 1000 entries, the keys the numbers `(0000)` to `(0999)` in ASCII, the
        value of number n the byte n mod 256 fifty times.
        """);
    for (int i = 0; i < 1000; i++) {
      byte[] value = new byte[50];
      Arrays.fill(value, (byte) i);
      builder.add(Key.of("%04d".formatted(i)), value);
    }
    TreeRoot root = builder.finish();
    node(out, root.id(), root.level());
  }

  private void contents(FormatExamples out, ContentWriter writer) throws IOException {
    List<Extent> extents =
        List.of(new Extent.Hole(4096), new Extent.Data(100, new BlobId(0, 0, 0, 2)));
    out.bytes(
        "A hole of 4096 bytes and 100 bytes of a data blob with the id 2, inline",
        new ContentRef.Inline(extents).encode());
    out.say("A content of 700 data blobs, number n (from 0) with the id n and 1000 + n bytes.");
    for (int i = 0; i < 700; i++) {
      writer.add(new Extent.Data(1000 + i, new BlobId(0, 0, 0, i)));
    }
    ContentRef.ListRoot list = (ContentRef.ListRoot) writer.finish();
    node(out, list.id(), list.level());
  }

  private static Entry file() {
    return Entry.builder(EntryKind.FILE)
        .content(6, new ContentRef.Inline(List.of(new Extent.Data(6, new BlobId(0, 0, 0, 1)))))
        .mtime(new PosixTime(1_700_000_000, 500_000_000))
        .mode(0644)
        .user(new Owner(0, "root".getBytes(StandardCharsets.UTF_8)))
        .group(new Owner(100, null))
        .inode(77)
        .build();
  }

  private void node(FormatExamples out, BlobId id, int level) {
    byte[] bytes = blobs.get(id);
    if (bytes == null) {
      throw new AssertionError("no node " + id);
    }
    out.bytes("Its root, at level " + level, bytes);
    out.bytes("The root's id", id.bytes());
  }
}
