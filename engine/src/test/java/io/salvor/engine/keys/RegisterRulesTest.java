package io.salvor.engine.keys;

import static io.salvor.engine.keys.KeyShop.CHEAP;
import static io.salvor.engine.keys.KeyShop.CLOCK;
import static io.salvor.engine.keys.KeyShop.assertFails;
import static io.salvor.engine.keys.KeyShop.passphrase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the register says of credentials, and what it insists on before anybody relies on one. */
class RegisterRulesTest {
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

  private KeyRegister register(KeyShop.Open open, Storage storage, InstantSource clock) {
    return new KeyRegister(storage, open.keys, open.ledger, false, "tester", clock, shop.random);
  }

  private List<SalvorException> faults(KeyShop.Open open) throws IOException {
    return open.keys.faults(shop.storage, open.ledger);
  }

  @Test
  void credentialsAreListedOldestFirst() throws IOException {
    try (KeyShop.Open open = shop.open("first")) {
      List<ObjectId> added = new ArrayList<>();
      for (int i = 1; i <= 6; i++) {
        InstantSource earlier = InstantSource.fixed(CLOCK.instant().minusSeconds(i));
        try (Passphrase given = passphrase("more")) {
          added.addFirst(register(open, shop.storage, earlier).add(given, "", CHEAP).id());
        }
      }
      added.add(open.keys.credential());
      assertThat(open.register().credentials())
          .extracting(CredentialInfo::id)
          .containsExactlyElementsOf(added);
      assertThat(added).isNotEqualTo(added.stream().sorted(Comparator.naturalOrder()).toList());
    }
  }

  @Test
  void whatOthersHaveChangedIsSeenOnceItIsReadAgain() throws IOException {
    try (KeyShop.Open open = shop.open("first")) {
      KeyRegister register = open.register();
      shop.add("first", "second", "");
      assertThat(register.credentials()).hasSize(1);
      register.refresh();
      assertThat(register.credentials()).hasSize(2);
    }
  }

