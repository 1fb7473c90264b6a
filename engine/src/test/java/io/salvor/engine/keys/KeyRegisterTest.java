package io.salvor.engine.keys;

import static io.salvor.engine.keys.KeyShop.CHEAP;
import static io.salvor.engine.keys.KeyShop.SECRET;
import static io.salvor.engine.keys.KeyShop.assertFails;
import static io.salvor.engine.keys.KeyShop.passphrase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who opens a repository, and how that is changed. */
class KeyRegisterTest {
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
  void anAddedCredentialOpensEverythingAndEachIsListed() throws IOException {
    byte[] object = shop.seal("first", ObjectId.ZERO);
    CredentialInfo added = shop.add("first", "second", "the second");
    assertThat(added.label()).isEqualTo("the second");
    assertThat(added.newest()).isTrue();
    assertThat(shop.opens("second", object)).isTrue();
    assertThat(shop.opens("first", object)).isTrue();
    try (KeyShop.Open open = shop.open("second")) {
      assertThat(open.register().credentials())
          .extracting(CredentialInfo::label, CredentialInfo::inUse)
          .containsExactlyInAnyOrder(tuple("the first", false), tuple("the second", true));
    }
  }

  @Test
  void theLedgerNamesEveryKeyObjectFromTheFirstChangeOn() throws IOException {
    shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first")) {
      assertThat(KeyRecord.of(open.ledger).existing().keySet())
          .containsExactlyInAnyOrderElementsOf(shop.keyObjects());
      assertThat(open.keys.faults(shop.storage, open.ledger)).isEmpty();
    }
  }

  @Test
  void aRemovedCredentialOpensNoMoreAndNotEitherWhenItsObjectsArePutBack() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    Map<ObjectName, byte[]> kept = shop.contents();
    try (KeyShop.Open open = shop.open("first")) {
      open.register().remove(second.id(), false);
    }
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> shop.open("second"));
    kept.forEach(shop::replace);
    assertFails(ErrorCode.CREDENTIAL_WITHDRAWN, () -> shop.open("second"));
    try (KeyShop.Open open = shop.open("first")) {
      assertThat(open.register().credentials()).hasSize(1);
      open.register().rotate();
    }
    assertThat(shop.keyObjects())
        .as("what was put back")
        .noneMatch(n -> n.value().contains(second.id().toString()));
  }

  @Test
  void aWithdrawnCredentialDoesNotHideAnotherWithTheSamePassphrase() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    Map<ObjectName, byte[]> kept = shop.contents();
    try (KeyShop.Open open = shop.open("first")) {
      open.register().remove(second.id(), false);
    }
    CredentialInfo again = shop.add("first", "second", "again");
    kept.forEach(shop::replace);
    try (KeyShop.Open open = shop.open("second")) {
      assertThat(open.keys.credential()).isEqualTo(again.id());
    }
  }

  @Test
  void theLastCredentialAndTheOneInUseAreNotRemovedSilently() throws IOException {
    try (KeyShop.Open open = shop.open("first")) {
      ObjectId own = open.keys.credential();
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> open.register().remove(own, true));
      shop.add("first", "second", "");
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> open.register().remove(own, false));
      open.register().remove(own, true);
    }
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> shop.open("first"));
    shop.open("second").close();
  }

  @Test
  void aPrefixNamesOneCredentialOrNone() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first")) {
      KeyRegister register = open.register();
      assertThat(register.byPrefix(second.id().toString().substring(0, 12)).id())
          .isEqualTo(second.id());
      assertFails(ErrorCode.CREDENTIAL_UNKNOWN, () -> register.byPrefix(""));
      assertFails(ErrorCode.CREDENTIAL_UNKNOWN, () -> register.byPrefix("xyz"));
    }
  }

  @Test
  void whatIsWrittenAfterARotationIsClosedToARemovedCredential() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    byte[] before = shop.seal("first", new ObjectId(0, 1));
    OpenedKeys thief;
    try (Passphrase given = passphrase("second")) {
      thief = Keys.unlock(shop.storage, given, Set.of(), Set.of(), shop.random);
    }
    try (KeyShop.Open open = shop.open("first")) {
      open.register().remove(second.id(), false);
      open.register().rotate();
    }
    byte[] after = shop.seal("first", new ObjectId(0, 2));
    assertThat(shop.opens("first", before)).isTrue();
    assertThat(shop.opens("first", after)).isTrue();
    assertThat(thief.ring().openSmall(ObjectKind.MANIFEST, new ObjectId(0, 1), before))
        .isEqualTo(SECRET);
    assertFails(
        ErrorCode.OBJECT_DAMAGED,
        () -> thief.ring().openSmall(ObjectKind.MANIFEST, new ObjectId(0, 2), after));
  }

  @Test
  void aRotationGrantsTheNewEpochToEveryCredential() throws IOException {
    shop.add("first", "second", "");
    EpochInfo epoch;
    try (KeyShop.Open open = shop.open("first")) {
      ObjectId before = open.keys.ring().epoch();
      epoch = open.register().rotate();
      assertThat(epoch.predecessor()).isEqualTo(before);
      assertThat(open.register().epochs())
          .filteredOn(EpochInfo::newest)
          .extracting(EpochInfo::sensitive)
          .containsExactlyInAnyOrder(false, true);
    }
    for (String each : List.of("first", "second")) {
      try (KeyShop.Open open = shop.open(each)) {
        assertThat(open.keys.ring().epoch()).isEqualTo(epoch.id());
        assertThat(open.keys.ring().epochs()).hasSize(2);
      }
    }
  }

  @Test
  void twoKeysOfAKeyServiceOpenTheSameRepository(@TempDir Path keyFiles) throws IOException {
    String one = "kms:file:" + keyFiles.resolve("one");
    String other = "kms:file:" + keyFiles.resolve("other");
    byte[] object = shop.seal("first", ObjectId.ZERO);
    for (String reference : List.of(one, other)) {
      assertThat(KeyServices.createIfMissing(reference, shop.random)).isTrue();
      try (KeyShop.Open open = shop.open("first");
          KmsKey key = shop.kms(reference)) {
        CredentialInfo made = open.register().add(key, reference, CHEAP);
        assertThat(made.kms()).isEqualTo(reference);
      }
    }
    for (String reference : List.of(one, other)) {
      try (KeyShop.Open open = shop.open(shop.kms(reference))) {
        assertThat(open.keys.ring().openSmall(ObjectKind.MANIFEST, ObjectId.ZERO, object))
            .isEqualTo(SECRET);
      }
    }
    try (KmsKey key = shop.kms(one)) {
      key.service().destroy();
    }
    assertFails(ErrorCode.KMS_KEY_DESTROYED, () -> shop.open(shop.kms(one)));
    shop.open(shop.kms(other)).close();
    String stranger = "kms:file:" + keyFiles.resolve("stranger");
    assertThat(KeyServices.createIfMissing(stranger, shop.random)).isTrue();
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> shop.open(shop.kms(stranger)));
  }
}
