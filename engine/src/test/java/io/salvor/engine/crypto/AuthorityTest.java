package io.salvor.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.error.SalvorException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whose signatures are taken, those of earlier authorities among them; and sealed secrets. */
class AuthorityTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);
  private static final ObjectId ID = new ObjectId(9, 9);

  private final FixedRandom random = new FixedRandom("authority");
  private final SigningKey now = SigningKey.generate(random);
  private final SigningKey before = SigningKey.generate(random);
  private final SigningKey first = SigningKey.generate(random);
  private final SigningKey stranger = SigningKey.generate(random);

  private static byte[] signed(SigningKey by) {
    return SignedMessage.sign(by, ObjectKind.MANIFEST, ID, MESSAGE);
  }

  private static byte[] object(int number) {
    return new byte[] {(byte) number, (byte) (number >> 8)};
  }

  /** Of the objects with these numbers, ascending. */
  private static byte[] census(int... numbers) {
    List<byte[]> hashes = new ArrayList<>();
    for (int number : numbers) {
      hashes.add(Sha256.of(object(number)));
    }
    hashes.sort(Arrays::compareUnsigned);
    return concat(hashes);
  }

  private static byte[] concat(List<byte[]> hashes) {
    byte[] all = new byte[hashes.size() * Sha256.SIZE];
    for (int i = 0; i < hashes.size(); i++) {
      System.arraycopy(hashes.get(i), 0, all, i * Sha256.SIZE, Sha256.SIZE);
    }
    return all;
  }

  @Test
  void whatItSignsCountsWhereverItLies() {
    Authority authority = Authority.of(now.publicKey());
    assertThat(authority.verify(ObjectKind.MANIFEST, ID, signed(now), object(1))).contains(MESSAGE);
    assertThat(authority.verify(ObjectKind.MANIFEST, ID, signed(before), object(1))).isEmpty();
    assertThat(authority.verify(ObjectKind.FACT, ID, signed(now), object(1))).isEmpty();
    assertThat(authority.verify(ObjectKind.MANIFEST, ObjectId.ZERO, signed(now), object(1)))
        .as("a signature is for one object")
        .isEmpty();
    assertThat(authority.earlier()).isEmpty();
    assertThat(authority.publicKey()).isEqualTo(now.publicKey());
  }

  @Test
  void whatAnEarlierOneHasSignedCountsIfTheCensusNamesIt() {
    int[] counted = new int[33];
    for (int i = 0; i < counted.length; i++) {
      counted[i] = 2 * i;
    }
    for (int size : new int[] {0, 1, 2, 3, 32, 33}) {
      Authority authority =
          Authority.of(
              now.publicKey(),
              List.of(first.publicKey(), before.publicKey()),
              census(Arrays.copyOf(counted, size)));
      for (int number = 0; number < 66; number++) {
        boolean counts = number % 2 == 0 && number / 2 < size;
        for (SigningKey by : List.of(first, before)) {
          assertThat(
                  authority.verify(ObjectKind.MANIFEST, ID, signed(by), object(number)).isPresent())
              .as("object %d of a census of %d", number, size)
              .isEqualTo(counts);
        }
        assertThat(authority.verify(ObjectKind.MANIFEST, ID, signed(stranger), object(number)))
            .isEmpty();
      }
      assertThat(authority.verify(ObjectKind.MANIFEST, ID, signed(now), object(1)))
          .contains(MESSAGE);
    }
  }

  @Test
  void aCensusThatIsNoneIsRefused() {
    byte[] census = census(1, 2, 3);
    byte[] twice = concat(List.of(Sha256.of(object(1)), Sha256.of(object(1))));
    byte[] descending = new byte[census.length];
    for (int i = 0; i < 3; i++) {
      System.arraycopy(census, (2 - i) * Sha256.SIZE, descending, i * Sha256.SIZE, Sha256.SIZE);
    }
    byte[] endsWrong = census.clone();
    System.arraycopy(census, 0, endsWrong, 2 * Sha256.SIZE, Sha256.SIZE);
    for (byte[] bad : List.of(Arrays.copyOf(census, 95), twice, descending, endsWrong)) {
      assertThatThrownBy(() -> Authority.of(now.publicKey(), List.of(), bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aRingTellsWhetherAnotherHasSignedBefore() {
    try (KeyRing alone = ring(Authority.of(now.publicKey()));
        KeyRing heir =
            ring(Authority.of(now.publicKey(), List.of(before.publicKey()), census(1)))) {
      assertThat(alone.hasAncestry()).isFalse();
      assertThat(heir.hasAncestry()).isTrue();
      assertThat(heir.authority()).isEqualTo(now.publicKey());
      assertThat(heir.authorities().earlier()).containsExactly(before.publicKey());
    }
  }

  private KeyRing ring(Authority authority) {
    return new KeyRing(
        DerivedKeys.of(new byte[32]), authority, now, Map.of(), null, null, List.of(), random);
  }

  @Test
  void whatACredentialSealsOpensWithItsKeyAndTellsAWrongOneFromDamage() {
    byte[] key = new byte[CredentialBox.KEY_SIZE];
    byte[] half = SealingKey.generate(random).publicHalf();
    byte[] box = CredentialBox.seal(key, ID, half, MESSAGE);
    assertThat(CredentialBox.open(key, ID, half, box)).contains(MESSAGE);
    byte[] other = key.clone();
    other[31] = 1;
    assertThat(CredentialBox.open(other, ID, half, box)).isEmpty();
    for (int at = 32; at < box.length; at++) {
      byte[] changed = box.clone();
      changed[at] ^= 1;
      damaged(key, ID, half, changed);
    }
    damaged(key, ObjectId.ZERO, half, box);
    damaged(key, ID, new byte[32], box);
    damaged(key, ID, half, Arrays.copyOf(box, 32 + 15));
    byte[] empty = CredentialBox.seal(key, ID, half, new byte[0]);
    assertThat(CredentialBox.open(key, ID, half, empty)).contains(new byte[0]);
  }

  private static void damaged(byte[] key, ObjectId id, byte[] half, byte[] box) {
    assertThatThrownBy(() -> CredentialBox.open(key, id, half, box))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void aKeyOfTheSameBytesOpensNothingOfAnotherObject() {
    byte[] sealed = new byte[MESSAGE.length + ObjectKey.TAG_SIZE];
    try (ObjectKey key = new ObjectKey(ObjectKind.DATA_PACK, ID, new byte[32])) {
      assertThat(key.seal(ObjectKey.BODY, 1, MESSAGE, 0, MESSAGE.length, sealed, 0))
          .isEqualTo(sealed.length);
    }
    byte[] out = new byte[MESSAGE.length];
    try (ObjectKey key = new ObjectKey(ObjectKind.DATA_PACK, ID, new byte[32]);
        ObjectKey another = new ObjectKey(ObjectKind.DATA_PACK, ObjectId.ZERO, new byte[32]);
        ObjectKey kind = new ObjectKey(ObjectKind.TREE_PACK, ID, new byte[32])) {
      assertThat(key.open(ObjectKey.BODY, 1, sealed, 0, sealed.length, out, 0))
          .isEqualTo(MESSAGE.length);
      assertThat(out).isEqualTo(MESSAGE);
      for (ObjectKey wrong : List.of(another, kind)) {
        assertThatThrownBy(() -> wrong.open(ObjectKey.BODY, 1, sealed, 0, sealed.length, out, 0))
            .isInstanceOf(SalvorException.class);
      }
    }
  }

  @Test
  void keysShowNothingOfThemselves() {
    RawKey one = RawKey.aes(new byte[32]);
    RawKey same = RawKey.aes(new byte[32]);
    byte[] bytes = new byte[32];
    bytes[5] = 1;
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(one).isNotEqualTo(RawKey.aes(bytes)).isNotEqualTo(RawKey.mac(new byte[32]));
    assertThat(one.isDestroyed()).isFalse();
    RawKey gone = RawKey.aes(bytes);
    gone.destroy();
    assertThat(gone.isDestroyed()).isTrue();
    assertThat(bytes).containsOnly(0);
    assertThatThrownBy(gone::getEncoded).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> RawKey.aes(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new java.io.ObjectOutputStream(new java.io.ByteArrayOutputStream())
                    .writeObject(one))
        .isInstanceOf(java.io.NotSerializableException.class);
  }

  @Test
  void nothingLongerThanTheRfcAllowsIsDerived() {
    assertThat(Hmac.expand(new byte[32], MESSAGE, 255 * 32)).hasSize(255 * 32);
    assertThatThrownBy(() -> Hmac.expand(new byte[32], MESSAGE, 255 * 32 + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closedDerivedKeysAreGone() {
    DerivedKeys keys = DerivedKeys.of(new byte[32]);
    assertThat(keys.gear()).hasSize(DerivedKeys.GEAR_SIZE);
    keys.close();
    for (byte[] key :
        List.of(keys.index(), keys.dataId(), keys.treeId(), keys.gear(), keys.boundary())) {
      assertThat(key).containsOnly(0);
    }
  }
}
