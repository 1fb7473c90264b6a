package io.salvor.engine.pattern;

import io.salvor.engine.tree.Key;
import java.util.Arrays;

/**
 * A relative path whose parts are joined by {@code /}, growing and shrinking with a walk. For one
 * thread.
 */
public final class PathBuffer {
  private byte[] bytes = new byte[256];
  private int length;
  private int nameStart;

  /** The empty path. */
  public PathBuffer() {}

  /** The path of a key. */
  public static PathBuffer of(Key key) {
    PathBuffer path = new PathBuffer();
    for (byte[] part : key.parts()) {
      path.push(part);
    }
    return path;
  }

  /** Goes down to a name. */
  public void push(byte[] name) {
    ensure(length + 1 + name.length + 1);
    if (length > 0) {
      bytes[length++] = '/';
    }
    nameStart = length;
    System.arraycopy(name, 0, bytes, length, name.length);
    length += name.length;
  }

  /** Goes up again, from what {@link #push} went down to. */
  public void pop() {
    length = Math.max(0, nameStart - 1);
    nameStart = length;
    while (nameStart > 0 && bytes[nameStart - 1] != '/') {
      nameStart--;
    }
  }

  byte[] bytes() {
    return bytes;
  }

  int nameStart() {
    return nameStart;
  }

  int length() {
    return length;
  }

  /** The length with a slash after the path, which is in the array when this returns. */
  int slashed() {
    ensure(length + 1);
    bytes[length] = '/';
    return length == 0 ? 0 : length + 1;
  }

  private void ensure(int needed) {
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
    }
  }
}
