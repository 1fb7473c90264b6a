package io.salvor.engine.crypto;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Who signs in the repository's name (docs/format.md §4): the authority, and those before it. What
 * an earlier one has signed counts only as far as the census of its successor names it, for the
 * earlier seed may have become known.
 */
public final class Authority {
  private final byte[] publicKey;
  private final List<byte[]> earlier;
  private final byte[] census;

  private Authority(byte[] publicKey, List<byte[]> earlier, byte[] census) {
    this.publicKey = publicKey.clone();
    this.earlier = earlier.stream().map(byte[]::clone).toList();
    this.census = census;
  }

  /** One that has succeeded nobody. */
  public static Authority of(byte[] publicKey) {
    return new Authority(publicKey, List.of(), new byte[0]);
  }

  /**
   * One that has succeeded others.
   *
   * @param census the SHA-256 of every object of theirs that counts, one after the other, ascending
   */
  public static Authority of(byte[] publicKey, List<byte[]> earlier, byte[] census) {
    if (census.length % Sha256.SIZE != 0) {
      throw new IllegalArgumentException("a census of " + census.length + " bytes");
    }
    for (int at = Sha256.SIZE; at < census.length; at += Sha256.SIZE) {
      if (compare(census, at - Sha256.SIZE, census, at) >= 0) {
        throw new IllegalArgumentException("a census that does not ascend");
      }
    }
    return new Authority(publicKey, earlier, census.clone());
  }

  /** A copy of the public key. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /** The public keys of those before it, oldest first. */
  public List<byte[]> earlier() {
    return earlier;
  }

  /**
   * The message of something signed; empty if neither the authority has signed it, nor an earlier
   * one, with the object in the census.
   *
   * @param object all of its bytes as they are stored
   */
  public Optional<byte[]> verify(ObjectKind kind, ObjectId id, byte[] signed, byte[] object) {
    Optional<byte[]> message = SignedMessage.verify(publicKey, kind, id, signed);
    for (int i = 0; message.isEmpty() && i < earlier.size(); i++) {
      message =
          SignedMessage.verify(earlier.get(i), kind, id, signed).filter(m -> isCounted(object));
    }
    return message;
  }

  private boolean isCounted(byte[] object) {
    byte[] hash = Sha256.of(object);
    int from = 0;
    int to = census.length / Sha256.SIZE;
    while (from < to) {
      int middle = (from + to) >>> 1;
      int order = compare(census, middle * Sha256.SIZE, hash, 0);
      if (order == 0) {
        return true;
      }
      if (order < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return false;
  }

  private static int compare(byte[] a, int at, byte[] b, int from) {
    return Arrays.compareUnsigned(a, at, at + Sha256.SIZE, b, from, from + Sha256.SIZE);
  }
}
