package io.salvor.engine.keys;

import static io.salvor.engine.keys.KeyShop.CHEAP;
import static io.salvor.engine.keys.KeyShop.passphrase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.crypto.CredentialBox;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A credential as an object, and what it holds: each field is needed, and no other is believed. */
class CredentialTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final ObjectId ID = new ObjectId(1, 2);

  private final FixedRandom random = new FixedRandom("credential");
  private final SealingKey key = SealingKey.generate(random);
  private final byte[] authority = random.generateSeed(32);
  private final byte[] description = random.generateSeed(32);

  private static void assertDamaged(String why, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.KEY_DAMAGED);
              assertThat(e.why()).contains(why);
            });
  }

  private Credential.Payload reopened(Credential.Payload payload) {
    try (Passphrase given = passphrase("given")) {
      Credential made = Credential.create(ID, "label", NOW, given, CHEAP, payload, random);
      Credential read = Credential.decode(made.encode()).orElseThrow();
      assertThat(read.label()).isEqualTo("label");
      assertThat(read.created()).isEqualTo(NOW);
      return read.open(given).orElseThrow();
    }
  }

  @Test
  void whatItHoldsIsReadAgainWithItsAncestry() {
    Ancestry ancestry =
        new Ancestry(
            new ObjectId(3, 4),
            random.generateSeed(32),
            List.of(random.generateSeed(32), random.generateSeed(32)));
    Credential.Payload read =
        reopened(new Credential.Payload(key, authority, description, Optional.of(ancestry)));
    assertThat(read.authority()).isEqualTo(authority);
    assertThat(read.description()).isEqualTo(description);
    assertThat(read.key().privateHalf()).isEqualTo(key.privateHalf());
    Ancestry its = read.ancestry().orElseThrow();
    assertThat(its.census()).isEqualTo(ancestry.census());
    assertThat(its.sha256()).isEqualTo(ancestry.sha256());
    assertThat(its.authorities()).hasSize(2).containsExactlyElementsOf(ancestry.authorities());
    assertThat(reopened(new Credential.Payload(key, authority, description)).ancestry()).isEmpty();
  }

  @Test
  void onlyItsOwnPassphraseOpensIt() {
    try (Passphrase given = passphrase("given");
        Passphrase other = passphrase("other")) {
      Credential.Payload payload = new Credential.Payload(key, authority, description);
      Credential made = Credential.create(ID, "", NOW, given, CHEAP, payload, random);
      assertThat(made.open(other)).isEmpty();
    }
  }

  /** Opens one that holds this, sealed as it should be. */
  private Credential.Payload holding(Consumer<CborWriter> fields, byte... rest) {
    try (Passphrase given = passphrase("given")) {
      Protection.Made made = Protection.make(given, CHEAP, ID, key.publicHalf(), random);
      CborWriter out = new CborWriter().map();
      fields.accept(out);
      byte[] message = out.end().toByteArray();
      byte[] plain = Arrays.copyOf(message, message.length + rest.length);
      System.arraycopy(rest, 0, plain, message.length, rest.length);
      byte[] box = CredentialBox.seal(made.kek(), ID, key.publicHalf(), plain);
      return new Credential(ID, "", NOW, key.publicHalf(), made.protection(), box)
          .open(given)
          .orElseThrow();
    }
  }

  private void payload(CborWriter out, int without) {
    byte[][] values = {key.privateHalf(), authority, description};
    for (int i = 0; i < values.length; i++) {
      if (i != without) {
        out.key(i).bytes(values[i]);
      }
    }
  }

  @Test
  void whatItHoldsLacksNothingAndHasNothingBehindIt() {
    assertThat(holding(out -> payload(out, -1)).authority()).isEqualTo(authority);
    assertThat(
            holding(
                    out -> {
                      payload(out, -1);
                      out.key(9).uint(1);
                    })
                .description())
        .as("a field of later versions is passed over")
        .isEqualTo(description);
    for (int without = 0; without < 3; without++) {
      int left = without;
      assertDamaged("lacks a field", () -> holding(out -> payload(out, left)));
    }
    assertDamaged("malformed", () -> holding(out -> payload(out, -1), (byte) 0));
    assertDamaged("malformed", () -> holding(out -> out.key(0).uint(1)));
    SealingKey other = SealingKey.generate(random);
    assertDamaged(
        "two halves",
        () ->
            holding(
                out ->
                    out.key(0)
                        .bytes(other.privateHalf())
                        .key(1)
                        .bytes(authority)
                        .key(2)
                        .bytes(description)));
    assertDamaged(
        "malformed",
        () ->
            holding(
                out -> {
                  payload(out, -1);
                  out.key(3).array().bytes(ID.bytes()).bytes(description).array().end().end();
                }));
  }

  private static Optional<Credential> read(Consumer<CborWriter> fields, byte... rest) {
    CborWriter out = new CborWriter().map();
    fields.accept(out);
    byte[] message = out.end().toByteArray();
    byte[] all = Arrays.copyOf(message, message.length + rest.length);
    return Credential.decode(new KeyObject(ObjectKind.CREDENTIAL, ID, all));
  }

  private static void object(CborWriter out, int without, int wrapped) {
    for (int field = 0; field < 7; field++) {
      if (field != without) {
        switch (field) {
          case 0 -> out.key(0).uint(Credential.KMS);
          case 1 -> out.key(1).text("label");
          case 2 -> out.key(2).time(NOW);
          case 3 -> out.key(3).bytes(new byte[32]);
          case 4 -> out.key(4).text("kms:somewhere");
          case 5 -> out.key(5).bytes(new byte[wrapped]);
          default -> out.key(6).bytes(new byte[100]);
        }
      }
    }
  }

  @Test
  void anObjectWithoutAFieldOrWithMoreBehindItIsDamage() {
    assertThat(read(out -> object(out, -1, 40)).orElseThrow().protection())
        .isInstanceOfSatisfying(
            Protection.Wrapped.class, w -> assertThat(w.reference()).isEqualTo("kms:somewhere"));
    for (int without : new int[] {2, 3, 4, 5, 6}) {
      assertDamaged("a field is missing", () -> read(out -> object(out, without, 40)));
    }
    assertDamaged("not a credential", () -> read(out -> object(out, 0, 40)));
    assertDamaged("not a credential", () -> read(out -> object(out, -1, 40), (byte) 0));
    assertThat(read(out -> object(out, -1, 8192))).isPresent();
    assertDamaged("a field is missing", () -> read(out -> object(out, -1, 8193)));
  }

  @Test
  void oneOfALaterKindIsNobodysDamage() {
    assertThat(read(out -> out.key(0).uint(2).key(1).uint(5).key(4).bytes(new byte[7]))).isEmpty();
    assertDamaged("not a credential", () -> read(out -> out.key(0).uint(2), (byte) 0));
  }
}
