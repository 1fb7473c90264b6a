package io.salvor.engine.tree;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The key of an entry: a tuple of byte strings, kept encoded (docs/format.md §8) and compared as
 * unsigned bytes, so that what lies below a directory follows it at once. The empty tuple is the
 * root.
 */
public final class Key implements Comparable<Key> {
  /** The empty tuple. */
  public static final Key ROOT = new Key(new byte[0]);

  /** The most bytes that an encoded key may have in a tree. */
  public static final int MAX_ENCODED = 1 << 20;

  private static final byte SEPARATOR = 0;
  private static final byte ESCAPE = 1;

  private final byte[] encoded;

  private Key(byte[] encoded) {
    this.encoded = encoded;
  }

  /** The key of these parts, none of them empty. */
  public static Key of(byte[]... parts) {
    Key key = ROOT;
    for (byte[] part : parts) {
      key = key.child(part);
    }
    return key;
  }

  /** The key of these parts in UTF-8. */
  public static Key of(String... parts) {
    Key key = ROOT;
    for (String part : parts) {
      key = key.child(part.getBytes(StandardCharsets.UTF_8));
    }
    return key;
  }

  /**
   * Takes an encoded key as it is stored.
   *
   * @throws IllegalArgumentException if it is not the encoding of any key
   */
  public static Key decode(byte[] encoded) {
    boolean partEmpty = true;
    for (int i = 0; i < encoded.length; i++) {
      byte b = encoded[i];
      if (b == SEPARATOR) {
        if (partEmpty) {
          throw new IllegalArgumentException("empty part in a key");
        }
        partEmpty = true;
        continue;
      }
      if (b == ESCAPE) {
        i++;
        if (i == encoded.length || (encoded[i] != 1 && encoded[i] != 2)) {
          throw new IllegalArgumentException("bad escape in a key");
        }
      }
      partEmpty = false;
    }
    if (partEmpty && encoded.length > 0) {
      throw new IllegalArgumentException("empty part in a key");
    }
    return encoded.length == 0 ? ROOT : new Key(encoded);
  }

  /** The key one part longer. */
  public Key child(byte[] part) {
    if (part.length == 0) {
      throw new IllegalArgumentException("empty part in a key");
    }
    int escapes = 0;
    for (byte b : part) {
      if (b == SEPARATOR || b == ESCAPE) {
        escapes++;
      }
    }
    int start = encoded.length == 0 ? 0 : encoded.length + 1;
    byte[] longer = Arrays.copyOf(encoded, start + part.length + escapes);
    int at = start;
    for (byte b : part) {
      if (b == SEPARATOR || b == ESCAPE) {
        longer[at++] = ESCAPE;
        longer[at++] = (byte) (b + 1);
      } else {
        longer[at++] = b;
      }
    }
    return new Key(longer);
  }

  /** The parts, decoded. */
  public List<byte[]> parts() {
    List<byte[]> parts = new ArrayList<>();
    if (encoded.length == 0) {
      return parts;
    }
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    for (int i = 0; i < encoded.length; i++) {
      byte b = encoded[i];
      if (b == SEPARATOR) {
        parts.add(part.toByteArray());
        part.reset();
      } else if (b == ESCAPE) {
        part.write(encoded[++i] - 1);
      } else {
        part.write(b);
      }
    }
    parts.add(part.toByteArray());
    return parts;
  }

  /** How many parts there are. */
  public int depth() {
    int depth = encoded.length == 0 ? 0 : 1;
    for (byte b : encoded) {
      if (b == SEPARATOR) {
        depth++;
      }
    }
    return depth;
  }

  /** The key without its last part; the root has none. */
  public Key parent() {
    for (int i = encoded.length - 1; i > 0; i--) {
      if (encoded[i] == SEPARATOR) {
        return new Key(Arrays.copyOf(encoded, i));
      }
    }
    if (isRoot()) {
      throw new IllegalStateException("the root has no parent");
    }
    return ROOT;
  }

  /** The last part; the root has none. */
  public byte[] name() {
    int start = isRoot() ? 0 : parent().encoded.length;
    byte[] last = Arrays.copyOfRange(encoded, start == 0 ? 0 : start + 1, encoded.length);
    if (last.length == 0) {
      throw new IllegalStateException("the root has no name");
    }
    return new Key(last).parts().getFirst();
  }

  /** The key one part longer than this one that covers {@code below}, a key below this one. */
  public Key toward(Key below) {
    if (!covers(below) || below.encoded.length == encoded.length) {
      throw new IllegalArgumentException(below + " is not below " + this);
    }
    int end = encoded.length + 1;
    while (end < below.encoded.length && below.encoded[end] != SEPARATOR) {
      end++;
    }
    return end == below.encoded.length ? below : new Key(Arrays.copyOf(below.encoded, end));
  }

  /** The encoded bytes; not to be changed by the caller. */
  public byte[] encoded() {
    return encoded;
  }

  /** Whether this is the root. */
  public boolean isRoot() {
    return encoded.length == 0;
  }

  /** Whether {@code other} is this key or lies below it. */
  public boolean covers(Key other) {
    if (isRoot()) {
      return true;
    }
    int n = encoded.length;
    byte[] o = other.encoded;
    return o.length >= n
        && Arrays.equals(encoded, 0, n, o, 0, n)
        && (o.length == n || o[n] == SEPARATOR);
  }

  /** Bytes between this key and all that lies below it. */
  byte[] lowerBound() {
    return Arrays.copyOf(encoded, encoded.length + 1);
  }

  /** Bytes between all that this key covers and what follows; null behind the root. */
  byte @Nullable [] upperBound() {
    if (isRoot()) {
      return null;
    }
    byte[] bound = Arrays.copyOf(encoded, encoded.length + 1);
    bound[encoded.length] = ESCAPE;
    return bound;
  }

  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(encoded, other.encoded);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && Arrays.equals(encoded, key.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  /** As people see it: parts joined by {@code /}, bytes that are not UTF-8 as {@code \xNN}. */
  @Override
  public String toString() {
    return KeyText.format(this);
  }
}
