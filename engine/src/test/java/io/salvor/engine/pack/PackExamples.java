package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ExampleKeys;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.format.FormatExamples;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackDirectory;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A pack and the index segment that names it (docs/format.md §6, §7). */
public final class PackExamples implements FormatExamples.Section {
  private static final int ROOM = 4096;

  @Override
  public void write(FormatExamples out) {
    try (KeyRing ring = ExampleKeys.ring("packs")) {
      Path directory = Files.createTempDirectory("salvor-examples-");
      try (Storage storage = DirectoryStorage.create(directory)) {
        PackDescription pack = pack(ring, storage);
        show(out, pack, storage.get(pack.name()));
        storage.delete(pack.name());
      } finally {
        remove(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PackDescription pack(KeyRing ring, Storage storage) throws IOException {
    Frame together = frame();
    add(ring, together, "first".getBytes(StandardCharsets.US_ASCII));
    add(ring, together, "second".getBytes(StandardCharsets.US_ASCII));
    together.compress(3);
    Frame alone = frame();
    add(ring, alone, new byte[1000]);
    alone.compress(3);
    try (PackWriter writer = new PackWriter(storage, ring, BlobKind.DATA)) {
      writer.append(together);
      writer.append(alone);
      PackDescription description = writer.finish();
      writer.commit();
      return description;
    }
  }

  private static void show(FormatExamples out, PackDescription pack, byte[] object) {
    out.heading("A pack and an index segment (§6, §7)");
    out.say(
        """
        The secrets are those above. A pack of data blobs: in frame 0 the blobs `first` and
        `second` as they are, in frame 1 a blob of 1000 zeros, compressed.
        """);
    ByteBuffer directory = ByteBuffer.allocate((int) PackDirectory.encodedSize(pack.frames()));
    PackDirectory.encode(pack.frames(), directory);
    out.bytes("Its directory without the zeros", directory.array());
    out.bytes("`" + pack.name() + "`", object);
    out.bytes("SHA-256 of the object", pack.sha256());
    out.bytes(
        "The message of an index segment that names it",
        new IndexSegment(List.of(), List.of(pack)).encode());
  }

  private static Frame frame() {
    return new Frame(new FrameBuffers.Pair(new byte[ROOM], new byte[ROOM]));
  }

  private static void add(KeyRing ring, Frame frame, byte[] blob) {
    frame.add(ring.blobId(BlobKind.DATA, blob, 0, blob.length), blob, 0, blob.length);
  }

  private static void remove(Path directory) throws IOException {
    List<Path> paths;
    try (var walk = Files.walk(directory)) {
      paths = walk.toList().reversed();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
