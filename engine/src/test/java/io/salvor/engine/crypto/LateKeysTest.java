package io.salvor.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Epochs and write-only clients that have come since a ring was made, and rings that follow. */
class LateKeysTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);
  private static final ObjectId ID = new ObjectId(9, 9);
  private static final ObjectId OLD = new ObjectId(1, 1);
  private static final ObjectId NEW = new ObjectId(2, 2);
  private static final KeyRing.Chain NOTHING = new KeyRing.Chain(Map.of(), Set.of());

  private final FixedRandom random = new FixedRandom("late");
  private final SigningKey authority = SigningKey.generate(random);
  private final SigningKey client = SigningKey.generate(random);
  private final SealingKey old = SealingKey.generate(random);
  private final SealingKey young = SealingKey.generate(random);
  private final KeyRing.Writer admitted =
      new KeyRing.Writer(new ObjectId(77, 1), "host", client.publicKey());
  private final KeyRing ring = ring(authority, Map.of(OLD, old), OLD, old, List.of());
  private final KeyRing newest =
      ring(authority, Map.of(OLD, old, NEW, young), NEW, young, List.of(admitted));
  private int asked;

  private KeyRing ring(
      SigningKey signer,
      Map<ObjectId, SealingKey> epochs,
      ObjectId current,
      SealingKey to,
      List<KeyRing.Writer> writers) {
    return new KeyRing(
        DerivedKeys.of(new byte[32]),
        Authority.of(authority.publicKey()),
        signer,
        epochs,
        new KeyRing.Recipient(current, to.publicHalf()),
        null,
        writers,
        random);
  }

  private void learns(KeyRing ring, KeyRing.Chain content, List<KeyRing.Writer> writers) {
    ring.learnFrom(
        () -> {
          asked++;
          return new KeyRing.News(content, NOTHING, writers);
        });
  }

  @Test
  void anEpochThatWasGrantedSinceOpensWhatIsSealedToIt() {
    byte[] object = newest.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    assertThat(ring.epochs()).containsExactly(OLD);
    learns(ring, new KeyRing.Chain(Map.of(NEW, young), Set.of(OLD, NEW)), List.of());
    assertThat(ring.openSmall(ObjectKind.MANIFEST, ID, object)).isEqualTo(MESSAGE);
    assertThat(ring.openSmall(ObjectKind.MANIFEST, ID, object)).isEqualTo(MESSAGE);
    assertThat(asked).isEqualTo(1);
    assertThat(ring.epochs()).containsExactlyInAnyOrder(OLD, NEW);
    assertThat(ring.epoch()).as("nobody has said to seal to it").isEqualTo(OLD);
  }

  @Test
  void anEpochThatIsThereAndWasNotGrantedIsNoDamage() {
    byte[] object = newest.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    learns(ring, new KeyRing.Chain(Map.of(), Set.of(OLD, NEW)), List.of());
    for (int i = 0; i < 2; i++) {
      assertFails(
          ErrorCode.OBJECT_UNREADABLE, () -> ring.openSmall(ObjectKind.MANIFEST, ID, object));
    }
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void anEpochThatNobodyHasMadeIsDamage() {
    byte[] object = newest.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    learns(ring, NOTHING, List.of());
    assertFails(ErrorCode.OBJECT_DAMAGED, () -> ring.openSmall(ObjectKind.MANIFEST, ID, object));
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void keysThatCannotBeReadNowAreAskedForAgain() {
    byte[] object = newest.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    ring.learnFrom(
        () -> {
          throw new IOException("no route");
        });
    assertThatThrownBy(() -> ring.openSmall(ObjectKind.MANIFEST, ID, object))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_UNREADABLE);
              assertThat(e.why()).contains("no route");
            });
    learns(ring, new KeyRing.Chain(Map.of(NEW, young), Set.of(NEW)), List.of());
    assertThat(ring.openSmall(ObjectKind.MANIFEST, ID, object)).isEqualTo(MESSAGE);
  }

  @Test
  void inventedEpochsKeepNobodyReadingKeys() {
    learns(ring, NOTHING, List.of());
    for (int i = 0; i < 100; i++) {
      assertThat(ring.opens(BlobKind.DATA, Set.of(new ObjectId(5, i)))).isFalse();
    }
    assertThat(asked).isEqualTo(64);
  }

  @Test
  void everyEpochHasToBeOpenedOrFound() {
    assertThat(ring.opens(BlobKind.DATA, Set.of(OLD))).isTrue();
    assertThat(ring.opens(BlobKind.DATA, Set.of(OLD, NEW))).isFalse();
    assertThat(newest.opens(BlobKind.TREE, Set.of(OLD, NEW))).isTrue();
    learns(newest, NOTHING, List.of());
    assertThat(newest.opens(BlobKind.DATA, Set.of(OLD, NEW))).isTrue();
    assertThat(asked).isZero();
  }

  @Test
  void aClientThatWasAdmittedSinceIsBelieved() {
    KeyRing writer = ring(client, Map.of(), OLD, old, List.of(admitted));
    ObjectId own = new ObjectId(77, 5);
    byte[] object = writer.sealSmall(ObjectKind.MANIFEST, own, MESSAGE);
    learns(ring, NOTHING, List.of(admitted));
    assertThat(ring.openSmall(ObjectKind.MANIFEST, own, object)).isEqualTo(MESSAGE);
    assertThat(ring.writerOf(own)).contains(admitted);
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void aClientIsLookedForOnceAndOnlyForWhatClientsSign() {
    KeyRing writer = ring(client, Map.of(), OLD, old, List.of(admitted));
    ObjectId own = new ObjectId(77, 5);
    learns(ring, NOTHING, List.of());
    for (ObjectKind kind : List.of(ObjectKind.FACT, ObjectKind.MANIFEST, ObjectKind.MANIFEST)) {
      byte[] object = writer.sealSmall(kind, own, MESSAGE);
      assertFails(ErrorCode.OBJECT_DAMAGED, () -> ring.openSmall(kind, own, object));
      assertThat(asked).isEqualTo(kind == ObjectKind.FACT ? 0 : 1);
    }
  }

  @Test
  void aClientThatIsKnownStaysAsItWas() {
    KeyRing.Writer other = new KeyRing.Writer(new ObjectId(77, 1), "x", authority.publicKey());
    Writers writers = new Writers(List.of(admitted));
    writers.learn(List.of(other));
    assertThat(writers.of(new ObjectId(77, 9))).isEqualTo(admitted);
  }

  @Test
  void aWriteOnlyClientLooksForNoEpochs() {
    KeyRing writer = ring(client, Map.of(), OLD, old, List.of(admitted));
    learns(writer, new KeyRing.Chain(Map.of(NEW, young), Set.of(NEW)), List.of());
    byte[] object = newest.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    assertFails(ErrorCode.WRITE_ONLY, () -> writer.openSmall(ObjectKind.MANIFEST, ID, object));
    assertThat(asked).isZero();
  }

  @Test
  void aRingThatFollowsSealsToTheEpochThatItWasGiven() {
    ring.follow(
        ObjectKind.KeyClass.EPOCH,
        Map.of(NEW, young),
        new KeyRing.Recipient(NEW, young.publicHalf()));
    assertThat(ring.epoch()).isEqualTo(NEW);
    byte[] object = ring.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    assertThat(KeyRing.epochOf(ObjectKind.MANIFEST, ID, object)).isEqualTo(NEW);
    assertThat(newest.openSmall(ObjectKind.MANIFEST, ID, object)).isEqualTo(MESSAGE);
    assertThat(ring.epochs()).containsExactlyInAnyOrder(OLD, NEW);

    ring.follow(ObjectKind.KeyClass.EPOCH, Map.of(), null);
    assertThat(ring.canSeal()).isFalse();
    assertFails(
        ErrorCode.EPOCH_NOT_GRANTED, () -> ring.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE));
    assertThat(ring.openSmall(ObjectKind.MANIFEST, ID, object)).isEqualTo(MESSAGE);
  }

  @Test
  void sensitiveContentHasKeysOfItsOwn() {
    SealingKey secret = SealingKey.generate(random);
    KeyRing opens = sensitive(Map.of(NEW, secret), new KeyRing.Recipient(NEW, secret.publicHalf()));
    assertThat(opens.opensSensitive()).isTrue();
    assertThat(ring.opensSensitive()).isFalse();
    assertThat(opens.sensitiveEpochs()).containsExactly(NEW);
    assertThat(ring.sensitiveEpochs()).isEmpty();
    assertThat(opens.epoch(ObjectKind.KeyClass.SENSITIVE)).isEqualTo(NEW);
    assertThat(opens.epoch(ObjectKind.KeyClass.EPOCH)).isEqualTo(OLD);
    assertThat(opens.opens(BlobKind.SENSITIVE, Set.of(NEW))).isTrue();
    assertThat(opens.opens(BlobKind.DATA, Set.of(NEW))).isFalse();
    assertThat(opens.blobId(BlobKind.SENSITIVE, MESSAGE, 0, MESSAGE.length))
        .isNotEqualTo(opens.blobId(BlobKind.DATA, MESSAGE, 0, MESSAGE.length));
    assertThat(opens.gearTable(BlobKind.SENSITIVE))
        .isNotEqualTo(opens.gearTable(BlobKind.DATA))
        .isNotEqualTo(new long[256]);

    KeyRing.NewObject pack = opens.newObject(ObjectKind.SENSITIVE_PACK);
    assertThat(KeyRing.epochOf(ObjectKind.SENSITIVE_PACK, pack.id(), pack.header())).isEqualTo(NEW);
    opens.open(ObjectKind.SENSITIVE_PACK, pack.id(), pack.header()).close();
    assertFails(
        ErrorCode.SENSITIVE_NOT_GRANTED,
        () -> ring.open(ObjectKind.SENSITIVE_PACK, pack.id(), pack.header()));
    assertFails(
        ErrorCode.SENSITIVE_NOT_GRANTED,
        () -> ring.blobId(BlobKind.SENSITIVE, MESSAGE, 0, MESSAGE.length));

    opens.close();
    assertThat(secret.privateHalf()).containsOnly(0);
    assertThat(opens.gearTable(BlobKind.SENSITIVE)).isEqualTo(new long[256]);
  }

  @Test
  void anEpochOfSensitiveContentIsLookedForAmongItsOwn() {
    SealingKey secret = SealingKey.generate(random);
    KeyRing newer = sensitive(Map.of(NEW, secret), new KeyRing.Recipient(NEW, secret.publicHalf()));
    KeyRing late = sensitive(Map.of(), null);
    KeyRing.NewObject pack = newer.newObject(ObjectKind.SENSITIVE_PACK);
    late.learnFrom(
        () ->
            new KeyRing.News(
                NOTHING, new KeyRing.Chain(Map.of(NEW, secret), Set.of(NEW)), List.of()));
    late.open(ObjectKind.SENSITIVE_PACK, pack.id(), pack.header()).close();
    assertThat(late.sensitiveEpochs()).containsExactly(NEW);
    assertThat(late.epochs()).containsExactly(OLD);
    late.follow(
        ObjectKind.KeyClass.SENSITIVE, Map.of(), new KeyRing.Recipient(NEW, secret.publicHalf()));
    assertThat(late.epoch(ObjectKind.KeyClass.SENSITIVE)).isEqualTo(NEW);
    assertThat(late.epoch()).isEqualTo(OLD);
  }

  @Test
  void whoHasMadeASensitiveEpochProvesItWithTheRootAndNothingElse() {
    byte[] root = new byte[32];
    byte[] proof = SensitiveKeys.proof(root, NEW, young.publicHalf());
    assertThat(proof).hasSize(SensitiveKeys.PROOF_SIZE);
    assertThat(SensitiveKeys.proof(root, NEW, young.publicHalf())).isEqualTo(proof);
    assertThat(SensitiveKeys.proof(root, OLD, young.publicHalf())).isNotEqualTo(proof);
    assertThat(SensitiveKeys.proof(root, NEW, old.publicHalf())).isNotEqualTo(proof);
    root[0] = 1;
    assertThat(SensitiveKeys.proof(root, NEW, young.publicHalf())).isNotEqualTo(proof);
  }

  @Test
  void aClientsOwnKeyFollowsFromItsSeedAndTheSalt() {
    KeyRing writer = ring(client, Map.of(), OLD, old, List.of(admitted));
    byte[] key = writer.clientKey(new byte[] {1});
    assertThat(key).hasSize(SecretBox.KEY_SIZE).isNotEqualTo(new byte[SecretBox.KEY_SIZE]);
    assertThat(writer.clientKey(new byte[] {1})).isEqualTo(key);
    assertThat(writer.clientKey(new byte[] {2})).isNotEqualTo(key);
    assertThat(ring.clientKey(new byte[] {1})).isNotEqualTo(key);
  }

  private KeyRing sensitive(Map<ObjectId, SealingKey> epochs, KeyRing.@Nullable Recipient current) {
    return new KeyRing(
        DerivedKeys.of(new byte[32]),
        Authority.of(authority.publicKey()),
        authority,
        Map.of(OLD, old),
        new KeyRing.Recipient(OLD, old.publicHalf()),
        new SensitiveKeys(new byte[32], epochs, current),
        List.of(),
        random);
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(SalvorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
