package io.salvor.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRegisterTest {
  private static final Argon2id CHEAP = new Argon2id(8, 1, 1);
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-30T15:00:00Z"));
  private static final byte[] SECRET = "what is protected".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;
  private Storage storage;
  private final SecureRandom random = new FixedRandom("register");

  @BeforeEach
  void begin() throws IOException {
    storage = DirectoryStorage.open(directory);
    try (Passphrase first = passphrase("first")) {
      Keys.create(storage, first, "the first", CHEAP, random, CLOCK).close();
    }
  }

  @AfterEach
  void end() throws IOException {
    storage.close();
  }

  @Test
  void anAddedCredentialOpensEverythingAndEachIsListed() throws IOException {
    byte[] object = seal("first", ObjectId.ZERO);
    CredentialInfo added = add("first", "second", "the second");
    assertThat(added.label()).isEqualTo("the second");
    assertThat(added.newest()).isTrue();
    assertThat(opens("second", object)).isTrue();
    assertThat(opens("first", object)).isTrue();
    try (Open open = open("second")) {
      assertThat(open.register().credentials())
          .extracting(CredentialInfo::label, CredentialInfo::inUse)
          .containsExactlyInAnyOrder(tuple("the first", false), tuple("the second", true));
    }
  }

  @Test
  void theLedgerNamesEveryKeyObjectFromTheFirstChangeOn() throws IOException {
    add("first", "second", "");
    try (Open open = open("first")) {
      assertThat(KeyRecord.of(open.ledger).existing().keySet())
          .containsExactlyInAnyOrderElementsOf(keyObjects());
      assertThat(open.keys.faults(storage, open.ledger)).isEmpty();
    }
  }

  @Test
  void aRemovedCredentialOpensNoMoreAndNotEitherWhenItsObjectsArePutBack() throws IOException {
    CredentialInfo second = add("first", "second", "");
    Map<ObjectName, byte[]> kept = contents();
    try (Open open = open("first")) {
      open.register().remove(second.id(), false);
    }
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> open("second"));
    kept.forEach(this::replace);
    assertFails(ErrorCode.CREDENTIAL_WITHDRAWN, () -> open("second"));
    try (Open open = open("first")) {
      assertThat(open.register().credentials()).hasSize(1);
      open.register().rotate();
    }
    assertThat(keyObjects())
        .as("what was put back")
        .noneMatch(n -> n.value().contains(second.id().toString()));
  }

  @Test
  void aWithdrawnCredentialDoesNotHideAnotherWithTheSamePassphrase() throws IOException {
    CredentialInfo second = add("first", "second", "");
    Map<ObjectName, byte[]> kept = contents();
    try (Open open = open("first")) {
      open.register().remove(second.id(), false);
    }
    CredentialInfo again = add("first", "second", "again");
    kept.forEach(this::replace);
    try (Open open = open("second")) {
      assertThat(open.keys.credential()).isEqualTo(again.id());
    }
  }

  @Test
  void theLastCredentialAndTheOneInUseAreNotRemovedSilently() throws IOException {
    try (Open open = open("first")) {
      ObjectId own = open.keys.credential();
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> open.register().remove(own, true));
      add("first", "second", "");
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> open.register().remove(own, false));
      open.register().remove(own, true);
    }
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> open("first"));
    open("second").close();
  }

  @Test
  void aCredentialWhoseObjectWasExchangedOrLostDoesNotCountAsAnotherWayIn() throws IOException {
    CredentialInfo second = add("first", "second", "");
    ObjectName name = ObjectKind.CREDENTIAL.name(second.id());
    byte[] good = storage.get(name);
    storage.delete(name);
    try (Open open = open("first")) {
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
    replace(name, relabelled.encode().encode());
    try (Open open = open("first")) {
      ObjectId own = open.keys.credential();
      assertFails(ErrorCode.CREDENTIAL_NEEDED, () -> open.register().remove(own, true));
    }
  }

  @Test
  void aPrefixNamesOneCredentialOrNone() throws IOException {
    CredentialInfo second = add("first", "second", "");
    try (Open open = open("first")) {
      KeyRegister register = open.register();
      assertThat(register.byPrefix(second.id().toString().substring(0, 12)).id())
          .isEqualTo(second.id());
      assertFails(ErrorCode.CREDENTIAL_UNKNOWN, () -> register.byPrefix(""));
      assertFails(ErrorCode.CREDENTIAL_UNKNOWN, () -> register.byPrefix("xyz"));
    }
  }

  @Test
  void whatIsWrittenAfterARotationIsClosedToARemovedCredential() throws IOException {
    CredentialInfo second = add("first", "second", "");
    byte[] before = seal("first", new ObjectId(0, 1));
    OpenedKeys thief;
    try (Passphrase given = passphrase("second")) {
      thief = Keys.unlock(storage, given, Set.of(), random);
    }
    try (Open open = open("first")) {
      open.register().remove(second.id(), false);
      open.register().rotate();
    }
    byte[] after = seal("first", new ObjectId(0, 2));
    assertThat(opens("first", before)).isTrue();
    assertThat(opens("first", after)).isTrue();
    assertThat(thief.ring().openSmall(ObjectKind.MANIFEST, new ObjectId(0, 1), before))
        .isEqualTo(SECRET);
    assertFails(
        ErrorCode.OBJECT_DAMAGED,
        () -> thief.ring().openSmall(ObjectKind.MANIFEST, new ObjectId(0, 2), after));
  }

  @Test
  void aRotationGrantsTheNewEpochToEveryCredential() throws IOException {
    add("first", "second", "");
    EpochInfo epoch;
    try (Open open = open("first")) {
      ObjectId before = open.keys.ring().epoch();
      epoch = open.register().rotate();
      assertThat(epoch.predecessor()).isEqualTo(before);
      assertThat(open.register().epochs())
          .filteredOn(EpochInfo::newest)
          .extracting(EpochInfo::sensitive)
          .containsExactlyInAnyOrder(false, true);
    }
    for (String each : List.of("first", "second")) {
      try (Open open = open(each)) {
        assertThat(open.keys.ring().epoch()).isEqualTo(epoch.id());
        assertThat(open.keys.ring().epochs()).hasSize(2);
      }
    }
  }

  @Test
  void aRotationSealsToThePublicHalfThatWasSignedWhateverTheCredentialSays() throws IOException {
    CredentialInfo second = add("first", "second", "");
    ObjectName name = ObjectKind.CREDENTIAL.name(second.id());
    byte[] good = storage.get(name);
    Credential own =
        Credential.decode(KeyObject.decode(ObjectKind.CREDENTIAL, second.id(), good)).orElseThrow();
    SealingKey attackers = SealingKey.generate(random);
    Credential swapped =
        new Credential(
            own.id(),
            own.label(),
            own.created(),
            attackers.publicHalf(),
            own.protection(),
            own.payload());
    replace(name, swapped.encode().encode());
    try (Open open = open("first")) {
      open.register().rotate();
      for (Grant grant : open.keys.table().grants().values()) {
        assertThat(grant.publicHalf()).isNotEqualTo(attackers.publicHalf());
      }
    }
    replace(name, good);
    try (Open open = open("second")) {
      assertThat(open.keys.ring().epochs()).hasSize(2);
    }
  }

  @Test
  void aPlantedCredentialIsGrantedNothing() throws IOException {
    try (Passphrase given = passphrase("attacker");
        Open open = open("first")) {
      Credential planted =
          Credential.create(
              ObjectId.random(random),
              "planted",
              CLOCK.instant(),
              given,
              CHEAP,
              new Credential.Payload(
                  SealingKey.generate(random),
                  open.keys.payload().authority(),
                  open.keys.payload().description()),
              random);
      storage.put(ObjectKind.CREDENTIAL.name(planted.id()), planted.encode().encode());
      open.register().rotate();
      assertThat(open.register().credentials()).hasSize(1);
      assertThat(open.keys.table().grants().values())
          .noneMatch(grant -> grant.credential().equals(planted.id()));
    }
    assertFails(ErrorCode.KEY_DAMAGED, () -> open("attacker"));
  }

  @Test
  void aGrantThatSomebodyElseSignedIsNotTakenAndStopsNobody() throws IOException {
    CredentialInfo second = add("first", "second", "");
    try (SigningKey wrong = SigningKey.generate(random);
        Open open = open("first")) {
      SealingKey theirs = SealingKey.generate(random);
      Grant forged =
          Grant.create(
              ObjectId.random(random),
              second.id(),
              theirs.publicHalf(),
              open.keys.secrets(),
              random);
      storage.put(ObjectKind.GRANT.name(forged.id()), forged.encode(wrong).encode());
    }
    try (Open open = open("first")) {
      assertThat(open.keys.faults(storage, open.ledger)).hasSize(1);
      open.register().rotate();
      assertThat(open.register().credentials()).allMatch(CredentialInfo::newest);
    }
    open("second").close();
  }

  @Test
  void anEpochThatSomebodyElseSignedIsNotSealedTo() throws IOException {
    add("first", "second", "");
    try (SigningKey wrong = SigningKey.generate(random);
        Open open = open("first")) {
      ObjectId genuine = open.keys.ring().epoch();
      Epoch forged =
          new Epoch(
              ObjectId.random(random),
              SealingKey.generate(random).publicHalf(),
              CLOCK.instant().plusSeconds(1),
              Optional.of(genuine),
              null);
      storage.put(ObjectKind.EPOCH.name(forged.id()), forged.encode(wrong).encode());
      try (Open again = open("first")) {
        assertThat(again.keys.ring().epoch()).isEqualTo(genuine);
      }
    }
  }

  @Test
  void aHiddenEpochShows() throws IOException {
    EpochInfo epoch;
    try (Open open = open("first")) {
      epoch = open.register().rotate();
    }
    ObjectName name = ObjectKind.EPOCH.name(epoch.id());
    byte[] good = storage.get(name);
    storage.delete(name);
    assertFails(ErrorCode.KEY_DAMAGED, () -> open("first"));
    storage.put(name, good);
    open("first").close();
  }

  @Test
  void oneEpochInThePlaceOfAnotherShows() throws IOException {
    ObjectId first;
    EpochInfo second;
    try (Open open = open("first")) {
      first = open.keys.ring().epoch();
      second = open.register().rotate();
    }
    byte[] old = storage.get(ObjectKind.EPOCH.name(first));
    replace(ObjectKind.EPOCH.name(second.id()), old);
    assertFails(ErrorCode.KEY_DAMAGED, () -> open("first"));
  }

  @Test
  void damageThatConcernsAnotherCredentialStopsOnlyThatOne() throws IOException {
    CredentialInfo second = add("first", "second", "");
    for (Grant grant : grantsOf(second.id())) {
      ObjectName name = ObjectKind.GRANT.name(grant.id());
      byte[] good = storage.get(name);
      byte[] bad = good.clone();
      bad[bad.length / 2] ^= 1;
      replace(name, bad);
      assertFails(ErrorCode.KEY_DAMAGED, () -> open("second"));
      try (Open open = open("first")) {
        assertThat(open.keys.faults(storage, open.ledger)).hasSize(1);
      }
      storage.delete(name);
      assertFails(ErrorCode.KEY_DAMAGED, () -> open("second"));
      try (Open open = open("first")) {
        assertThat(open.keys.faults(storage, open.ledger)).hasSize(1);
      }
      replace(name, good);
    }
    open("second").close();
  }

  @Test
  void aRotationThatDiedBetweenGrantsAndEpochStopsNobody() throws IOException {
    add("first", "second", "");
    try (Open open = open("first")) {
      ObjectId before = open.keys.ring().epoch();
      List<ObjectName> entries = names("ledger/");
      EpochInfo died = open.register().rotate();
      // As if neither the epoch nor the ledger entry had been reached.
      storage.delete(ObjectKind.EPOCH.name(died.id()));
      for (ObjectName entry : names("ledger/")) {
        if (!entries.contains(entry)) {
          storage.delete(entry);
        }
      }
      try (Open again = open("first")) {
        assertThat(again.keys.ring().epoch()).isEqualTo(before);
        EpochInfo next = again.register().rotate();
        assertThat(next.predecessor()).isEqualTo(before);
      }
    }
    try (Open open = open("second")) {
      assertThat(open.keys.ring().canSeal()).isTrue();
    }
  }

  @Test
  void whoWasNotGrantedTheNewestEpochReadsAndDoesNotWrite() throws IOException {
    byte[] object = seal("first", new ObjectId(0, 7));
    CredentialInfo second = add("first", "second", "");
    try (Open open = open("first")) {
      EpochInfo epoch = open.register().rotate();
      for (Grant grant : grantsOf(second.id())) {
        if (grant.epochs().contains(epoch.id())) {
          hide(ObjectKind.GRANT.name(grant.id()), open);
        }
      }
    }
    try (Open open = open("second")) {
      assertThat(open.keys.ring().canSeal()).isFalse();
      assertThat(open.keys.ring().openSmall(ObjectKind.MANIFEST, new ObjectId(0, 7), object))
          .isEqualTo(SECRET);
      assertFails(
          ErrorCode.EPOCH_NOT_GRANTED,
          () -> open.keys.ring().sealSmall(ObjectKind.MANIFEST, ObjectId.ZERO, SECRET));
    }
    // The next rotation grants what it lacks.
    try (Open open = open("first")) {
      open.register().rotate();
    }
    try (Open open = open("second")) {
      assertThat(open.keys.ring().epochs()).hasSize(3);
    }
  }

  /** Takes a grant away with the ledger's leave, as if it had never been made. */
  private void hide(ObjectName grant, Open open) throws IOException {
    open.ledger.append(
        LedgerChange.removing(List.of(grant.value())), CLOCK.instant(), "test", random);
    storage.delete(grant);
  }

  @Test
  void twoKeysOfAKeyServiceOpenTheSameRepository(@TempDir Path keyFiles) throws IOException {
    String one = "kms:file:" + keyFiles.resolve("one");
    String other = "kms:file:" + keyFiles.resolve("other");
    byte[] object = seal("first", ObjectId.ZERO);
    for (String reference : List.of(one, other)) {
      assertThat(KeyServices.createIfMissing(reference, random)).isTrue();
      try (Open open = open("first");
          KmsKey key = kms(reference)) {
        CredentialInfo made = open.register().add(key, reference, CHEAP);
        assertThat(made.kms()).isEqualTo(reference);
      }
    }
    for (String reference : List.of(one, other)) {
      try (Open open = open(kms(reference))) {
        assertThat(open.keys.ring().openSmall(ObjectKind.MANIFEST, ObjectId.ZERO, object))
            .isEqualTo(SECRET);
      }
    }
    try (KmsKey key = kms(one)) {
      key.service().destroy();
    }
    assertFails(ErrorCode.KMS_KEY_DESTROYED, () -> open(kms(one)));
    open(kms(other)).close();
    String stranger = "kms:file:" + keyFiles.resolve("stranger");
    assertThat(KeyServices.createIfMissing(stranger, random)).isTrue();
    assertFails(ErrorCode.WRONG_CREDENTIAL, () -> open(kms(stranger)));
  }

  private KmsKey kms(String reference) {
    return new KmsKey(KeyServices.open(reference, random));
  }

  /** A credential in use, with the ledger as it sees it. */
  private final class Open implements AutoCloseable {
    final OpenedKeys keys;
    final Ledger ledger;

    Open(OpenedKeys keys, Ledger ledger) {
      this.keys = keys;
      this.ledger = ledger;
    }

    KeyRegister register() {
      return new KeyRegister(storage, keys, ledger, false, "tester", CLOCK, random);
    }

    @Override
    public void close() {
      keys.close();
    }
  }

  private Open open(String passphrase) throws IOException {
    return open(passphrase(passphrase));
  }

  private Open open(Opener opener) throws IOException {
    // As a repository is opened: io.salvor.engine.repository.Repository.
    Set<ObjectId> withdrawn = new HashSet<>();
    SalvorException why = null;
    while (true) {
      OpenedKeys keys;
      try {
        keys = Keys.unlock(storage, opener, withdrawn, random);
      } catch (SalvorException e) {
        throw why == null ? e : why;
      }
      Ledger ledger = Ledger.read(storage, keys.ring(), LedgerMemory.NONE);
      try {
        keys.audit(storage, ledger);
        return new Open(keys, ledger);
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.CREDENTIAL_WITHDRAWN) {
          throw e;
        }
        why = e;
        withdrawn.add(keys.credential());
      }
    }
  }

  private CredentialInfo add(String with, String passphrase, String label) throws IOException {
    try (Open open = open(with);
        Passphrase given = passphrase(passphrase)) {
      return open.register().add(given, label, CHEAP);
    }
  }

  private byte[] seal(String with, ObjectId id) throws IOException {
    try (Open open = open(with)) {
      return open.keys.ring().sealSmall(ObjectKind.MANIFEST, id, SECRET);
    }
  }

  private boolean opens(String with, byte[] object) throws IOException {
    ObjectId id = ObjectId.from(ByteBuffer.wrap(object, 8, ObjectId.SIZE));
    try (Open open = open(with)) {
      return Arrays.equals(open.keys.ring().openSmall(ObjectKind.MANIFEST, id, object), SECRET);
    }
  }

  private List<Grant> grantsOf(ObjectId credential) throws IOException {
    try (Open open = open("first")) {
      return open.keys.table().grants().values().stream()
          .filter(grant -> grant.credential().equals(credential))
          .toList();
    }
  }

  private List<ObjectName> keyObjects() throws IOException {
    return names("keys/");
  }

  private List<ObjectName> names(String prefix) throws IOException {
    List<ObjectName> names = new ArrayList<>();
    storage.list(prefix, info -> names.add(info.name()));
    return names;
  }

  private Map<ObjectName, byte[]> contents() throws IOException {
    Map<ObjectName, byte[]> contents = new TreeMap<>();
    for (ObjectName name : keyObjects()) {
      contents.put(name, storage.get(name));
    }
    return contents;
  }

  private void replace(ObjectName name, byte[] content) {
    try {
      storage.delete(name);
      storage.put(name, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Passphrase passphrase(String text) {
    return Passphrase.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
  }
}
