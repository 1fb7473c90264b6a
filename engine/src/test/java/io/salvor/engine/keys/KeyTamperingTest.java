package io.salvor.engine.keys;

import static io.salvor.engine.keys.KeyShop.CHEAP;
import static io.salvor.engine.keys.KeyShop.CLOCK;
import static io.salvor.engine.keys.KeyShop.SECRET;
import static io.salvor.engine.keys.KeyShop.assertFails;
import static io.salvor.engine.keys.KeyShop.passphrase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What whoever holds the storage can make of the key objects: nothing that is not noticed. */
class KeyTamperingTest {
  @TempDir Path directory;
  private KeyShop shop;

  @BeforeEach
  void begin() throws IOException {
    shop = new KeyShop(directory);
  }

  @AfterEach
  void end() throws IOException {
    shop.close();
  }

  @Test
  void aPlantedCredentialThatAsksForMoreMemoryThanThereIsIsInNobodysWay() throws IOException {
    ObjectId own;
    Credential model;
    try (KeyShop.Open open = shop.open("first")) {
      own = open.keys.credential();
      model = open.keys.objects().credentials().getFirst();
    }
    // More than the tests' own bound; its id comes before the other's.
    assertThat(Runtime.getRuntime().maxMemory()).isLessThan(1L << 30);
    ObjectId id = ObjectId.parse("0".repeat(32));
    Credential planted =
        new Credential(
            id,
            "planted",
            model.created(),
            model.publicHalf(),
            new Protection.Stretched(new Argon2id(1 << 20, 64, 1), new byte[32]),
            new byte[100]);
    shop.storage.put(ObjectKind.CREDENTIAL.name(id), planted.encode().encode());
    try (KeyShop.Open open = shop.open("first")) {
      assertThat(open.keys.credential()).isEqualTo(own);
    }
    assertThatThrownBy(() -> shop.open("wrong"))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.WRONG_CREDENTIAL);
              assertThat(e.why()).contains(id.toString(), "1024 MiB");
              assertThat(e.remedy()).contains("SALVOR_JAVA_OPTS", "keys/" + id);
            });
    shop.storage.delete(ObjectKind.CREDENTIAL.name(own));
    assertFails(ErrorCode.CREDENTIAL_TOO_COSTLY, () -> shop.open("first"));
  }

  @Test
  void aCredentialWhoseObjectWasExchangedOrLostDoesNotCountAsAnotherWayIn() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    ObjectName name = ObjectKind.CREDENTIAL.name(second.id());
    byte[] good = shop.storage.get(name);
    shop.storage.delete(name);
    try (KeyShop.Open open = shop.open("first")) {
      ObjectId own = open.keys.credential();
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> open.register().remove(own, true));
    }
    Credential read =
        Credential.decode(KeyObject.decode(ObjectKind.CREDENTIAL, second.id(), good)).orElseThrow();
    Credential relabelled =
        new Credential(
            read.id(),
            "other",
            read.created(),
            read.publicHalf(),
            read.protection(),
            new byte[100]);
    shop.replace(name, relabelled.encode().encode());
    try (KeyShop.Open open = shop.open("first")) {
      ObjectId own = open.keys.credential();
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> open.register().remove(own, true));
    }
  }

  @Test
  void aRotationSealsToThePublicHalfThatWasSignedWhateverTheCredentialSays() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    ObjectName name = ObjectKind.CREDENTIAL.name(second.id());
    byte[] good = shop.storage.get(name);
    Credential own =
        Credential.decode(KeyObject.decode(ObjectKind.CREDENTIAL, second.id(), good)).orElseThrow();
    SealingKey attackers = SealingKey.generate(shop.random);
    Credential swapped =
        new Credential(
            own.id(),
            own.label(),
            own.created(),
            attackers.publicHalf(),
            own.protection(),
            own.payload());
    shop.replace(name, swapped.encode().encode());
    try (KeyShop.Open open = shop.open("first")) {
      open.register().rotate();
      for (Grant grant : open.keys.table().grants().values()) {
        assertThat(grant.publicHalf()).isNotEqualTo(attackers.publicHalf());
      }
    }
    shop.replace(name, good);
    try (KeyShop.Open open = shop.open("second")) {
      assertThat(open.keys.ring().epochs()).hasSize(2);
    }
  }

  @Test
  void aPlantedCredentialIsGrantedNothing() throws IOException {
    try (Passphrase given = passphrase("attacker");
        KeyShop.Open open = shop.open("first")) {
      Credential planted =
          Credential.create(
              ObjectId.random(shop.random),
              "planted",
              CLOCK.instant(),
              given,
              CHEAP,
              new Credential.Payload(
                  SealingKey.generate(shop.random),
                  open.keys.payload().authority(),
                  open.keys.payload().description()),
              shop.random);
      shop.storage.put(ObjectKind.CREDENTIAL.name(planted.id()), planted.encode().encode());
      open.register().rotate();
      assertThat(open.register().credentials()).hasSize(1);
      assertThat(open.keys.table().grants().values())
          .noneMatch(grant -> grant.credential().equals(planted.id()));
    }
    assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("attacker"));
  }

  @Test
  void aGrantThatSomebodyElseSignedIsNotTakenAndStopsNobody() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    try (SigningKey wrong = SigningKey.generate(shop.random);
        KeyShop.Open open = shop.open("first")) {
      SealingKey theirs = SealingKey.generate(shop.random);
      Grant forged =
          Grant.create(
              ObjectId.random(shop.random),
              second.id(),
              theirs.publicHalf(),
              open.keys.secrets(),
              shop.random);
      shop.storage.put(ObjectKind.GRANT.name(forged.id()), forged.encode(wrong).encode());
    }
    try (KeyShop.Open open = shop.open("first")) {
      assertThat(open.keys.faults(shop.storage, open.ledger)).hasSize(1);
      open.register().rotate();
      assertThat(open.register().credentials()).allMatch(CredentialInfo::newest);
    }
    shop.open("second").close();
  }

  @Test
  void anEpochThatSomebodyElseSignedIsNotSealedTo() throws IOException {
    shop.add("first", "second", "");
    try (SigningKey wrong = SigningKey.generate(shop.random);
        KeyShop.Open open = shop.open("first")) {
      ObjectId genuine = open.keys.ring().epoch();
      Epoch forged =
          new Epoch(
              ObjectId.random(shop.random),
              SealingKey.generate(shop.random).publicHalf(),
              CLOCK.instant().plusSeconds(1),
              Optional.of(genuine),
              null);
      shop.storage.put(ObjectKind.EPOCH.name(forged.id()), forged.encode(wrong).encode());
      try (KeyShop.Open again = shop.open("first")) {
        assertThat(again.keys.ring().epoch()).isEqualTo(genuine);
      }
    }
  }

  @Test
  void aHiddenEpochShows() throws IOException {
    EpochInfo epoch;
    try (KeyShop.Open open = shop.open("first")) {
      epoch = open.register().rotate();
    }
    ObjectName name = ObjectKind.EPOCH.name(epoch.id());
    byte[] good = shop.storage.get(name);
    shop.storage.delete(name);
    assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("first"));
    shop.storage.put(name, good);
    shop.open("first").close();
  }

  @Test
  void oneEpochInThePlaceOfAnotherShows() throws IOException {
    ObjectId first;
    EpochInfo second;
    try (KeyShop.Open open = shop.open("first")) {
      first = open.keys.ring().epoch();
      second = open.register().rotate();
    }
    byte[] old = shop.storage.get(ObjectKind.EPOCH.name(first));
    shop.replace(ObjectKind.EPOCH.name(second.id()), old);
    assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("first"));
  }

  @Test
  void damageThatConcernsAnotherCredentialStopsOnlyThatOne() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    for (Grant grant : shop.grantsOf(second.id())) {
      ObjectName name = ObjectKind.GRANT.name(grant.id());
      byte[] good = shop.storage.get(name);
      byte[] bad = good.clone();
      bad[bad.length / 2] ^= 1;
      shop.replace(name, bad);
      assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("second"));
      try (KeyShop.Open open = shop.open("first")) {
        assertThat(open.keys.faults(shop.storage, open.ledger)).hasSize(1);
      }
      shop.storage.delete(name);
      assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("second"));
      try (KeyShop.Open open = shop.open("first")) {
        assertThat(open.keys.faults(shop.storage, open.ledger)).hasSize(1);
      }
      shop.replace(name, good);
    }
    shop.open("second").close();
  }

  @Test
  void aRotationThatDiedBetweenGrantsAndEpochStopsNobody() throws IOException {
    shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first")) {
      ObjectId before = open.keys.ring().epoch();
      List<ObjectName> entries = shop.names("ledger/");
      EpochInfo died = open.register().rotate();
      // As if neither the epoch nor the ledger entry had been reached.
      shop.storage.delete(ObjectKind.EPOCH.name(died.id()));
      for (ObjectName entry : shop.names("ledger/")) {
        if (!entries.contains(entry)) {
          shop.storage.delete(entry);
        }
      }
      try (KeyShop.Open again = shop.open("first")) {
        assertThat(again.keys.ring().epoch()).isEqualTo(before);
        EpochInfo next = again.register().rotate();
        assertThat(next.predecessor()).isEqualTo(before);
      }
    }
    try (KeyShop.Open open = shop.open("second")) {
      assertThat(open.keys.ring().canSeal()).isTrue();
    }
  }

  @Test
  void whoWasNotGrantedTheNewestEpochReadsAndDoesNotWrite() throws IOException {
    byte[] object = shop.seal("first", new ObjectId(0, 7));
    CredentialInfo second = shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first")) {
      EpochInfo epoch = open.register().rotate();
      for (Grant grant : shop.grantsOf(second.id())) {
        if (grant.epochs().contains(epoch.id())) {
          shop.hide(ObjectKind.GRANT.name(grant.id()), open);
        }
      }
    }
    try (KeyShop.Open open = shop.open("second")) {
      assertThat(open.keys.ring().canSeal()).isFalse();
      assertThat(open.keys.ring().openSmall(ObjectKind.MANIFEST, new ObjectId(0, 7), object))
          .isEqualTo(SECRET);
      assertFails(
          ErrorCode.EPOCH_NOT_GRANTED,
          () -> open.keys.ring().sealSmall(ObjectKind.MANIFEST, ObjectId.ZERO, SECRET));
    }
    // The next rotation grants what it lacks.
    try (KeyShop.Open open = shop.open("first")) {
      open.register().rotate();
    }
    try (KeyShop.Open open = shop.open("second")) {
      assertThat(open.keys.ring().epochs()).hasSize(3);
    }
  }
}
