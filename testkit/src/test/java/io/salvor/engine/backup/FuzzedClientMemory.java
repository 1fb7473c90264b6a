package io.salvor.engine.backup;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.FuzzedSealed;
import io.salvor.engine.tree.LeafCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Opens what a write-only client remembers to the fuzzer. */
public final class FuzzedClientMemory {
  private static final SecureRandom RANDOM = new SecureRandom();

  private FuzzedClientMemory() {}

  /** A whole file. */
  public static Object file(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    return read(file);
  }

  /** What lies behind the encryption: of each record kind (1), length (2) and bytes. */
  public static Object records(Path file, byte[] plain) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      SealedRecords.Writer writer = new SealedRecords.Writer(channel, FuzzedSealed.keys(), RANDOM);
      ByteBuffer in = ByteBuffer.wrap(plain);
      while (in.remaining() > 3) {
        byte kind = in.get();
        byte[] bytes = new byte[Math.min(in.remaining() - 2, in.getShort(in.position()) & 0xffff)];
        in.getShort();
        in.get(bytes);
        boolean value = kind == 1 && bytes.length >= BlobId.SIZE;
        int from = value ? BlobId.SIZE : 0;
        BlobId id = value ? BlobId.from(bytes, 0) : null;
        writer.add(id, bytes, from, bytes.length - from);
      }
      byte[] rest = new byte[in.remaining()];
      in.get(rest);
      writer.finish(rest);
    }
    return read(file);
  }

  private static Object read(Path file) throws IOException {
    SealedRecords.@Nullable Reader reader =
        SealedRecords.open(file, FuzzedSealed.keys()).orElse(null);
    if (reader == null) {
      return 0;
    }
    try (reader) {
      byte[] last = reader.last();
      ClientMemory.Leaves leaves = new ClientMemory.Leaves(reader);
      LeafCursor entries = new LeafCursor(leaves, leaves);
      int count = 0;
      while (entries.next() != null) {
        count++;
      }
      return last.length + count;
    }
  }

  /** A seed of {@link #records}. */
  public static byte[] seed(byte[] node) {
    byte[] value = Arrays.copyOf(new byte[BlobId.SIZE], BlobId.SIZE + 5);
    return ByteBuffer.allocate(6 + value.length + node.length + 2)
        .put((byte) 1)
        .putShort((short) value.length)
        .put(value)
        .put((byte) 0)
        .putShort((short) node.length)
        .put(node)
        .put(new byte[] {1, 2})
        .array();
  }

  /** A seed of {@link #file}. */
  public static byte[] sealed(byte[] plain) throws IOException {
    Path file = Files.createTempFile("client", "");
    try {
      Object _ = records(file, plain);
      return Files.readAllBytes(file);
    } finally {
      Files.delete(file);
    }
  }
}
