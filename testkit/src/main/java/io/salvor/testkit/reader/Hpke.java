package io.salvor.testkit.reader;

import java.util.HexFormat;

/** HPKE in base mode, single shot, as RFC 9180 has it; opening only (§1). */
final class Hpke {
  private static final byte[] KEM = suite("KEM", "0020");
  private static final byte[] HPKE = suite("HPKE", "002000010002");
  private static final byte[] NONE = {};

  private Hpke() {}

  static byte[] open(
      byte[] privateHalf, byte[] enc, byte[] info, byte[] associated, byte[] ciphertext)
      throws DamageException {
    byte[] shared = decapsulate(privateHalf, enc);
    byte[] context =
        Bytes.join(
            new byte[] {0},
            extract(HPKE, NONE, "psk_id_hash", NONE),
            extract(HPKE, NONE, "info_hash", info));
    byte[] secret = extract(HPKE, shared, "secret", NONE);
    byte[] key = expand(HPKE, secret, "key", context, 32);
    byte[] nonce = expand(HPKE, secret, "base_nonce", context, 12);
    return Suite.open(key, nonce, associated, ciphertext);
  }

  private static byte[] decapsulate(byte[] privateHalf, byte[] enc) throws DamageException {
    byte[] secret = Suite.x25519(privateHalf, enc);
    byte[] context = Bytes.join(enc, Suite.x25519Public(privateHalf));
    return expand(KEM, extract(KEM, NONE, "eae_prk", secret), "shared_secret", context, 32);
  }

  private static byte[] extract(byte[] suite, byte[] salt, String label, byte[] input) {
    return Suite.extract(salt, Bytes.join(Suite.utf8("HPKE-v1"), suite, Suite.utf8(label), input));
  }

  private static byte[] expand(byte[] suite, byte[] key, String label, byte[] info, int length) {
    byte[] labeled =
        Bytes.join(
            Bytes.bigEndian(length, 2), Suite.utf8("HPKE-v1"), suite, Suite.utf8(label), info);
    return Suite.expand(key, labeled, length);
  }

  private static byte[] suite(String name, String numbers) {
    return Bytes.join(Suite.utf8(name), HexFormat.of().parseHex(numbers));
  }
}
