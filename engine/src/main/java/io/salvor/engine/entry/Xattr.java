package io.salvor.engine.entry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An extended attribute; the arrays are not to be changed.
 *
 * @param name with its namespace: {@code user.note}
 */
public record Xattr(byte[] name, byte[] value) implements Comparable<Xattr> {
  private static final byte[] ACL = "system.posix_acl_".getBytes(StandardCharsets.US_ASCII);

  /** Whether this is a POSIX ACL. */
  public boolean isAcl() {
    return name.length >= ACL.length && Arrays.equals(name, 0, ACL.length, ACL, 0, ACL.length);
  }

  /** By name. */
  @Override
  public int compareTo(Xattr other) {
    return Arrays.compareUnsigned(name, other.name);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Xattr(byte[] itsName, byte[] itsValue)
        && Arrays.equals(name, itsName)
        && Arrays.equals(value, itsValue);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(name);
  }
}
