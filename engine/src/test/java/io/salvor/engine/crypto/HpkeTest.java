package io.salvor.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.junit.jupiter.api.Test;

class HpkeTest {
  // One for all tries: the JDK refuses to encrypt twice with the same key and nonce.
  private static final FixedRandom RANDOM = new FixedRandom("ephemeral");
  private static final byte[] INFO = hex("4f6465206f6e2061204772656369616e2055726e");

  /** RFC 9180, A.1.1: the same KEM, KDF and schedule with AES-128-GCM. */
  @Test
  void kem_and_key_schedule_of_the_rfc() {
    SealingKey ephemeral =
        SealingKey.of(hex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736"));
    SealingKey recipient =
        SealingKey.of(hex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"));
    assertThat(ephemeral.publicHalf())
        .isEqualTo(hex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"));
    assertThat(recipient.publicHalf())
        .isEqualTo(hex("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d"));
    byte[] dh = recipient.agree(ephemeral.publicHalf());
    byte[] shared = Hpke.sharedSecret(dh, ephemeral.publicHalf(), recipient.publicHalf());
    assertThat(shared)
        .isEqualTo(hex("fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"));
    Hpke.Schedule schedule = Hpke.schedule(shared, INFO, 1, 16);
    assertThat(schedule.key()).isEqualTo(hex("4531685d41d65f03dc48f6b8302c05b0"));
    assertThat(schedule.nonce()).isEqualTo(hex("56d890e5accaaf011cff4b7d"));
  }

  @Property(tries = 50)
  void another_implementation_opens_what_this_one_seals(
      @ForAll byte[] info, @ForAll byte[] associated, @ForAll byte[] plain) throws Exception {
    SealingKey recipient = SealingKey.generate(new FixedRandom("recipient"));
    Hpke.Sealed sealed = Hpke.seal(recipient.publicHalf(), info, associated, plain, RANDOM);
    byte[] opened =
        bouncyCastle()
            .open(
                sealed.enc(),
                pair(recipient),
                info,
                associated,
                sealed.ciphertext(),
                null,
                null,
                null);
    assertThat(opened).isEqualTo(plain);
  }

  @Property(tries = 50)
  void this_one_opens_what_another_implementation_seals(
      @ForAll byte[] info, @ForAll byte[] associated, @ForAll byte[] plain) throws Exception {
    SealingKey recipient = SealingKey.generate(new FixedRandom("recipient"));
    byte[][] sealed =
        bouncyCastle()
            .seal(
                new X25519PublicKeyParameters(recipient.publicHalf()),
                info,
                associated,
                plain,
                null,
                null,
                null);
    assertThat(Hpke.open(recipient, sealed[1], info, associated, sealed[0])).isEqualTo(plain);
  }

  @Test
  void any_other_byte_is_refused() throws Exception {
    SealingKey recipient = SealingKey.generate(new FixedRandom("recipient"));
    byte[] associated = {1, 2, 3};
    byte[] plain = {4, 5};
    Hpke.Sealed sealed = Hpke.seal(recipient.publicHalf(), INFO, associated, plain, RANDOM);
    for (byte[] part : new byte[][] {sealed.enc(), INFO, associated, sealed.ciphertext()}) {
      for (int i = 0; i < part.length; i++) {
        part[i] ^= 1;
        assertThatThrownBy(
                () -> Hpke.open(recipient, sealed.enc(), INFO, associated, sealed.ciphertext()))
            .isInstanceOf(AEADBadTagException.class);
        part[i] ^= 1;
      }
    }
    assertThat(Hpke.open(recipient, sealed.enc(), INFO, associated, sealed.ciphertext()))
        .isEqualTo(plain);
  }

  @Test
  void keys_of_low_order_are_refused() {
    SealingKey recipient = SealingKey.generate(new FixedRandom("recipient"));
    assertThatThrownBy(() -> Hpke.open(recipient, new byte[32], INFO, INFO, new byte[20]))
        .isInstanceOf(AEADBadTagException.class);
    assertThatThrownBy(() -> Hpke.seal(new byte[32], INFO, INFO, INFO, new FixedRandom("x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static HPKE bouncyCastle() {
    return new HPKE(
        HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
  }

  private static AsymmetricCipherKeyPair pair(SealingKey key) {
    return new AsymmetricCipherKeyPair(
        new X25519PublicKeyParameters(key.publicHalf()),
        new X25519PrivateKeyParameters(key.privateHalf()));
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
