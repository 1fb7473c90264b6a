package io.salvor.engine.keys;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.format.FormatExamples;
import io.salvor.engine.kms.KeyService;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

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
      Credential.Payload payload =
          new Credential.Payload(
              credentialKey, authority.publicKey(), Sha256.of(description.bytes()));
      behindService(out, payload, new FixedRandom("service"));
      writer(out, authority, new FixedRandom("writer"));
      successor(out, authority, payload, new FixedRandom("successor"));
    }
  }

  /** A credential of kind 1. */
  private static void behindService(
      FormatExamples out, Credential.Payload payload, FixedRandom random) {
    ObjectId id = ObjectId.parse("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf");
    out.say(
        "A credential behind a key of a key service, which in this example wraps nothing at all:");
    NoSecrets service = new NoSecrets();
    Credential credential =
        Credential.create(
            id, "service", CREATED, new KmsKey(service), Argon2id.LEAST, payload, random);
    out.bytes("KEK", ((Protection.Wrapped) credential.protection()).key());
    out.text("Context", service.context);
    out.bytes("`keys/" + id + ".credential`", credential.encode().encode());
  }

  /** A service whose wrapped secrets are the secrets, so that the example can be followed. */
  private static final class NoSecrets implements KeyService {
    private String context = "";

    @Override
    public String reference() {
      return "kms:example:key-1";
    }

    @Override
    public byte[] wrap(byte[] secret, SortedMap<String, String> given) {
      context = given.toString();
      return secret.clone();
    }

    @Override
    public Optional<byte[]> unwrap(byte[] wrapped, SortedMap<String, String> given) {
      return Optional.of(wrapped.clone());
    }

    @Override
    public void destroy() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isDestroyed() {
      return false;
    }

    @Override
    public void close() {}
  }

  /** An admitted write-only client and what it is granted. */
  private static void writer(FormatExamples out, SigningKey authority, FixedRandom random) {
    ObjectId id = ObjectId.parse("77707172737475767778797a7b7c7d7e");
    ObjectId credential = ObjectId.parse("67606162636465666768696a6b6c6d6e");
    ObjectId grantId = ObjectId.parse("57505152535455565758595a5b5c5d5e");
    try (SigningKey signer = SigningKey.of(counting(0x80));
        SealingKey key = SealingKey.of(counting(0x60));
        DerivedKeys derived = DerivedKeys.of(counting(0x00))) {
      out.say("A write-only client, whose mark is the first half of its id:");
      out.bytes("Client's private seed", signer.seed());
      Writer writer = new Writer(id, signer.publicKey(), "web1", CREATED, credential);
      out.bytes("`keys/" + id + ".writer`", writer.encode(authority).encode());
      WriterSecrets secrets = new WriterSecrets(derived, signer);
      out.bytes("SHA-256 of the plain text of its grant", Sha256.of(secrets.encode()));
      Grant grant = Grant.create(grantId, credential, key.publicHalf(), secrets, random);
      out.bytes(
          "SHA-256 of `keys/" + grantId + ".grant`", Sha256.of(grant.encode(authority).encode()));
    }
  }

  /** A census, and what a credential of the authority's successor holds. */
  private static void successor(
      FormatExamples out, SigningKey authority, Credential.Payload before, FixedRandom random) {
    ObjectId id = ObjectId.parse("37303132333435363738393a3b3c3d3e");
    ObjectId credentialId = ObjectId.parse("27202122232425262728292a2b2c2d2e");
    try (SigningKey next = SigningKey.of(counting(0xe0));
        Passphrase passphrase = Passphrase.of(PASSPHRASE.toCharArray())) {
      out.say("Another authority: its census of one object, and a credential that holds to it:");
      out.bytes("Successor's private seed", next.seed());
      KeyObject census = Census.encode(id, Sha256.of(new byte[0]), CREATED, next);
      out.bytes("`keys/" + id + ".census`", census.encode());
      Ancestry ancestry =
          new Ancestry(id, Sha256.of(census.encode()), List.of(authority.publicKey()));
      Credential.Payload payload =
          new Credential.Payload(
              before.key(), next.publicKey(), before.description(), Optional.of(ancestry));
      Credential credential =
          Credential.create(credentialId, "successor", CREATED, passphrase, COST, payload, random);
      out.bytes("`keys/" + credentialId + ".credential`", credential.encode().encode());
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
