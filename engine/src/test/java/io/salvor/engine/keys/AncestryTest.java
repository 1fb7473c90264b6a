package io.salvor.engine.keys;

import static io.salvor.engine.keys.KeyShop.CLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a credential whose authority has succeeded another believes: of the one before what the
 * census names that the credential names, and nothing at all without that census.
 */
class AncestryTest {
  @TempDir Path directory;
  private KeyShop shop;
  private KeyShop.Open open;
  private SigningKey own;
  private SigningKey earlier;
  private ObjectId census;
  private ObjectName name;

  @BeforeEach
  void begin() throws IOException {
    shop = new KeyShop(directory);
    open = shop.open("first");
    own = open.keys.secrets().authority();
    earlier = SigningKey.generate(shop.random);
    census = ObjectId.random(shop.random);
    name = ObjectKind.CENSUS.name(census);
  }

  @AfterEach
  void end() throws IOException {
    open.close();
    shop.close();
  }

  private Ancestry ancestry(KeyObject object) {
    return new Ancestry(census, Sha256.of(object.encode()), List.of(earlier.publicKey()));
  }

  /** Stores a census of these hashes. */
  private Ancestry stored(byte[] hashes) throws IOException {
    return stored(Census.encode(census, hashes, CLOCK.instant(), own));
  }

  private Ancestry stored(KeyObject object) throws IOException {
    shop.storage.put(object.name(), object.encode());
    return ancestry(object);
  }

  /** Opens the credential as if it named that census. */
  private OpenedKeys opened(Ancestry ancestry) throws IOException {
    Credential.Payload payload = open.keys.payload();
    return OpenedKeys.of(
        open.keys.credential(),
        new Credential.Payload(
            payload.key(), payload.authority(), payload.description(), Optional.of(ancestry)),
        shop.storage.get(RepositoryDescription.NAME),
        KeyObjects.read(shop.storage),
        shop.random);
  }

  private void assertRefused(Ancestry ancestry, String why) {
    assertThatThrownBy(() -> opened(ancestry))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.KEY_DAMAGED);
              assertThat(e.getMessage() + ": " + e.why()).contains(name.value()).contains(why);
            });
  }

  private KeyObject epoch() throws IOException {
    Epoch epoch =
        new Epoch(
            ObjectId.random(shop.random),
            SealingKey.generate(shop.random).publicHalf(),
            CLOCK.instant().minusSeconds(1),
            Optional.empty(),
            null);
    KeyObject object = epoch.encode(earlier);
    shop.storage.put(object.name(), object.encode());
    return object;
  }

  @Test
  void ofAnEarlierAuthorityTheNamedCountsAndNothingElse() throws IOException {
    KeyObject named = epoch();
    KeyObject other = epoch();
    OpenedKeys keys = opened(stored(Sha256.of(named.encode())));
    assertThat(keys.table().epochs()).containsKey(named.id()).doesNotContainKey(other.id());
    assertThat(keys.table().refused()).containsOnlyKeys(other.name());
    assertThat(keys.ring().authorities().earlier()).containsExactly(earlier.publicKey());
  }

  @Test
  void withoutTheCensusNothingOpens() throws IOException {
    Ancestry ancestry = stored(new byte[0]);
    opened(ancestry);
    byte[] good = shop.storage.get(name);
    shop.storage.delete(name);
    assertRefused(ancestry, "is missing");
    byte[] turned = good.clone();
    turned[turned.length / 2] ^= 1;
    shop.storage.put(name, turned);
    assertRefused(ancestry, "checksum");
    // Of two that are there the one counts that the credential names.
    KeyObject another =
        Census.encode(ObjectId.random(shop.random), Sha256.of(new byte[0]), CLOCK.instant(), own);
    shop.storage.put(another.name(), another.encode());
    shop.replace(name, good);
    opened(ancestry);
  }

  @Test
  void aCensusInThePlaceOfAnotherIsToldThoughTheAuthorityHasSignedBoth() throws IOException {
    Ancestry ancestry = stored(new byte[0]);
    KeyObject another = Census.encode(census, Sha256.of(new byte[0]), CLOCK.instant(), own);
    shop.replace(name, another.encode());
    assertRefused(ancestry, "exchanged");
  }

  @Test
  void whatIsNoCensusIsDamageWhoeverNamesIt() throws IOException {
    Ancestry foreign = stored(Census.encode(census, new byte[0], CLOCK.instant(), earlier));
    assertRefused(foreign, "signature");
    byte[] garbage = SignedMessage.sign(own, ObjectKind.CENSUS, census, new byte[] {1});
    shop.storage.delete(name);
    assertRefused(stored(new KeyObject(ObjectKind.CENSUS, census, garbage)), "no census");
    shop.storage.delete(name);
    assertRefused(stored(new byte[31]), "no census");
    byte[] descending = new byte[64];
    Arrays.fill(descending, 0, 32, (byte) 1);
    shop.storage.delete(name);
    assertRefused(stored(descending), "ascend");
  }
}
