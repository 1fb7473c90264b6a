package io.salvor.testkit.reader;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A key of the tree: a tuple of byte strings (§8). Equal keys have equal encodings.
 *
 * @param encoded as nodes have it
 */
public record Key(byte[] encoded, List<byte[]> parts) implements Comparable<Key> {
  private static final int LONGEST = 1 << 20;

  static Key decode(byte[] encoded) throws DamageException {
    DamageException.unless(encoded.length <= LONGEST, "a key is too long");
    List<byte[]> parts = new ArrayList<>();
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] == 0) {
        add(parts, part);
      } else if (encoded[i] == 1) {
        i++;
        DamageException.unless(
            i < encoded.length && (encoded[i] == 1 || encoded[i] == 2), "a key is escaped wrongly");
        part.write(encoded[i] - 1);
      } else {
        part.write(encoded[i]);
      }
    }
    if (encoded.length > 0) {
      add(parts, part);
    }
    return new Key(encoded, parts);
  }

  private static void add(List<byte[]> parts, ByteArrayOutputStream part) throws DamageException {
    DamageException.unless(part.size() > 0, "a part of a key is empty");
    parts.add(part.toByteArray());
    part.reset();
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
}
