package io.salvor.testkit.reader;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whose signatures count (§4).
 *
 * @param earlier authorities, of which only what the census names counts
 * @param census hashes of objects, in hexadecimal
 */
record Authority(byte[] publicKey, List<byte[]> earlier, Set<String> census) {
  static Authority alone(byte[] publicKey) {
    return new Authority(publicKey, List.of(), Set.of());
  }

  /** The same with what its census says. */
  Authority with(byte[] hashes) throws DamageException {
    DamageException.unless(hashes.length % 32 == 0, "a census of broken hashes");
    Set<String> set = new HashSet<>();
    for (int at = 0; at < hashes.length; at += 32) {
      DamageException.unless(
          at == 0 || Arrays.compareUnsigned(hashes, at - 32, at, hashes, at, at + 32) < 0,
          "a census does not ascend");
      set.add(hex(Arrays.copyOfRange(hashes, at, at + 32)));
    }
    return new Authority(publicKey, earlier, set);
  }

  /** Whether what this one has signed counts, being in this object. */
  boolean covers(byte[] signer, byte[] object) {
    return Arrays.equals(signer, publicKey)
        || (earlier.stream().anyMatch(one -> Arrays.equals(one, signer))
            && census.contains(hex(Suite.sha256(object))));
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
