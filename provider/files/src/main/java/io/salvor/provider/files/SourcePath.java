package io.salvor.provider.files;

import io.salvor.engine.posix.RawNames;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.KeyText;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An absolute path in normal form: no empty parts, no {@code .}, and {@code ..} taken back part by
 * part as it is written. Symbolic links are left as they are.
 *
 * @param key its parts; the root for {@code /}
 */
record SourcePath(Key key) implements Comparable<SourcePath> {

  /** Makes raw bytes absolute and normal; relative ones begin at {@code directory}. */
  static SourcePath of(byte[] directory, byte[] path) {
    List<byte[]> parts = new ArrayList<>();
    if (path.length == 0 || path[0] != '/') {
      add(parts, directory);
    }
    add(parts, path);
    return new SourcePath(Key.of(parts.toArray(new byte[0][])));
  }

  private static void add(List<byte[]> parts, byte[] path) {
    int from = 0;
    while (from < path.length) {
      int to = from;
      while (to < path.length && path[to] != '/') {
        to++;
      }
      byte[] part = Arrays.copyOfRange(path, from, to);
      from = to + 1;
      if (RawNames.isName(part)) {
        parts.add(part);
      } else if (part.length == 2 && !parts.isEmpty()) {
        parts.removeLast(); // the only two bytes that are no name are ..
      }
    }
  }

  /** The raw bytes. */
  byte[] bytes() {
    return bytes(key.parts());
  }

  /** The raw bytes of the first so many parts. */
  byte[] bytes(int parts) {
    return bytes(key.parts().subList(0, parts));
  }

  private static byte[] bytes(List<byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write('/');
      out.writeBytes(part);
    }
    return out.size() == 0 ? new byte[] {'/'} : out.toByteArray();
  }

  /** As people see it. */
  String text() {
    return KeyText.name(bytes());
  }

  @Override
  public int compareTo(SourcePath other) {
    return key.compareTo(other.key);
  }
}
