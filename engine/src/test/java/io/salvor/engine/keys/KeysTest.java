package io.salvor.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {
  static final Argon2id CHEAP = new Argon2id(8, 1, 1);

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-30T15:00:00Z"));
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;
  private Storage storage;

  @BeforeEach
  void begin() throws IOException {
    storage = DirectoryStorage.open(directory);
  }

  @AfterEach
  void end() throws IOException {
    storage.close();
  }

  @Test
  void what_was_made_is_opened_with_its_passphrase() throws IOException {
    byte[] object;
    try (KeyRing made = create("correct horse")) {
      object = made.sealSmall(ObjectKind.MANIFEST, ObjectId.ZERO, MESSAGE);
      try (KeyRing opened = open("correct horse")) {
        assertThat(opened.openSmall(ObjectKind.MANIFEST, ObjectId.ZERO, object)).isEqualTo(MESSAGE);
        assertThat(opened.epoch()).isEqualTo(made.epoch());
        assertThat(opened.authority()).isEqualTo(made.authority());
        assertThat(opened.gearTable()).isEqualTo(made.gearTable());
      }
    }
  }

  @Test
  void another_passphrase_is_told_from_damage() throws IOException {
    create("correct horse").close();
    for (String wrong : List.of("correct horsf", "correct horse ", "c", "CORRECT HORSE")) {
      assertFails(ErrorCode.WRONG_CREDENTIAL, () -> open(wrong));
    }
    assertThat(ErrorCode.WRONG_CREDENTIAL.exit()).isEqualTo(Exit.WRONG_CREDENTIAL);
  }

  @Test
  void nothing_there_is_no_repository_and_the_description_alone_missing_is_damage()
      throws IOException {
    assertFails(ErrorCode.REPOSITORY_MISSING, () -> open("x"));
    create("x").close();
    storage.delete(RepositoryDescription.NAME);
    assertFails(ErrorCode.REPOSITORY_DAMAGED, () -> open("x"));
    assertFails(ErrorCode.REPOSITORY_EXISTS, () -> create("x"));
  }

  @Test
  void a_second_init_is_refused_and_changes_nothing() throws IOException {
    create("x").close();
    byte[] before = storage.get(RepositoryDescription.NAME);
    assertFails(ErrorCode.REPOSITORY_EXISTS, () -> create("y"));
    assertThat(storage.get(RepositoryDescription.NAME)).isEqualTo(before);
    assertThat(keyObjects()).hasSize(4);
    open("x").close();
  }

  @Test
  void a_flip_of_any_byte_of_a_key_object_is_damage() throws IOException {
    create("x").close();
    for (ObjectName name : keyObjects()) {
      byte[] good = storage.get(name);
      for (int i = 0; i < good.length; i++) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) (1 << (i % 8));
        replace(name, bad);
        assertFails(ErrorCode.KEY_DAMAGED, () -> open("x"));
        assertThat(Keys.damage(storage)).hasSize(1);
      }
      replace(name, good);
    }
    open("x").close();
  }

  @Test
  void a_truncated_key_object_is_damage_at_every_length() throws IOException {
    create("x").close();
    for (ObjectName name : keyObjects()) {
      byte[] good = storage.get(name);
      for (int length = 0; length < good.length; length += 3) {
        replace(name, Arrays.copyOf(good, length));
        assertFails(ErrorCode.KEY_DAMAGED, () -> open("x"));
      }
      replace(name, good);
    }
  }

  @Test
  void a_forged_key_object_with_a_fitting_checksum_is_never_taken() throws IOException {
    create("x").close();
    for (ObjectName name : keyObjects()) {
      byte[] good = storage.get(name);
      for (int i = 0; i < good.length - Sha256.SIZE; i++) {
        byte[] bad = good.clone();
        bad[i] ^= 2;
        int end = bad.length - Sha256.SIZE;
        System.arraycopy(Sha256.of(bad, 0, end), 0, bad, end, Sha256.SIZE);
        replace(name, bad);
        // The label and the time of a credential are information that nothing relies on.
        boolean free = name.value().endsWith(".credential") && i >= 32 && i < 50;
        try {
          open("x").close();
          assertThat(free).as("%s at %d", name, i).isTrue();
        } catch (SalvorException e) {
          assertThat(e.code())
              .as("%s at %d", name, i)
              .isIn(ErrorCode.KEY_DAMAGED, ErrorCode.FORMAT_NEWER, ErrorCode.WRONG_CREDENTIAL);
        }
      }
      replace(name, good);
    }
  }

  @Test
  void a_lost_key_object_is_damage() throws IOException {
    create("x").close();
    for (ObjectName name : keyObjects()) {
      byte[] good = storage.get(name);
      storage.delete(name);
      assertFails(ErrorCode.KEY_DAMAGED, () -> open("x"));
      storage.put(name, good);
    }
  }

  @Test
  void a_flip_of_any_byte_of_the_description_is_damage() throws IOException {
    create("x").close();
    byte[] good = storage.get(RepositoryDescription.NAME);
    for (int i = 0; i < good.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) (1 << bit);
        replace(RepositoryDescription.NAME, bad);
        assertFails(ErrorCode.REPOSITORY_DAMAGED, () -> open("x"));
      }
      replace(RepositoryDescription.NAME, Arrays.copyOf(good, i));
      assertFails(ErrorCode.REPOSITORY_DAMAGED, () -> open("x"));
    }
  }

  @Test
  void an_exchanged_description_is_noticed_by_who_opens() throws IOException {
    create("x").close();
    byte[] other =
        new RepositoryDescription(ObjectId.ZERO, Instant.parse("2026-01-30T15:00:00Z")).bytes();
    replace(RepositoryDescription.NAME, other);
    assertFails(ErrorCode.REPOSITORY_DAMAGED, () -> open("x"));
  }

  @Test
  void a_newer_format_is_refused_before_anything_else_is_read() throws IOException {
    create("x").close();
    byte[] newer = "salvor repository\nformat 2\nwhatever".getBytes(StandardCharsets.US_ASCII);
    replace(RepositoryDescription.NAME, newer);
    assertFails(ErrorCode.FORMAT_NEWER, () -> open("x"));
  }

  @Test
  void each_of_several_credentials_opens_and_damage_to_one_spares_the_others() throws IOException {
    FixedRandom random = new FixedRandom("keys");
    create("first").close();
    second(random, "second");
    open("first").close();
    open("second").close();
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> open("third"));
    for (ObjectName name : keyObjects()) {
      if (name.value().endsWith(".credential")) {
        byte[] good = storage.get(name);
        byte[] bad = good.clone();
        bad[40] ^= 1;
        replace(name, bad);
        int opened = 0;
        for (String passphrase : List.of("first", "second")) {
          try {
            open(passphrase).close();
            opened++;
          } catch (SalvorException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.WRONG_CREDENTIAL);
          }
        }
        assertThat(opened).isEqualTo(1);
        replace(name, good);
      }
    }
  }

  @Test
  void foreign_files_beside_the_keys_are_left_alone() throws IOException {
    create("x").close();
    storage.put(new ObjectName("keys/notes.txt"), new byte[] {1});
    storage.put(ObjectKind.WRITER.name(ObjectId.ZERO), new byte[] {1});
    open("x").close();
  }

  @Test
  void of_two_epochs_that_were_made_at_once_everybody_takes_the_same() throws IOException {
    FixedRandom random = new FixedRandom("epochs");
    create("x").close();
    ObjectId early = epochAfterTheFirst(random, CLOCK.instant().plusSeconds(60));
    ObjectId late = epochAfterTheFirst(random, CLOCK.instant().plusSeconds(61));
    assertThat(early).isNotEqualTo(late);
    try (KeyRing ring = open("x")) {
      assertThat(ring.epoch()).isEqualTo(late);
    }
  }

  @Test
  void a_grant_tells_the_public_half_to_seal_to_whatever_the_credential_says() throws IOException {
    create("x").close();
    KeyObjects objects = KeyObjects.read(storage);
    Credential own = objects.credentials().getFirst();
    byte[] authority;
    try (Passphrase given = passphrase("x")) {
      authority = own.open(given).orElseThrow().authority();
    }
    byte[] attackers = SealingKey.generate(new FixedRandom("attacker")).publicHalf();
    Credential exchanged =
        new Credential(
            own.id(), own.label(), own.created(), attackers, own.protection(), own.payload());
    replace(ObjectKind.CREDENTIAL.name(own.id()), exchanged.encode().encode());
    assertFails(ErrorCode.KEY_DAMAGED, () -> open("x"));
    Grant grant =
        Grant.decode(KeyObjects.read(storage).grants().getFirst(), Authority.of(authority));
    assertThat(grant.publicHalf()).isEqualTo(own.publicHalf());
  }

  /** A new epoch with a grant of its own, as a rotation will make it. */
  private ObjectId epochAfterTheFirst(FixedRandom random, Instant created) throws IOException {
    KeyObjects objects = KeyObjects.read(storage);
    try (Passphrase given = passphrase("x")) {
      Credential credential = objects.credentials().getFirst();
      Credential.Payload payload = credential.open(given).orElseThrow();
      Grant first = Grant.decode(objects.grants().getFirst(), Authority.of(payload.authority()));
      Secrets secrets = first.open(payload.key());
      ObjectId old = secrets.epochs().keySet().iterator().next();
      SealingKey key = SealingKey.generate(random);
      Epoch epoch =
          new Epoch(ObjectId.random(random), key.publicHalf(), created, Optional.of(old), null);
      Map<ObjectId, SealingKey> epochs = new HashMap<>(secrets.epochs());
      epochs.put(epoch.id(), key);
      Grant grant =
          Grant.create(
              ObjectId.random(random),
              credential.id(),
              first.publicHalf(),
              new Secrets(secrets.root(), secrets.authority(), epochs, null),
              random);
      storage.put(ObjectKind.EPOCH.name(epoch.id()), epoch.encode(secrets.authority()).encode());
      storage.put(ObjectKind.GRANT.name(grant.id()), grant.encode(secrets.authority()).encode());
      return epoch.id();
    }
  }

  /** Another credential of the same repository, as a rotation will make it. */
  private void second(FixedRandom random, String passphrase) throws IOException {
    KeyObjects objects = KeyObjects.read(storage);
    Credential first = objects.credentials().getFirst();
    try (Passphrase given = passphrase("first");
        Passphrase wanted = passphrase(passphrase)) {
      Credential.Payload payload = first.open(given).orElseThrow();
      Secrets secrets =
          Grant.decode(objects.grants().getFirst(), Authority.of(payload.authority()))
              .open(payload.key());
      SealingKey key = SealingKey.generate(random);
      Credential credential =
          Credential.create(
              ObjectId.random(random),
              "second",
              CLOCK.instant(),
              wanted,
              CHEAP,
              new Credential.Payload(key, payload.authority(), payload.description()),
              random);
      Grant grant =
          Grant.create(ObjectId.random(random), credential.id(), key.publicHalf(), secrets, random);
      storage.put(ObjectKind.CREDENTIAL.name(credential.id()), credential.encode().encode());
      storage.put(ObjectKind.GRANT.name(grant.id()), grant.encode(secrets.authority()).encode());
    }
  }

  private KeyRing create(String passphrase) throws IOException {
    try (Passphrase given = passphrase(passphrase)) {
      return Keys.create(storage, given, "test", CHEAP, new FixedRandom("create"), CLOCK);
    }
  }

  private KeyRing open(String passphrase) throws IOException {
    try (Passphrase given = passphrase(passphrase)) {
      return Keys.open(storage, given, new FixedRandom("open"));
    }
  }

  private static Passphrase passphrase(String text) {
    return Passphrase.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<ObjectName> keyObjects() throws IOException {
    List<ObjectName> names = new ArrayList<>();
    storage.list("keys/", info -> names.add(info.name()));
    return names;
  }

  private void replace(ObjectName name, byte[] content) throws IOException {
    storage.delete(name);
    storage.put(name, content);
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
  }
}
