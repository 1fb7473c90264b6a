package io.salvor.engine.backup;

import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeRoot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A component's checksum (docs/format.md §10): it commits to every entry by way of the root. */
final class ComponentChecksum {
  private ComponentChecksum() {}

  static byte[] of(String provider, TreeRoot root) {
    byte[] name = provider.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(1 + name.length + 32 + 8);
    bytes.put((byte) name.length).put(name);
    root.id().to(bytes);
    bytes.putLong(root.entries());
    return Sha256.of(bytes.array());
  }

  /** Of one entry, with its value as the tree has it. */
  static byte[] of(Key key, byte[] value) {
    byte[] name = key.encoded();
    return Sha256.of(
        ByteBuffer.allocate(Integer.BYTES + name.length + value.length)
            .putInt(name.length)
            .put(name)
            .put(value)
            .array());
  }
}
