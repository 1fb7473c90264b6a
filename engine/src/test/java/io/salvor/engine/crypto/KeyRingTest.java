package io.salvor.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyRingTest {
  private static final ObjectId ID = ObjectId.parse("00112233445566778899aabbccddeeff");
  private static final byte[] MESSAGE = "a message; ".repeat(40).getBytes(StandardCharsets.UTF_8);

  private final KeyRing ring = ring("one");

  @Property(tries = 100)
  void small_objects_come_back(@ForAll byte[] message, @ForAll boolean indexed) {
    ObjectKind kind = indexed ? ObjectKind.INDEX_SEGMENT : ObjectKind.MANIFEST;
    byte[] object = ring.sealSmall(kind, ID, message);
    assertThat(KeyRing.isIntact(object)).isTrue();
    assertThat(ring.openSmall(kind, ID, object)).isEqualTo(message);
  }

  @ParameterizedTest
  @EnumSource(names = {"MANIFEST", "LEDGER_ENTRY"})
  void a_flip_of_any_byte_is_damage(ObjectKind kind) {
    byte[] object = ring.sealSmall(kind, ID, MESSAGE);
    assertThat(object.length).as("compressed").isLessThan(MESSAGE.length);
    for (int i = 0; i < object.length; i++) {
      object[i] ^= (byte) 0x80;
      assertThatDamage(kind, object);
      object[i] ^= (byte) 0x80;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MANIFEST", "LEDGER_ENTRY"})
  void a_flip_that_the_checksum_was_made_to_fit_is_damage_or_a_newer_version(ObjectKind kind) {
    byte[] object = ring.sealSmall(kind, ID, MESSAGE);
    for (int i = 0; i < object.length - Sha256.SIZE; i++) {
      byte[] forged = object.clone();
      forged[i] ^= (byte) 0x80;
      mend(forged);
      if (i == 4) {
        assertThatThrownBy(() -> ring.openSmall(kind, ID, forged))
            .isInstanceOfSatisfying(
                SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_NEWER));
      } else {
        assertThatDamage(kind, forged);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MANIFEST", "LEDGER_ENTRY"})
  void every_truncation_and_addition_is_damage(ObjectKind kind) {
    byte[] object = ring.sealSmall(kind, ID, MESSAGE);
    for (int length = 0; length < object.length; length++) {
      assertThatDamage(kind, Arrays.copyOf(object, length));
      if (length > Sha256.SIZE) {
        byte[] mended = Arrays.copyOf(object, length);
        mend(mended);
        assertThatDamage(kind, mended);
      }
    }
    assertThatDamage(kind, Arrays.copyOf(object, object.length + 1));
  }

  @Test
  void an_object_under_another_name_is_damage() {
    byte[] object = ring.sealSmall(ObjectKind.SESSION_OPEN, ID, MESSAGE);
    assertThatThrownBy(() -> ring.openSmall(ObjectKind.SESSION_OPEN, ObjectId.ZERO, object))
        .isInstanceOf(SalvorException.class);
    assertThatDamage(ObjectKind.SESSION_END, object);
    assertThatDamage(ObjectKind.CHECKPOINT, object);
  }

  @Test
  void an_object_of_another_repository_or_another_signer_is_damage() {
    byte[] object = ring("two").sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    assertThatDamage(ObjectKind.MANIFEST, object);
    SigningKey other = SigningKey.generate(new FixedRandom("other"));
    byte[] forged =
        SmallObject.seal(
            ring.newObject(ObjectKind.MANIFEST, ID),
            SignedMessage.sign(other, ObjectKind.MANIFEST, ID, MESSAGE));
    assertThatDamage(ObjectKind.MANIFEST, forged);
    byte[] elsewhere =
        SmallObject.seal(
            ring.newObject(ObjectKind.MANIFEST, ID),
            SignedMessage.sign(
                SigningKey.of(new byte[32]), ObjectKind.MANIFEST, ObjectId.ZERO, MESSAGE));
    assertThatDamage(ObjectKind.MANIFEST, elsewhere);
  }

  @Test
  void the_checksum_is_told_without_a_key() {
    byte[] object = ring.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    KeyRing.checkPlain(ObjectKind.MANIFEST.name(ID), object);
    object[100] ^= 1;
    assertThatThrownBy(() -> KeyRing.checkPlain(ObjectKind.MANIFEST.name(ID), object))
        .isInstanceOf(SalvorException.class)
        .hasMessageContaining("backups/" + ID);
  }

  @Test
  void frames_open_where_they_were_sealed_and_nowhere_else() {
    KeyRing.NewObject pack = ring.newObject(ObjectKind.DATA_PACK);
    byte[] sealed = new byte[MESSAGE.length + ObjectKey.TAG_SIZE];
    pack.key().seal(ObjectKey.BODY, 5, MESSAGE, 0, MESSAGE.length, sealed, 0);
    byte[] out = new byte[MESSAGE.length];
    try (ObjectKey key = ring.open(ObjectKind.DATA_PACK, pack.id(), pack.header())) {
      key.open(ObjectKey.BODY, 5, sealed, 0, sealed.length, out, 0);
      assertThat(out).isEqualTo(MESSAGE);
      assertThatThrownBy(() -> key.open(ObjectKey.BODY, 6, sealed, 0, sealed.length, out, 0))
          .isInstanceOf(SalvorException.class)
          .hasMessageContaining(pack.id().toString());
      assertThatThrownBy(() -> key.open(ObjectKey.DIRECTORY, 5, sealed, 0, sealed.length, out, 0))
          .isInstanceOf(SalvorException.class);
    }
    assertThatThrownBy(() -> ring.open(ObjectKind.TREE_PACK, pack.id(), pack.header()))
        .isInstanceOf(SalvorException.class);
  }

  @Test
  void what_unpacks_to_more_than_any_object_is_refused_before_it_is_unpacked() {
    // Whoever knows the epoch's public half can make this.
    KeyRing.NewObject object = ring.newObject(ObjectKind.MANIFEST, ID);
    byte[] content = new byte[(32 << 20) + 1];
    byte[] packed = new byte[1 << 16];
    int length = Zstd.compress(3, content, 0, content.length, packed, 0, packed.length);
    byte[] plain = new byte[1 + length];
    plain[0] = 1;
    System.arraycopy(packed, 0, plain, 1, length);
    byte[] header = object.header();
    byte[] sealed = new byte[plain.length + ObjectKey.TAG_SIZE];
    object.key().seal(ObjectKey.BODY, 0, plain, 0, plain.length, sealed, 0);
    byte[] bomb =
        ByteBuffer.allocate(header.length + sealed.length + Sha256.SIZE)
            .put(header)
            .put(sealed)
            .put(Sha256.of(header, sealed))
            .array();
    assertThatThrownBy(() -> ring.openSmall(ObjectKind.MANIFEST, ID, bomb))
        .isInstanceOf(SalvorException.class)
        .hasStackTraceContaining("claims more content");
  }

  @Test
  void every_object_has_a_key_of_its_own() {
    byte[] one = ring.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    byte[] two = ring.sealSmall(ObjectKind.MANIFEST, ID, MESSAGE);
    assertThat(Arrays.copyOfRange(one, 48, 128)).isNotEqualTo(Arrays.copyOfRange(two, 48, 128));
    assertThat(Arrays.copyOfRange(one, 128, 144)).isNotEqualTo(Arrays.copyOfRange(two, 128, 144));
  }

  @Test
  void blob_ids_are_hmacs_with_a_key_for_each_kind() throws Exception {
    byte[] root = new byte[32];
    new FixedRandom("one").nextBytes(root);
    byte[] blob = new byte[100_000];
    new FixedRandom("blob").nextBytes(blob);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(RawKey.mac(Hmac.expand(root, "salvor/1 blob id data".getBytes(), 32)));
    mac.update(blob, 7, 90_000);
    assertThat(ring.blobId(BlobKind.DATA, blob, 7, 90_000).bytes()).isEqualTo(mac.doFinal());
    assertThat(ring.blobId(BlobKind.TREE, blob, 7, 90_000))
        .isNotEqualTo(ring.blobId(BlobKind.DATA, blob, 7, 90_000));
  }

  @Test
  void names_tell_kinds_and_ids() {
    assertThat(ObjectKind.DATA_PACK.name(ID).value()).isEqualTo("packs/00/" + ID);
    assertThat(ObjectKind.EPOCH.name(ID).value()).isEqualTo("keys/" + ID + ".epoch");
    assertThat(ObjectKind.SESSION_END.name(ID).value()).isEqualTo("sessions/" + ID + "/end");
    assertThat(ObjectKind.checkpoint(ID, 12).value()).isEqualTo("sessions/" + ID + "/00000012");
    for (ObjectKind kind : ObjectKind.values()) {
      assertThat(ObjectKind.of(kind.number())).contains(kind);
      if (kind != ObjectKind.CHECKPOINT) {
        assertThat(kind.idIn(kind.name(ID))).contains(ID);
        assertThat(ObjectKind.checkpointNumber(kind.name(ID))).isEmpty();
      }
    }
    assertThat(ObjectKind.CHECKPOINT.idIn(ObjectKind.checkpoint(ID, 12))).contains(ID);
    assertThat(ObjectKind.checkpointNumber(ObjectKind.checkpoint(ID, 12))).hasValue(12);
    for (String other :
        List.of("packs/01/" + ID, "packs/" + ID, "packs/00/" + ID + "0", "index/" + ID)) {
      assertThat(ObjectKind.DATA_PACK.idIn(new io.salvor.engine.storage.ObjectName(other)))
          .isEmpty();
    }
    assertThat(
            ObjectKind.CHECKPOINT.idIn(
                new io.salvor.engine.storage.ObjectName("sessions/" + ID + "/00000000")))
        .isEmpty();
  }

  private void assertThatDamage(ObjectKind kind, byte[] object) {
    assertThatThrownBy(() -> ring.openSmall(kind, ID, object))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED);
              assertThat(e).hasMessageContaining(ID.toString());
            });
  }

  private static void mend(byte[] object) {
    int end = object.length - Sha256.SIZE;
    System.arraycopy(Sha256.of(object, 0, end), 0, object, end, Sha256.SIZE);
  }

  static KeyRing ring(String seed) {
    FixedRandom random = new FixedRandom(seed);
    byte[] root = new byte[32];
    random.nextBytes(root);
    ObjectId epoch = ObjectId.parse(HexFormat.of().formatHex(root, 0, 16));
    return new KeyRing(
        root,
        SigningKey.generate(random),
        Map.of(epoch, SealingKey.generate(random)),
        epoch,
        new SecureRandom());
  }
}
