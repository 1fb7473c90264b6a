package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.format.FormatExamples;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The object {@code salvor} and the key objects. */
public final class KeyExamples implements FormatExamples.Section {
  private static final Argon2id COST = new Argon2id(64, 3, 1);
  private static final String PASSPHRASE = "correct horse battery staple";
  private static final Instant CREATED = Instant.parse("2026-01-30T15:00:00Z");

  @Override
  public void write(FormatExamples out) {
    RepositoryDescription description =
        new RepositoryDescription(ObjectId.parse("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"), CREATED);
    String text = new String(description.bytes(), StandardCharsets.US_ASCII);
    out.heading("The object salvor (§3)").text("The object", text);

    FixedRandom random = new FixedRandom("examples");
    ObjectId credentialId = ObjectId.parse("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
    ObjectId epochId = ObjectId.parse("e0e1e2e3e4e5e6e7e8e9eaebecedeeef");
    ObjectId sensitiveId = ObjectId.parse("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    ObjectId grantId = ObjectId.parse("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
    try (SigningKey authority = SigningKey.of(counting(0x20));
        SealingKey epochKey = SealingKey.of(counting(0x40));
        SealingKey sensitiveKey = SealingKey.of(counting(0xc0));
        SealingKey credentialKey = SealingKey.of(counting(0x60));
        Passphrase passphrase = Passphrase.of(PASSPHRASE.toCharArray())) {
      Credential credential =
          Credential.create(
              credentialId,
              "example",
              CREATED,
              passphrase,
              COST,
              new Credential.Payload(
                  credentialKey, authority.publicKey(), Sha256.of(description.bytes())),
              random);
      out.heading("Key objects (§4)");
      out.say("Argon2id with 64 KiB, 3 passes and 1 lane: far too little for anything but this.");
      out.text("Passphrase", PASSPHRASE);
      byte[] salt = ((Protection.Stretched) credential.protection()).salt();
      out.bytes("Salt", salt);
      byte[] utf8 = PASSPHRASE.getBytes(StandardCharsets.UTF_8);
      out.bytes("KEK", COST.derive(utf8, salt, 32));
      out.bytes("Credential's private half", credentialKey.privateHalf());
      out.bytes("Authority's private seed", authority.seed());
      out.bytes("`keys/" + credentialId + ".credential`", credential.encode().encode());
      Epoch epoch = new Epoch(epochId, epochKey.publicHalf(), CREATED, Optional.empty(), null);
      out.bytes("Epoch's private half", epochKey.privateHalf());
      out.bytes("`keys/" + epochId + ".epoch`", epoch.encode(authority).encode());
      byte[] sensitiveRoot = counting(0xa0);
      Epoch sensitive =
          Epoch.sensitive(
              sensitiveId, sensitiveKey.publicHalf(), CREATED, Optional.empty(), sensitiveRoot);
      out.say("An epoch of sensitive content, whose field 3 proves who has made it:");
      out.bytes("Sensitive root secret", sensitiveRoot);
      out.bytes("Its private half", sensitiveKey.privateHalf());
      out.bytes("`keys/" + sensitiveId + ".epoch`", sensitive.encode(authority).encode());
      Secrets secrets =
          new Secrets(
              counting(0x00),
              authority,
              Map.of(epochId, epochKey),
              new Secrets.Sensitive(sensitiveRoot, Map.of(sensitiveId, sensitiveKey)));
      Grant grant =
          Grant.create(grantId, credentialId, credentialKey.publicHalf(), secrets, random);
      out.bytes("Plain text of the grant", secrets.encode());
      out.bytes("`keys/" + grantId + ".grant`", grant.encode(authority).encode());
    }
  }

  private static byte[] counting(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
