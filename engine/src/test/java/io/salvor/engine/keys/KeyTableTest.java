package io.salvor.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.ledger.LedgerEntry.Added;
import io.salvor.engine.storage.ObjectName;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which epoch is the newest, what grants amount to, and who is granted more. */
class KeyTableTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final ObjectId CREDENTIAL = new ObjectId(7, 7);
  private static final ObjectId ONE = new ObjectId(0, 1);
  private static final ObjectId TWO = new ObjectId(0, 2);
  private static final ObjectId THREE = new ObjectId(0, 3);

  private final FixedRandom random = new FixedRandom("table");
  private final SigningKey authority = SigningKey.generate(random);
  private final SealingKey half = SealingKey.generate(random);
  private final byte[] root = new byte[32];
  private final KeyTable table =
      new KeyTable(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
  private final TreeMap<ObjectName, Added> existing = new TreeMap<>();
  private final Set<String> removed = new HashSet<>();

  private SealingKey epoch(ObjectId id, int second, @Nullable ObjectId before) {
    SealingKey key = SealingKey.generate(random);
    Instant created = NOW.plusSeconds(second);
    table
        .epochs()
        .put(id, new Epoch(id, key.publicHalf(), created, Optional.ofNullable(before), null));
    return key;
  }

  private SealingKey sensitive(ObjectId id, int second, byte[] by) {
    SealingKey key = SealingKey.generate(random);
    Instant created = NOW.plusSeconds(second);
    table.epochs().put(id, Epoch.sensitive(id, key.publicHalf(), created, Optional.empty(), by));
    return key;
  }

  private Grant grant(long number, SigningKey by, Map<ObjectId, SealingKey> epochs) {
    return grant(number, new Secrets(root, by, epochs, null));
  }

  private Grant grant(long number, Secrets secrets) {
    ObjectId id = new ObjectId(9, number);
    Grant grant = Grant.create(id, CREDENTIAL, half.publicHalf(), secrets, random);
    table.grants().put(id, grant);
    return grant;
  }

  private Secrets secrets() {
    return table.secrets(
        CREDENTIAL, new Credential.Payload(half, authority.publicKey(), new byte[32]));
  }

  private void assertDamaged(String why) {
    assertThatThrownBy(this::secrets)
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.KEY_DAMAGED);
              assertThat(e.getMessage() + ": " + e.why()).contains(why);
            });
  }

  @Test
  void theNewestEpochIsTheOneThatNoOtherNamesWhateverItsClockSaid() {
    epoch(TWO, 100, null);
    epoch(ONE, 0, TWO);
    assertThat(table.newest().map(Epoch::id)).contains(ONE);
    // Two who did not see each other have both followed it.
    epoch(THREE, 50, ONE);
    epoch(new ObjectId(0, 4), 49, ONE);
    assertThat(table.newest().map(Epoch::id)).contains(THREE);
    epoch(new ObjectId(0, 4), 50, ONE);
    assertThat(table.newest().map(Epoch::id)).contains(new ObjectId(0, 4));
  }

  @Test
  void epochsOfSensitiveContentAreAChainOfTheirOwnAsFarAsItsHoldersMadeThem() {
    epoch(ONE, 0, null);
    byte[] own = {1};
    sensitive(TWO, 10, own);
    sensitive(THREE, 20, new byte[] {2});
    assertThat(table.newest().map(Epoch::id)).contains(ONE);
    assertThat(table.newestSensitive(own).map(Epoch::id)).contains(TWO);
    assertThat(table.epochs(Epoch::isSensitive)).containsExactlyInAnyOrder(TWO, THREE);
  }

  @Test
  void grantsAmountToAllOfTheirEpochs() {
    grant(1, authority, Map.of(ONE, epoch(ONE, 0, null)));
    grant(2, authority, Map.of(TWO, epoch(TWO, 0, ONE)));
    assertThat(secrets().epochIds()).containsExactly(ONE, TWO);
  }

  @Test
  void aGrantOfAnotherAuthoritysSecretsIsDamage() {
    grant(1, SigningKey.generate(random), Map.of(ONE, epoch(ONE, 0, null)));
    assertDamaged("another repository's");
  }

  @Test
  void aPrivateHalfThatIsNotItsEpochsIsDamage() {
    epoch(ONE, 0, null);
    grant(1, authority, Map.of(ONE, SealingKey.generate(random)));
    assertDamaged(ObjectKind.EPOCH.name(ONE).value());
  }

  @Test
  void anEpochIsOfOneChainOnly() {
    grant(1, authority, Map.of(ONE, sensitive(ONE, 0, new byte[] {1})));
    assertDamaged(ObjectKind.EPOCH.name(ONE).value());
    table.grants().clear();
    SealingKey plain = epoch(TWO, 0, null);
    SealingKey first = epoch(ONE, 0, null);
    grant(
        1,
        new Secrets(
            root,
            authority,
            Map.of(ONE, first),
            new Secrets.Sensitive(new byte[32], Map.of(TWO, plain))));
    assertDamaged(ObjectKind.EPOCH.name(TWO).value());
  }

  @Test
  void whoHasNoGrantIsToldOfADamagedGrantAndOfNothingElse() {
    table
        .refused()
        .put(ObjectKind.EPOCH.name(ONE), KeyDamage.of(ObjectKind.EPOCH.name(ONE), "an epoch's"));
    assertDamaged("has no grant");
    table
        .refused()
        .put(ObjectKind.GRANT.name(TWO), KeyDamage.of(ObjectKind.GRANT.name(TWO), "a grant's"));
    assertDamaged("a grant's");
  }

  private Map<ObjectId, Member> members() {
    return Member.of(table, new KeyRecord(existing, removed));
  }

  @Test
  void aGrantOfAnEpochThatNobodyHasStoredMakesNobodyAMember() {
    SealingKey first = epoch(ONE, 0, null);
    grant(1, authority, Map.of(ONE, first, TWO, SealingKey.generate(random)));
    assertThat(members()).isEmpty();
    ObjectName lost = ObjectKind.EPOCH.name(TWO);
    existing.put(lost, new Added(lost.value(), new byte[32], ""));
    assertThat(members().get(CREDENTIAL).epochs())
        .as("one that the ledger names was stored, and is lost")
        .containsExactly(ONE, TWO);
    existing.clear();
    grant(2, authority, Map.of(ONE, first));
    assertThat(members().get(CREDENTIAL).epochs()).containsExactly(ONE);
  }

  @Test
  void whatWasWithdrawnMakesNobodyAMember() {
    Grant grant = grant(1, authority, Map.of(ONE, epoch(ONE, 0, null)));
    assertThat(members()).containsOnlyKeys(CREDENTIAL);
    removed.add(ObjectKind.GRANT.name(grant.id()).value());
    assertThat(members()).isEmpty();
    removed.clear();
    removed.add(ObjectKind.CREDENTIAL.name(CREDENTIAL).value());
    assertThat(members()).isEmpty();
  }

  @Test
  void grantsOfOneCredentialNameOnePublicHalf() {
    SealingKey key = epoch(ONE, 0, null);
    grant(1, authority, Map.of(ONE, key));
    ObjectId id = new ObjectId(9, 2);
    Secrets secrets = new Secrets(root, authority, Map.of(ONE, key), null);
    byte[] other = SealingKey.generate(random).publicHalf();
    table.grants().put(id, Grant.create(id, CREDENTIAL, other, secrets, random));
    KeyShop.assertFails(ErrorCode.KEY_DAMAGED, this::members);
  }
}
