package io.salvor.engine.backup;

import io.salvor.engine.tree.TreeRoot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A component's checksum (docs/format.md §10): it commits to every entry by way of the root. */
final class ComponentChecksum {
  private ComponentChecksum() {}

  static byte[] of(String provider, TreeRoot root) {
    byte[] name = provider.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(1 + name.length + 32 + 8);
    bytes.put((byte) name.length).put(name);
    root.id().to(bytes);
    bytes.putLong(root.entries());
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes.array());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
