package io.salvor.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Epochs, grants and admissions as objects: each field is needed, and nobody else's is taken. */
class KeyRecordsTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 7);
  private static final ObjectId ID = new ObjectId(1, 2);
  private static final ObjectId OTHER = new ObjectId(3, 4);
  private static final ObjectId THIRD = new ObjectId(-5, 6);

  private final FixedRandom random = new FixedRandom("records");
  private final SigningKey authority = SigningKey.generate(random);
  private final SigningKey stranger = SigningKey.generate(random);
  private final SealingKey half = SealingKey.generate(random);

  @Test
  void anEpochIsReadAsItWasWritten() {
    for (Optional<ObjectId> before : List.of(Optional.<ObjectId>empty(), Optional.of(OTHER))) {
      Epoch epoch = new Epoch(ID, half.publicHalf(), NOW, before, null);
      Epoch read = Epoch.decode(epoch.encode(authority), Authority.of(authority.publicKey()));
      assertThat(read.id()).isEqualTo(ID);
      assertThat(read.publicHalf()).isEqualTo(half.publicHalf());
      assertThat(read.created()).isEqualTo(NOW);
      assertThat(read.predecessor()).isEqualTo(before);
    }
  }

  @Test
  void anEpochOfAStrangerOrWithoutAFieldIsDamage() {
    Epoch epoch = new Epoch(ID, half.publicHalf(), NOW, Optional.empty(), null);
    assertDamaged(() -> Epoch.decode(epoch.encode(stranger), Authority.of(authority.publicKey())));
    assertDamaged(() -> epoch(out -> out.key(0).bytes(new byte[32])));
    assertDamaged(() -> epoch(out -> out.key(1).time(NOW)));
    assertDamaged(() -> epoch(out -> out.key(0).bytes(new byte[31]).key(1).time(NOW)));
    assertThat(epoch(out -> out.key(0).bytes(new byte[32]).key(1).time(NOW).key(99).uint(1)).id())
        .as("a field of later versions is passed over")
        .isEqualTo(ID);
  }

  private Epoch epoch(Consumer<CborWriter> fields) {
    return Epoch.decode(signed(ObjectKind.EPOCH, fields), Authority.of(authority.publicKey()));
  }

  @Test
  void aGrantOpensForItsCredentialAndForNobodyElse() {
    Secrets secrets = secrets(OTHER, THIRD);
    Grant grant = read(Grant.create(ID, OTHER, half.publicHalf(), secrets, random));
    assertThat(grant.credential()).isEqualTo(OTHER);
    assertThat(grant.epochs()).isEqualTo(secrets.epochIds()).hasSize(2);
    assertThat(grant.isWriters()).isFalse();
    Secrets opened = grant.open(half);
    assertThat(opened.root()).isEqualTo(secrets.root());
    assertThat(opened.authority().publicKey()).isEqualTo(authority.publicKey());
    assertThat(opened.epochs().get(THIRD).privateHalf())
        .isEqualTo(secrets.epochs().get(THIRD).privateHalf());
    assertDamaged(() -> grant.open(SealingKey.generate(random)));
    Grant elsewhere =
        new Grant(
            THIRD,
            OTHER,
            grant.enc(),
            grant.ciphertext(),
            grant.publicHalf(),
            grant.epochs(),
            List.of());
    assertDamaged(() -> elsewhere.open(half));
    Grant anothers =
        new Grant(
            ID,
            THIRD,
            grant.enc(),
            grant.ciphertext(),
            grant.publicHalf(),
            grant.epochs(),
            List.of());
    assertDamaged(() -> anothers.open(half));
    Grant lying =
        new Grant(
            ID,
            OTHER,
            grant.enc(),
            grant.ciphertext(),
            grant.publicHalf(),
            List.of(OTHER),
            List.of());
    assertDamaged(() -> lying.open(half));
    assertDamaged(() -> grant.openWriters(half));
  }

  @Test
  void aGrantOfAStrangerOrWithoutAFieldIsDamage() {
    Grant grant = Grant.create(ID, OTHER, half.publicHalf(), secrets(OTHER), random);
    assertDamaged(() -> Grant.decode(grant.encode(stranger), Authority.of(authority.publicKey())));
    for (int missing = 0; missing < 4; missing++) {
      int left = missing;
      assertDamaged(() -> grant(out -> fields(out, left)));
    }
    assertThat(grant(out -> fields(out, -1)).credential()).isEqualTo(OTHER);
    assertDamaged(() -> grant(out -> out.key(0).uint(1)));
  }

  private static void fields(CborWriter out, int without) {
    for (int key = 0; key < 4; key++) {
      if (key != without) {
        out.key(key).bytes(key == 0 ? OTHER.bytes() : new byte[32]);
      }
    }
  }

  private Grant grant(Consumer<CborWriter> fields) {
    return Grant.decode(signed(ObjectKind.GRANT, fields), Authority.of(authority.publicKey()));
  }

  private Grant read(Grant grant) {
    return Grant.decode(grant.encode(authority), Authority.of(authority.publicKey()));
  }

  private Secrets secrets(ObjectId... epochs) {
    Map<ObjectId, SealingKey> keys = new HashMap<>();
    for (ObjectId epoch : epochs) {
      keys.put(epoch, SealingKey.generate(random));
    }
    byte[] root = new byte[32];
    random.nextBytes(root);
    return new Secrets(root, authority, keys, null);
  }

  @Test
  void bytesBehindWhatWasSignedAreDamage() {
    Authority own = Authority.of(authority.publicKey());
    Epoch epoch = new Epoch(ID, half.publicHalf(), NOW, Optional.empty(), null);
    Grant grant = Grant.create(ID, OTHER, half.publicHalf(), secrets(OTHER), random);
    assertDamaged(() -> Epoch.decode(longer(epoch.encode(authority)), own));
    assertDamaged(() -> Grant.decode(longer(grant.encode(authority)), own));
  }

  private KeyObject longer(KeyObject object) {
    byte[] message =
        SignedMessage.verify(authority.publicKey(), object.kind(), object.id(), object.message())
            .orElseThrow();
    byte[] more = Arrays.copyOf(message, message.length + 1);
    return new KeyObject(
        object.kind(),
        object.id(),
        SignedMessage.sign(authority, object.kind(), object.id(), more));
  }

  @Test
  void secretsOfTwoGrantsAreJoinedIfTheyAreOneRepositorys() {
    Secrets one = secrets(OTHER);
    Secrets two = new Secrets(one.root(), authority, secrets(THIRD).epochs(), null);
    Grant grant = Grant.create(ID, OTHER, half.publicHalf(), one, random);
    assertThat(one.with(two, grant).epochIds()).containsExactlyInAnyOrder(OTHER, THIRD).isSorted();
    assertDamaged(() -> one.with(secrets(THIRD), grant));
    one.requireAuthority(authority.publicKey(), grant);
    assertDamaged(() -> one.requireAuthority(stranger.publicKey(), grant));
  }

  @Test
  void secretsWithoutAFieldAreMalformed() {
    byte[] sound = secrets(OTHER).encode();
    assertThat(Secrets.decode(sound).epochIds()).containsExactly(OTHER);
    byte[] rest = Arrays.copyOf(sound, sound.length + 1);
    assertThatThrownBy(() -> Secrets.decode(rest)).isInstanceOf(MalformedException.class);
    for (int missing = 0; missing < 3; missing++) {
      CborWriter out = new CborWriter().map();
      for (int key = 0; key < 2; key++) {
        if (key != missing) {
          out.key(key).bytes(new byte[32]);
        }
      }
      if (missing != 2) {
        out.key(2).array().array().bytes(new byte[16]).bytes(new byte[32]).end().end();
      }
      byte[] plain = out.end().toByteArray();
      assertThatThrownBy(() -> Secrets.decode(plain)).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void anAdmissionIsReadAsItWasWritten() {
    Writer writer = new Writer(ID, stranger.publicKey(), "host", NOW, OTHER);
    Writer read = Writer.decode(writer.encode(authority), Authority.of(authority.publicKey()));
    assertThat(read.publicKey()).isEqualTo(stranger.publicKey());
    assertThat(read.host()).isEqualTo("host");
    assertThat(read.created()).isEqualTo(NOW);
    assertThat(read.credential()).isEqualTo(OTHER);
    assertDamaged(
        () -> Writer.decode(writer.encode(stranger), Authority.of(authority.publicKey())));
  }

  @Test
  void anAdmissionWithoutAFieldAdmitsNobody() {
    for (int missing = -1; missing < 4; missing++) {
      int left = missing;
      Consumer<CborWriter> fields =
          out -> {
            for (int key = 0; key < 4; key++) {
              if (key != left) {
                switch (key) {
                  case 0 -> out.key(0).bytes(new byte[32]);
                  case 1 -> out.key(1).text("host");
                  case 2 -> out.key(2).time(NOW);
                  default -> out.key(3).bytes(OTHER.bytes());
                }
              }
            }
          };
      if (missing < 0) {
        assertThat(writer(fields).host()).isEqualTo("host");
      } else {
        assertDamaged(() -> writer(fields));
      }
    }
    assertDamaged(() -> writer(out -> out.key(0).uint(1)));
  }

  private Writer writer(Consumer<CborWriter> fields) {
    return Writer.decode(signed(ObjectKind.WRITER, fields), Authority.of(authority.publicKey()));
  }

  @Test
  void aClientIsGrantedDerivedKeysAndItsOwnAndNoEpoch() {
    DerivedKeys derived = DerivedKeys.of(new byte[32]);
    WriterSecrets secrets = new WriterSecrets(derived, stranger);
    Grant grant = read(Grant.create(ID, OTHER, half.publicHalf(), secrets, random));
    assertThat(grant.isWriters()).isTrue();
    assertDamaged(() -> grant.open(half));
    WriterSecrets opened = grant.openWriters(half);
    assertThat(opened.signer().seed()).isEqualTo(stranger.seed());
    assertThat(opened.derived().index()).isEqualTo(derived.index());
    assertThat(opened.derived().dataId()).isEqualTo(derived.dataId());
    assertThat(opened.derived().treeId()).isEqualTo(derived.treeId());
    assertThat(opened.derived().gear()).isEqualTo(derived.gear());
    assertThat(opened.derived().boundary()).isEqualTo(derived.boundary());
    opened.close();
    assertThat(opened.signer().seed()).containsOnly(0);
    assertThat(opened.derived().index()).containsOnly(0);
    assertThat(opened.derived().boundary()).containsOnly(0);
  }

  @Test
  void aClientsSecretsWithoutAFieldAreMalformed() {
    byte[] onlySeed = new CborWriter().map().key(6).bytes(new byte[32]).end().toByteArray();
    assertThatThrownBy(() -> WriterSecrets.decode(onlySeed)).isInstanceOf(MalformedException.class);
    CborWriter out = new CborWriter().map().key(5).array();
    out.bytes(new byte[32]).bytes(new byte[32]).bytes(new byte[32]).bytes(new byte[2048]);
    byte[] onlyDerived = out.bytes(new byte[16]).end().end().toByteArray();
    assertThatThrownBy(() -> WriterSecrets.decode(onlyDerived))
        .isInstanceOf(MalformedException.class);
  }

  private KeyObject signed(ObjectKind kind, Consumer<CborWriter> fields) {
    CborWriter out = new CborWriter().map();
    fields.accept(out);
    byte[] message = out.end().toByteArray();
    return new KeyObject(kind, ID, SignedMessage.sign(authority, kind, ID, message));
  }

  private static void assertDamaged(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_DAMAGED));
  }
}
