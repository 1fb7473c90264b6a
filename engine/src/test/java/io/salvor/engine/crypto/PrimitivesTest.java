package io.salvor.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;

class PrimitivesTest {

  /** RFC 5869, A.1 to A.3. */
  @Test
  void hkdf_vectors() {
    byte[] input = repeat(0x0b, 22);
    byte[] prk = Hmac.extract(hex("000102030405060708090a0b0c"), input);
    assertThat(hex(prk))
        .isEqualTo("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    assertThat(hex(Hmac.expand(prk, hex("f0f1f2f3f4f5f6f7f8f9"), 42)))
        .isEqualTo(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    byte[] unsalted = Hmac.extract(new byte[0], input);
    assertThat(hex(unsalted))
        .isEqualTo("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
    assertThat(hex(Hmac.expand(unsalted, new byte[0], 42)))
        .isEqualTo(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }

  /** RFC 9106, 5.3. */
  @Test
  void argon2id_vector() {
    byte[] tag =
        new Argon2id(32, 3, 4)
            .derive(repeat(1, 32), repeat(2, 16), 32, repeat(3, 8), repeat(4, 12));
    assertThat(hex(tag))
        .isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  }

  @Test
  void argon2id_refuses_what_a_reader_must_refuse() {
    assertThat(new Argon2id(1 << 20, 64, 16).passes()).isEqualTo(64);
    assertThatThrownBy(() -> new Argon2id((1 << 20) + 1, 3, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Argon2id(1024, 65, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Argon2id(1024, 3, 17))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Argon2id(7, 3, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** RFC 8032, 7.1, test 3. */
  @Test
  void ed25519_vector() {
    SigningKey key =
        SigningKey.of(hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
    assertThat(hex(key.publicKey()))
        .isEqualTo("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    byte[] signature = key.sign(hex("af82"));
    assertThat(hex(signature))
        .isEqualTo(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    assertThat(SigningKey.verify(key.publicKey(), hex("af82"), signature)).isTrue();
    assertThat(SigningKey.verify(key.publicKey(), hex("af83"), signature)).isFalse();
    signature[40] ^= 1;
    assertThat(SigningKey.verify(key.publicKey(), hex("af82"), signature)).isFalse();
  }

  /** The GCM specification (McGrew and Viega), test case 16. */
  @Test
  void gcm_vector() throws Exception {
    RawKey key =
        RawKey.aes(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
    byte[] nonce = hex("cafebabefacedbaddecaf888");
    byte[] associated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    byte[] plain =
        hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    byte[] out = new byte[plain.length + 16];
    assertThat(Gcm.seal(key, nonce, associated, plain, 0, plain.length, out, 0))
        .isEqualTo(out.length);
    assertThat(hex(out))
        .isEqualTo(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b");
    byte[] back = new byte[plain.length];
    assertThat(Gcm.open(key, nonce, associated, out, 0, out.length, back, 0))
        .isEqualTo(plain.length);
    assertThat(back).isEqualTo(plain);
  }

  @Test
  void gcm_takes_every_length_and_refuses_every_change() throws Exception {
    RawKey key = RawKey.aes(repeat(7, 32));
    Random random = new Random(3);
    int[] lengths = {0, 1, 15, 16, 17, 65535, 65536, 65537, 131072, 300_001};
    for (int n = 0; n < lengths.length; n++) {
      byte[] plain = new byte[lengths[n] + 5];
      random.nextBytes(plain);
      byte[] nonce = new byte[12];
      nonce[11] = (byte) n;
      byte[] out = new byte[lengths[n] + 16 + 3];
      Gcm.seal(key, nonce, nonce, plain, 5, lengths[n], out, 3);
      byte[] back = new byte[lengths[n]];
      Gcm.open(key, nonce, nonce, out, 3, out.length - 3, back, 0);
      assertThat(back).isEqualTo(Arrays.copyOfRange(plain, 5, plain.length));
      int at = 3 + random.nextInt(lengths[n] + 16);
      out[at] ^= 1;
      assertThatThrownBy(() -> Gcm.open(key, nonce, nonce, out, 3, out.length - 3, back, 0))
          .isInstanceOf(AEADBadTagException.class);
    }
    assertThatThrownBy(
            () -> Gcm.open(key, new byte[12], new byte[0], new byte[15], 0, 15, new byte[9], 0))
        .isInstanceOf(AEADBadTagException.class);
  }

  @Test
  void a_destroyed_key_seals_nothing() {
    ObjectKey key = new ObjectKey(ObjectKind.DATA_PACK, ObjectId.ZERO, repeat(1, 32));
    key.close();
    assertThatThrownBy(() -> key.seal(0, 0, new byte[1], 0, 1, new byte[17], 0))
        .isInstanceOf(IllegalStateException.class);
  }

  private static byte[] repeat(int value, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