  @Test
  void howACredentialsObjectStandsIsTold() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    ObjectName name = ObjectKind.CREDENTIAL.name(second.id());
    byte[] good = shop.storage.get(name);
    try (KeyShop.Open open = shop.open("first")) {
      KeyRegister register = open.register();
      assertThat(register.standing(second.id())).isEqualTo(CredentialStanding.NAMED);
      assertThat(register.standing(new ObjectId(1, 1))).isEqualTo(CredentialStanding.GONE);
      shop.storage.delete(name);
      register.refresh();
      assertThat(register.standing(second.id())).isEqualTo(CredentialStanding.GONE);
      byte[] turned = good.clone();
      turned[turned.length / 2] ^= 1;
      shop.storage.put(name, turned);
      register.refresh();
      assertThat(register.standing(second.id())).isEqualTo(CredentialStanding.EXCHANGED);
    }
  }

  @Test
  void whichKeyOpensACredentialCanBeTried() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first");
        Passphrase right = passphrase("second");
        Passphrase wrong = passphrase("first")) {
      assertThat(open.register().opens(second.id(), right)).isTrue();
      assertThat(open.register().opens(second.id(), wrong)).isFalse();
      assertThat(open.register().opens(new ObjectId(1, 1), right)).isFalse();
    }
  }

  @Test
  void anAmbiguousPrefixAndAnUnknownOneAreToldApart() throws IOException {
    shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first")) {
      assertThatThrownBy(() -> open.register().byPrefix("xyz"))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.why()).contains("No id begins so"));
      assertThatThrownBy(() -> open.register().byPrefix(""))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.why()).contains("2 ids begin so"));
    }
  }

  @Test
  void whatIsErasableTakesNoPassphrase() throws IOException {
    try (KeyShop.Open open = shop.open("first");
        Passphrase given = passphrase("second")) {
      KeyRegister erasable =
          new KeyRegister(shop.storage, open.keys, open.ledger, true, "t", CLOCK, shop.random);
      assertFails(ErrorCode.NOT_ERASABLE, () -> erasable.add(given, "", CHEAP));
      assertThat(open.register().credentials()).hasSize(1);
    }
  }

  @Test
  void aCredentialThatWasStoredWrongIsNotEntered() throws IOException {
    Storage tearing =
        new ForwardingStorage(shop.storage) {
          @Override
          public void put(ObjectName name, byte[] content) throws IOException {
            byte[] stored = content.clone();
            if (ObjectKind.CREDENTIAL.idIn(name).isPresent()) {
              stored[stored.length / 2] ^= 1;
            }
            super.put(name, stored);
          }
        };
    try (KeyShop.Open open = shop.open("first");
        Passphrase given = passphrase("second")) {
      KeyRegister register = register(open, tearing, CLOCK);
      assertFails(ErrorCode.KEY_DAMAGED, () -> register.add(given, "", CHEAP));
      open.ledger.refresh();
      assertThat(KeyRecord.of(open.ledger).existing().keySet())
          .filteredOn(n -> ObjectKind.CREDENTIAL.idIn(n).isPresent())
          .as("nobody is told to rely on it")
          .containsExactly(ObjectKind.CREDENTIAL.name(open.keys.credential()));
    }
  }

  @Test
  void whoIsWithdrawnWhileAddingACredentialTakesItBack() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    boolean[] withdrawn = new boolean[1];
    Storage meanwhile =
        new ForwardingStorage(shop.storage) {
          @Override
          public void put(ObjectName name, byte[] content) throws IOException {
            super.put(name, content);
            if (ObjectKind.CREDENTIAL.idIn(name).isPresent() && !withdrawn[0]) {
              withdrawn[0] = true;
              try (KeyShop.Open first = shop.open("first")) {
                first.register().remove(second.id(), false);
              }
            }
          }
        };
    try (KeyShop.Open open = shop.open("second");
        Passphrase given = passphrase("thief")) {
      KeyRegister register = register(open, meanwhile, CLOCK);
      assertFails(ErrorCode.CREDENTIAL_WITHDRAWN, () -> register.add(given, "", CHEAP));
    }
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> shop.open("thief"));
    try (KeyShop.Open open = shop.open("first")) {
      assertThat(shop.names("keys/"))
          .filteredOn(n -> ObjectKind.GRANT.idIn(n).isPresent())
          .as("the first's own")
          .hasSize(shop.grantsOf(open.keys.credential()).size());
    }
  }

  @Test
  void theLastCredentialsAreNotWithdrawnTogether() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first")) {
      ObjectId own = open.keys.credential();
      KeyRegister register = open.register();
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> register.withdraw(Set.of(own, second.id())));
      register.withdraw(Set.of(own));
      assertThat(shop.names("keys/")).doesNotContain(ObjectKind.CREDENTIAL.name(own));
    }
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> shop.open("first"));
    shop.open("second").close();
  }

  @Test
  void aWithdrawnClientOpensNothingThoughItsObjectsArePutBack() throws IOException {
    Map<ObjectName, byte[]> kept;
    try (KeyShop.Open open = shop.open("first");
        Passphrase given = passphrase("web1")) {
      WriterInfo writer = open.register().addWriter(given, "web1", CHEAP);
      assertThat(open.register().writers()).extracting(WriterInfo::host).containsExactly("web1");
      shop.open("web1").close();
      kept = shop.contents();
      open.register().removeWriter(writer.id(), List.of());
    }
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> shop.open("web1"));
    kept.forEach(shop::replace);
    assertFails(ErrorCode.CREDENTIAL_WITHDRAWN, () -> shop.open("web1"));
  }

  @Test
  void ofTwoGrantsOfOnesOwnNeitherMayBeMissingOrExchanged() throws IOException {
    CredentialInfo second = shop.add("first", "second", "");
    try (KeyShop.Open open = shop.open("first")) {
      open.register().rotate();
    }
    List<Grant> grants = shop.grantsOf(second.id());
    assertThat(grants).hasSize(2);
    for (Grant grant : grants) {
      ObjectName name = ObjectKind.GRANT.name(grant.id());
      byte[] good = shop.storage.get(name);
      shop.storage.delete(name);
      assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("second"));
      try (KeyShop.Open open = shop.open("first")) {
        assertThat(faults(open))
            .extracting(SalvorException::why)
            .containsExactly("The ledger names it");
        SigningKey authority = open.keys.secrets().authority();
        Grant other =
            Grant.create(
                grant.id(), second.id(), grant.publicHalf(), open.keys.secrets(), shop.random);
        shop.storage.put(name, other.encode(authority).encode());
      }
      assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("second"));
      try (KeyShop.Open open = shop.open("first")) {
        assertThat(faults(open))
            .extracting(SalvorException::why)
            .singleElement()
            .asString()
            .contains("exchanged");
      }
      shop.replace(name, good);
    }
    shop.open("second").close();
  }

  @Test
  void beforeTheLedgerKnowsOfKeysAnyEpochOrGrantThatIsNoneStopsEverybody() throws IOException {
    ObjectId id = new ObjectId(5, 5);
    try (SigningKey stranger = SigningKey.generate(shop.random)) {
      SealingKey half = SealingKey.generate(shop.random);
      KeyObject writer =
          new Writer(id, stranger.publicKey(), "host", CLOCK.instant(), id).encode(stranger);
      shop.storage.put(writer.name(), writer.encode());
      try (KeyShop.Open open = shop.open("first")) {
        assertThat(KeyRecord.of(open.ledger).isKept()).isFalse();
        assertThat(faults(open)).as("an admission that is none").hasSize(1);
      }
      KeyObject epoch =
          new Epoch(id, half.publicHalf(), CLOCK.instant(), Optional.empty(), null)
              .encode(stranger);
      shop.storage.put(epoch.name(), epoch.encode());
      assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("first"));
      shop.storage.delete(epoch.name());
      KeyObject grant = new KeyObject(ObjectKind.GRANT, id, new byte[100]);
      shop.storage.put(grant.name(), grant.encode());
      assertFails(ErrorCode.KEY_DAMAGED, () -> shop.open("first"));
      shop.storage.delete(grant.name());
      shop.open("first").close();
    }
  }
}
