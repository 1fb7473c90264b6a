package io.salvor.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a write-only client can and cannot do with its ring, and what others take from it. */
class WriterRingTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);
  private static final ObjectId EPOCH = new ObjectId(1, 1);
  private static final ObjectId ADMISSION = new ObjectId(77, 1);
  private static final ObjectId SECOND = new ObjectId(78, 1);
  private static final Set<ObjectKind> OWN =
      EnumSet.of(
          ObjectKind.INDEX_SEGMENT,
          ObjectKind.MANIFEST,
          ObjectKind.SESSION_OPEN,
          ObjectKind.CHECKPOINT,
          ObjectKind.SESSION_END,
          ObjectKind.LEDGER_ENTRY);

  private final FixedRandom random = new FixedRandom("writers");
  private final SigningKey authority = SigningKey.generate(random);
  private final SigningKey client = SigningKey.generate(random);
  private final SigningKey other = SigningKey.generate(random);
  private final SealingKey epoch = SealingKey.generate(random);
  private final KeyRing holder = ring(authority, Map.of(EPOCH, epoch));
  private final KeyRing writer = ring(client, Map.of());

  private KeyRing ring(SigningKey signer, Map<ObjectId, SealingKey> epochs) {
    return new KeyRing(
        DerivedKeys.of(new byte[32]),
        Authority.of(authority.publicKey()),
        signer,
        epochs,
        new KeyRing.Recipient(EPOCH, epoch.publicHalf()),
        null,
        List.of(
            new KeyRing.Writer(ADMISSION, "host", client.publicKey()),
            new KeyRing.Writer(SECOND, "second", other.publicKey())),
        random);
  }

  @Test
  void itsObjectsHaveItsMarkAndAKeyHoldersHaveNone() {
    KeyRing.Writer self = writer.self();
    assertThat(self).isNotNull();
    assertThat(self.host()).isEqualTo("host");
    assertThat(holder.self()).isNull();
    assertThat(writer.newId().high()).isEqualTo(77);
    assertThat(writer.newId()).isNotEqualTo(writer.newId());
    assertThat(writer.marked(new ObjectId(5, 6))).isEqualTo(new ObjectId(77, 6));
    assertThat(holder.marked(new ObjectId(5, 6))).isEqualTo(new ObjectId(5, 6));
    assertThat(holder.writerOf(new ObjectId(77, 9))).map(KeyRing.Writer::host).contains("host");
    assertThat(holder.writerOf(new ObjectId(79, 9))).isEmpty();
  }

  @Test
  void anothersMarkIsForeignAndItsOwnIsNot() {
    assertThat(holder.isForeign(new ObjectId(77, 9))).isTrue();
    assertThat(holder.isForeign(new ObjectId(79, 9))).isFalse();
    assertThat(writer.isForeign(new ObjectId(77, 9))).isFalse();
    assertThat(writer.isForeign(new ObjectId(78, 9))).isTrue();
    assertThat(writer.isForeign(new ObjectId(79, 9))).isFalse();
  }

  @Test
  void itsSignatureCountsForItsKindsUnderItsMarkOnly() {
    for (ObjectKind kind : ObjectKind.values()) {
      if (kind.keyClass() != ObjectKind.KeyClass.INDEX
          && kind.keyClass() != ObjectKind.KeyClass.EPOCH) {
        continue;
      }
      ObjectId own = new ObjectId(77, 9);
      byte[] object = writer.sealSmall(kind, own, MESSAGE);
      if (OWN.contains(kind)) {
        assertThat(holder.openSmall(kind, own, object)).isEqualTo(MESSAGE);
      } else {
        assertFails(ErrorCode.OBJECT_DAMAGED, () -> holder.openSmall(kind, own, object));
      }
      for (ObjectId foreign : List.of(new ObjectId(78, 9), new ObjectId(79, 9))) {
        byte[] elsewhere = writer.sealSmall(kind, foreign, MESSAGE);
        assertFails(ErrorCode.OBJECT_DAMAGED, () -> holder.openSmall(kind, foreign, elsewhere));
      }
    }
  }

  @Test
  void itOpensWhatTheIndexKeyOpensAndNoContent() {
    byte[] segment = holder.sealSmall(ObjectKind.INDEX_SEGMENT, SECOND, MESSAGE);
    assertThat(writer.openSmall(ObjectKind.INDEX_SEGMENT, SECOND, segment)).isEqualTo(MESSAGE);
    byte[] manifest = writer.sealSmall(ObjectKind.MANIFEST, ADMISSION, MESSAGE);
    assertFails(
        ErrorCode.WRITE_ONLY, () -> writer.openSmall(ObjectKind.MANIFEST, ADMISSION, manifest));
  }

  @Test
  void whoIsNotAdmittedHasNoRing() {
    assertThatThrownBy(() -> ring(SigningKey.generate(random), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("admitted");
  }

  @Test
  void whatIsSealedToAnEpochThatOneHasNotIsDamage() {
    KeyRing without = ring(authority, Map.of());
    byte[] manifest = holder.sealSmall(ObjectKind.MANIFEST, SECOND, MESSAGE);
    assertFails(
        ErrorCode.OBJECT_DAMAGED, () -> without.openSmall(ObjectKind.MANIFEST, SECOND, manifest));
    assertThat(without.epochs()).isEmpty();
    assertThat(holder.epochs()).containsExactly(EPOCH);
    assertThat(KeyRing.epochOf(ObjectKind.MANIFEST, SECOND, manifest)).isEqualTo(EPOCH);
  }

  @Test
  void withoutTheNewestEpochNothingIsSealedAndEverythingElseIsRead() {
    KeyRing reader =
        new KeyRing(
            DerivedKeys.of(new byte[32]),
            Authority.of(authority.publicKey()),
            authority,
            Map.of(EPOCH, epoch),
            null,
            null,
            List.of(),
            random);
    assertThat(reader.canSeal()).isFalse();
    assertThat(holder.canSeal()).isTrue();
    assertFails(
        ErrorCode.EPOCH_NOT_GRANTED, () -> reader.sealSmall(ObjectKind.MANIFEST, SECOND, MESSAGE));
    assertFails(ErrorCode.EPOCH_NOT_GRANTED, reader::epoch);
    byte[] manifest = holder.sealSmall(ObjectKind.MANIFEST, SECOND, MESSAGE);
    assertThat(reader.openSmall(ObjectKind.MANIFEST, SECOND, manifest)).isEqualTo(MESSAGE);
  }

  @Test
  void aClosedRingHasNoSecretsLeft() {
    SigningKey signer = SigningKey.generate(random);
    SealingKey key = SealingKey.generate(random);
    byte[] root = new byte[32];
    KeyRing ring = new KeyRing(root, signer, Map.of(EPOCH, key), EPOCH, random);
    assertThat(ring.gearTable()).isNotEqualTo(new long[256]);
    ring.close();
    assertThat(signer.seed()).containsOnly(0);
    assertThat(key.privateHalf()).containsOnly(0);
    assertThat(ring.gearTable()).isEqualTo(new long[256]);
  }

  @Test
  void keysOfAnotherLengthAreRefused() {
    for (int length : new int[] {0, 31, 33}) {
      assertThatThrownBy(() -> SigningKey.of(new byte[length]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> SealingKey.of(new byte[length]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(SigningKey.verify(new byte[31], MESSAGE, new byte[64])).isFalse();
    assertThat(SigningKey.verify(client.publicKey(), MESSAGE, new byte[63])).isFalse();
    assertThat(SigningKey.verify(client.publicKey(), MESSAGE, client.sign(MESSAGE))).isTrue();
    assertThat(SigningKey.verify(other.publicKey(), MESSAGE, client.sign(MESSAGE))).isFalse();
  }

  @Test
  void aBoxOpensWithItsKeyAndItsContextOnly() {
    byte[] key = new byte[32];
    byte[] box = SecretBox.seal(key, new byte[] {1}, MESSAGE, random);
    assertThat(SecretBox.open(key, new byte[] {1}, box)).hasValue(MESSAGE);
    assertThat(SecretBox.open(key, new byte[] {2}, box)).isEmpty();
    assertThat(SecretBox.open(client.seed(), new byte[] {1}, box)).isEmpty();
    for (int length = 0; length < box.length; length++) {
      byte[] cut = Arrays.copyOf(box, length);
      assertThat(SecretBox.open(key, new byte[] {1}, cut)).isEmpty();
    }
    byte[] empty = SecretBox.seal(key, new byte[0], new byte[0], random);
    assertThat(SecretBox.open(key, new byte[0], empty)).hasValue(new byte[0]);
  }

  @Test
  void idsAreFoundInNamesAndComeInUnsignedOrder() {
    ObjectId id = new ObjectId(-1, 2);
    assertThat(ObjectId.find("x/" + id, "x/")).contains(id);
    assertThat(ObjectId.find("x/" + id + "0", "x/")).isEmpty();
    assertThat(ObjectId.find("y/" + id, "x/")).isEmpty();
    assertThatThrownBy(() -> ObjectId.parse("X" + id)).isInstanceOf(IllegalArgumentException.class);
    assertThat(List.of(id, new ObjectId(1, -1), new ObjectId(1, 1), EPOCH).stream().sorted())
        .containsExactly(EPOCH, new ObjectId(1, 1), new ObjectId(1, -1), id);
  }

  @Test
  void aPassphraseCostsHalfASecondWithinBounds() {
    long[] now = {0};
    assertThat(passes(now, 1)).isEqualTo(16);
    assertThat(passes(now, 3_000_000_000L)).isEqualTo(3);
    assertThat(passes(now, 300_000_000)).isEqualTo(5);
    for (int[] bad :
        new int[][] {{7, 1, 1}, {64, 0, 1}, {64, 65, 1}, {64, 1, 0}, {200, 1, 17}, {15, 1, 2}}) {
      assertThatThrownBy(() -> new Argon2id(bad[0], bad[1], bad[2]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Argon2id((1 << 20) + 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new Argon2id(1 << 20, 64, 16).lanes()).isEqualTo(16);
    assertThat(new Argon2id(8, 1, 1).memory()).isEqualTo(8);
  }

  /** The passes that are chosen where three take so long. */
  private static int passes(long[] now, long took) {
    return Argon2id.calibrated(
            () -> {
              long time = now[0];
              now[0] += took;
              return time;
            })
        .passes();
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(SalvorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
